/** The file or address that strategies come from, read again when it changes; what can't be read keeps what was read before. */
import { readFile, stat } from 'node:fs/promises'
import type { Log } from '#server/telemetry/logger.ts'
import {
  MOST_STRATEGIES_BYTES,
  noStrategies,
  parseStrategies,
  type Strategies,
  StrategiesError,
} from './parse-strategies.ts'
import type { SamplingStrategy } from './strategy.ts'

export interface StrategiesSource {
  strategyOf(service: string): SamplingStrategy
  /** What the program says about it: where from, how many services, when read (ns since the epoch), the last problem. */
  readonly state: StrategiesState
  /** Reads at once, whatever the interval. */
  reload(): Promise<void>
  close(): void
}

export interface StrategiesState {
  /** Undefined: there is no file, the default stands for all. */
  readonly place: string | undefined
  readonly defaultRate: number
  readonly services: number
  readonly readAt: bigint | undefined
  readonly problem: string | undefined
}

export interface StrategiesOptions {
  /** A path, or an address of `http:` or `https:`; empty: none. */
  readonly place: string
  /** How often it is looked at, ms; 0: once. */
  readonly reloadMs: number
  /** What stands where nothing is said. */
  readonly defaultRate: number
  readonly log: Log
  /** For tests; ns since the epoch. */
  readonly now?: () => bigint
}

/** An address that does not answer is given up after so long, ms. */
const FETCH_MS = 10_000

/** Reads once; rejects with a line for a person when there is a place and it can't be read or understood. */
export async function openStrategies(options: StrategiesOptions): Promise<StrategiesSource> {
  const { place, reloadMs, defaultRate, log } = options
  const now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n)
  let strategies: Strategies = noStrategies(defaultRate)
  let stamp = ''
  let problem: string | undefined
  let readAt: bigint | undefined
  const take = async (): Promise<void> => {
    const found = /^https?:/iu.test(place) ? await fetchStrategies(place, stamp) : await readStrategies(place, stamp)
    if (found === undefined) return
    strategies = found.text === undefined ? noStrategies(defaultRate) : parseStrategies(found.text, defaultRate)
    stamp = found.stamp
    readAt = now()
    problem = undefined
    const { services, warnings } = strategies
    log.info({ place, services: services.length }, 'sampling strategies are read')
    for (const warning of warnings) log.warn({ place }, `sampling strategies: ${warning}`)
  }
  if (place !== '') await take()
  const reload = async (): Promise<void> => {
    try {
      await take()
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      // Said once, not every second.
      if (text !== problem) log.error({ place }, `sampling strategies: ${text}; those read before stay in force`)
      problem = text
    }
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const follow = (): void => {
    timer = setTimeout(() => void reload().then(follow), reloadMs)
    timer.unref()
  }
  if (place !== '' && reloadMs > 0) follow()
  return {
    strategyOf: service => strategies.strategyOf(service),
    get state() {
      const services = strategies.services.length
      return { place: place === '' ? undefined : place, defaultRate, services, readAt, problem }
    },
    reload,
    close: () => clearTimeout(timer),
  }
}

interface Found {
  /** Undefined: the address says that the defaults are meant. */
  readonly text: string | undefined
  /** Changes with the content. */
  readonly stamp: string
}

async function readStrategies(path: string, stamp: string): Promise<Found | undefined> {
  const { mtimeMs, size, ino } = await stat(path)
  const found = `${mtimeMs} ${size} ${ino}`
  if (found === stamp) return undefined
  if (size > MOST_STRATEGIES_BYTES) throw new StrategiesError(`${size} bytes, of at most ${MOST_STRATEGIES_BYTES}`)
  return { text: await readFile(path, 'utf8'), stamp: found }
}

async function fetchStrategies(address: string, stamp: string): Promise<Found | undefined> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'follow' })
  // Jaeger's way of saying that there are none at the moment.
  if (answer.status === 503) return stamp === 'none' ? undefined : { text: undefined, stamp: 'none' }
  if (!answer.ok) throw new StrategiesError(`${address} answered ${answer.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of answer.body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true })
    if (text.length > MOST_STRATEGIES_BYTES) throw new StrategiesError(`more than ${MOST_STRATEGIES_BYTES} bytes`)
  }
  const found = `text ${text}`
  return found === stamp ? undefined : { text, stamp: found }
}

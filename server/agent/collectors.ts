/**
 * The collectors that an agent may send to: whose turn it is, which of them are left alone for a while after they failed, and for names
 * that stand for many, which addresses they have now.
 */
import { readFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Log } from '#server/telemetry/logger.ts'
import { GrpcClient, type GrpcClientTls } from '#server/transport/grpc-client.ts'
import type { ReporterTls, Target } from './agent-settings.ts'

export interface CollectorsOptions {
  readonly targets: readonly Target[]
  readonly tls: ReporterTls | undefined
  readonly tokenFile: string
  readonly log: Log
  /** One call, ms. */
  readonly timeoutMs?: number
  /** The first wait after a failure and the longest one, ms. */
  readonly backoffMs?: readonly [first: number, most: number]
}

export interface Collector {
  readonly client: GrpcClient
  /** Failures since its last success. */
  failures: number
  /** Left alone until then, ms of `performance.now()`. */
  until: number
}

/** How often the addresses of a name are asked for again, ms. */
const RESOLVE_MS = 30_000

export class Collectors {
  readonly #options: CollectorsOptions
  readonly #known = new Map<string, Collector>()
  #list: readonly Collector[] = []
  #turn = 0
  #resolvedAt = -Infinity
  #resolving: Promise<void> | undefined

  constructor(options: CollectorsOptions) {
    this.#options = options
  }

  /** Addresses known now. */
  get addresses(): readonly string[] {
    return this.#list.map(({ client }) => client.address)
  }

  /** The next one that may be tried, in turn; or how long to wait for one, ms. */
  async next(): Promise<Collector | number> {
    const now = performance.now()
    const names = this.#options.targets.some(({ everyAddress }) => everyAddress)
    if (this.#list.length === 0 || (names && now - this.#resolvedAt > RESOLVE_MS)) {
      this.#resolving ??= this.#resolve().finally(() => (this.#resolving = undefined))
      await this.#resolving
    }
    const list = this.#list
    let soonest = list.length === 0 ? this.#backoff(1) : Infinity
    for (let i = 0; i < list.length; i++) {
      const collector = list[this.#turn++ % list.length]
      if (collector.until <= performance.now()) return collector
      soonest = Math.min(soonest, collector.until - now)
    }
    return Math.max(1, soonest)
  }

  succeeded(collector: Collector): void {
    collector.failures = 0
    collector.until = 0
  }

  /** Leaves it alone for a while: twice as long each time. `leastMs`: what it asked for itself. */
  failed(collector: Collector, leastMs = 0): void {
    collector.failures++
    collector.until = performance.now() + Math.max(leastMs, this.#backoff(collector.failures))
  }

  close(): void {
    for (const { client } of this.#known.values()) client.close()
  }

  /** Spread by a quarter, so that agents that lost one collector do not come back together. */
  #backoff(failures: number): number {
    const [first, most] = this.#options.backoffMs ?? [100, 5000]
    return Math.min(most, first * 2 ** Math.min(failures - 1, 20)) * (0.75 + Math.random() * 0.5)
  }

  async #resolve(): Promise<void> {
    const list: Collector[] = []
    for (const target of this.#options.targets) {
      const { host, port, everyAddress } = target
      if (!everyAddress || isIP(host) !== 0) {
        list.push(this.#collector(host, port, host))
        continue
      }
      try {
        for (const { address } of await lookup(host, { all: true })) list.push(this.#collector(address, port, host))
      } catch (error) {
        this.#options.log.warn({ err: error, host }, 'the collector’s name has no address at the moment')
        list.push(...this.#list.filter(({ client }) => client.address.endsWith(`:${port}`)))
      }
    }
    for (const [address, collector] of this.#known) {
      if (list.includes(collector)) continue
      this.#known.delete(address)
      collector.client.close()
    }
    this.#list = [...new Set(list)]
    this.#resolvedAt = performance.now()
  }

  #collector(host: string, port: number, name: string): Collector {
    const key = `${host} ${port}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { tls, tokenFile, timeoutMs = 10_000 } = this.#options
    const client = new GrpcClient({
      host,
      port,
      timeoutMs,
      tls: tls === undefined ? undefined : () => readTls(tls, name),
      metadata: tokenFile === '' ? undefined : () => ({ authorization: `Bearer ${readToken(tokenFile)}` }),
    })
    const collector: Collector = { client, failures: 0, until: 0 }
    this.#known.set(key, collector)
    return collector
  }
}

/** Read before each connection, so that a new certificate counts without a restart. Throws with the path when one can't be read. */
export function readTls({ ca, cert, key, serverName, skipHostVerify }: ReporterTls, name: string): GrpcClientTls {
  const file = (path: string): Buffer | undefined => (path === '' ? undefined : readFileSync(path))
  const expected = serverName === '' ? (isIP(name) === 0 ? name : undefined) : serverName
  return { ca: file(ca), cert: file(cert), key: file(key), serverName: expected, verify: !skipHostVerify }
}

/** The first line of a file of a token. Throws with the path when it can't be read or is empty. */
export function readToken(path: string): string {
  const token = readFileSync(path, 'utf8').split('\n', 1)[0].trim()
  if (token === '') throw new Error(`${path}: the first line is empty, expected a token`)
  return token
}

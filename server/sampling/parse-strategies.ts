/** Jaeger's file of sampling strategies: JSON, or the same as YAML (of which JSON is a part). */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { type OperationStrategies, type SamplingStrategy, COLLECTOR_RATE } from './strategy.ts'

export interface Strategies {
  strategyOf(service: string): SamplingStrategy
  /** What was read but not taken as it stands, a line each: `line 4: type "lowerBound" …`. */
  readonly warnings: readonly string[]
  /** Services that are named. */
  readonly services: readonly string[]
}

/** A file that says something else than a file of strategies: what was seen where, and what was expected. */
export class StrategiesError extends Error {
  override readonly name = 'StrategiesError'
}

/** Larger files are refused: ten thousand services with ten operations each fit several times. */
export const MOST_STRATEGIES_BYTES = 16 * 1024 * 1024

type Whole = SamplingStrategy['service']
type Rates = OperationStrategies['rates']

interface Entry {
  readonly whole: Whole
  /** Undefined: no list was given, which is not the same as an empty one. */
  readonly rates: Rates | undefined
}

/** The rules of an absent file. */
export function noStrategies(defaultRate: number): Strategies {
  const whole: Whole = { kind: 'probabilistic', rate: defaultRate }
  return { strategyOf: () => ({ service: whole }), warnings: [], services: [] }
}

/**
 * Reads a file. `defaultRate` stands where it says nothing: no `default_strategy`, a service of an unknown type. Throws
 * StrategiesError with line and key for what is no number, no list, no object; what Jaeger skips with a warning is skipped
 * with a warning.
 */
export function parseStrategies(text: string, defaultRate: number = COLLECTOR_RATE): Strategies {
  if (text.length > MOST_STRATEGIES_BYTES) {
    throw new StrategiesError(`${text.length} characters, of at most ${MOST_STRATEGIES_BYTES}`)
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', maxAliasCount: 0 } as object)
  const [problem] = document.errors
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new StrategiesError(
      `line ${line}, column ${col}: ${problem.message.split('\n')[0].replace(/ at line.*/u, '')}`,
    )
  }
  return new Reader(lines, defaultRate).file(document.contents)
}

class Reader {
  readonly #lines: LineCounter
  readonly #defaultRate: number
  readonly #warnings: string[] = []

  constructor(lines: LineCounter, defaultRate: number) {
    this.#lines = lines
    this.#defaultRate = defaultRate
  }

  file(root: Node | null): Strategies {
    if (!isMap(root)) throw this.#unexpected(root, 'the file', 'an object with service_strategies and default_strategy')
    this.#known(root, 'the file', ['service_strategies', 'default_strategy'])
    const fallback = root.get('default_strategy', true)
    const common: Entry =
      fallback === undefined || isNull(fallback)
        ? { whole: { kind: 'probabilistic', rate: this.#defaultRate }, rates: undefined }
        : this.#entry(fallback, 'default_strategy')
    const byService = new Map<string, SamplingStrategy>()
    for (const [at, item] of this.#list(root, 'service_strategies').entries()) {
      const key = `service_strategies[${at}]`
      if (!isMap(item)) throw this.#unexpected(item, key, 'an object')
      const service = this.#text(item, 'service', key)
      if (byService.has(service))
        this.#warn(item, `${key}: ${JSON.stringify(service)} stands twice, the last one counts`)
      byService.set(service, combine(this.#entry(item, key), common, this.#defaultRate))
    }
    const other: SamplingStrategy = combine(common, common, this.#defaultRate)
    return {
      strategyOf: service => byService.get(service) ?? other,
      warnings: this.#warnings,
      services: [...byService.keys()],
    }
  }

  #entry(node: unknown, key: string): Entry {
    if (!isMap(node)) throw this.#unexpected(node, key, 'an object')
    this.#known(node, key, ['service', 'type', 'param', 'operation_strategies'])
    const rates: { operation: string; rate: number }[] = []
    for (const [at, item] of this.#list(node, 'operation_strategies', key).entries()) {
      const itemKey = `${key}.operation_strategies[${at}]`
      if (!isMap(item)) throw this.#unexpected(item, itemKey, 'an object')
      this.#known(item, itemKey, ['operation', 'type', 'param'])
      const operation = this.#text(item, 'operation', itemKey)
      const type = this.#text(item, 'type', itemKey)
      if (type !== 'probabilistic') {
        this.#warn(
          item,
          `${itemKey}: type ${JSON.stringify(type)} is left out, operations are sampled by probability only`,
        )
        continue
      }
      rates.push({ operation, rate: this.#rate(item, itemKey) })
    }
    const listed = node.has('operation_strategies') ? rates : undefined
    return { whole: this.#whole(node, key), rates: listed }
  }

  #whole(node: YAMLMap, key: string): Whole {
    const type = this.#text(node, 'type', key)
    if (type === 'probabilistic') return { kind: 'probabilistic', rate: this.#rate(node, key) }
    if (type === 'ratelimiting') {
      const perSecond = this.#number(node, 'param', key)
      if (perSecond < 0) throw this.#unexpected(node.get('param', true), `${key}.param`, 'traces a second, 0 or more')
      return { kind: 'ratelimiting', perSecond: Math.trunc(perSecond) }
    }
    this.#warn(node, `${key}: type ${JSON.stringify(type)} is not known, sampled with probability ${this.#defaultRate}`)
    return { kind: 'probabilistic', rate: this.#defaultRate }
  }

  #rate(node: YAMLMap, key: string): number {
    const rate = this.#number(node, 'param', key)
    if (rate >= 0 && rate <= 1) return rate
    throw this.#unexpected(node.get('param', true), `${key}.param`, 'a probability from 0 to 1')
  }

  #number(node: YAMLMap, name: string, key: string): number {
    const value = node.get(name)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw this.#unexpected(node.get(name, true) ?? node, `${key}.${name}`, 'a number', value === undefined)
  }

  #text(node: YAMLMap, name: string, key: string): string {
    const value = node.get(name)
    if (typeof value === 'string') return value
    throw this.#unexpected(node.get(name, true) ?? node, `${key}.${name}`, 'a text', value === undefined)
  }

  #list(node: YAMLMap, name: string, key?: string): readonly unknown[] {
    const list = node.get(name, true)
    if (list === undefined || isNull(list)) return []
    if (isSeq(list)) return list.items
    throw this.#unexpected(list, key === undefined ? name : `${key}.${name}`, 'a list')
  }

  /** Other keys are most often a slip of the pen. */
  #known(node: YAMLMap, key: string, names: readonly string[]): void {
    for (const { key: found } of node.items) {
      const name = isScalar(found) ? String(found.value) : ''
      if (!names.includes(name)) this.#warn(found, `${key}: ${JSON.stringify(name)} is not known here`)
    }
  }

  #warn(node: unknown, text: string): void {
    this.#warnings.push(`line ${this.#lineOf(node)}: ${text}`)
  }

  #unexpected(node: unknown, key: string, expected: string, missing = false): StrategiesError {
    const seen = missing || node === null || node === undefined ? 'nothing' : seenText(node)
    return new StrategiesError(`line ${this.#lineOf(node)}: ${key}: got ${seen}, expected ${expected}`)
  }

  #lineOf(node: unknown): number {
    const range = (node as { range?: readonly number[] | null } | null | undefined)?.range
    return range === undefined || range === null ? 1 : this.#lines.linePos(range[0]).line
  }
}

/** A service's own words before those of the default, which fill in the operations that it does not name. */
function combine(own: Entry, common: Entry, defaultRate: number): SamplingStrategy {
  const named = new Set(own.rates?.map(({ operation }) => operation))
  const rates = [...(own.rates ?? []), ...(common.rates ?? []).filter(({ operation }) => !named.has(operation))]
  if (own.rates === undefined && common.rates === undefined) return { service: own.whole }
  const least = { leastPerSecond: 0, rates }
  if (own.whole.kind === 'probabilistic') {
    return { service: own.whole, operations: { defaultRate: own.whole.rate, ...least } }
  }
  const common0 = own.rates === undefined && common.whole.kind === 'probabilistic' ? common.whole.rate : defaultRate
  return { service: own.whole, operations: { defaultRate: common0, ...least } }
}

function isNull(node: unknown): boolean {
  return isScalar(node) && node.value === null
}

function seenText(node: unknown): string {
  if (isMap(node)) return 'an object'
  if (isSeq(node)) return 'a list'
  const text = isScalar(node) ? JSON.stringify(node.value) : String(node)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

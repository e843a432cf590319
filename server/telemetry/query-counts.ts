/** What was asked on the query port and how it went, by the operations of Jaeger's metrics (WIRE.md 16.2). */

/** Upper bounds of the latency buckets, seconds: from an answer out of memory to the longest deadline. */
export const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

export type QueryResult = 'ok' | 'err'

export interface QueryCount {
  readonly operation: string
  readonly result: QueryResult
  requests: number
  /** By `LATENCY_BUCKETS`, one more for what is above; not cumulative. */
  readonly buckets: number[]
  seconds: number
}

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/\/api\/traces$/u, 'find_traces'],
  [/\/api\/v3\/traces$/u, 'find_traces'],
  [/\/api\/spoor\/search$/u, 'find_traces'],
  [/\/api\/(?:v3\/|spoor\/)?traces\/[^/]+$/u, 'get_trace'],
  [/\/api\/(?:v3\/|spoor\/)?services$/u, 'get_services'],
  [/\/api\/(?:services\/[^/]+\/)?operations$/u, 'get_operations'],
  [/\/api\/v3\/operations$/u, 'get_operations'],
]

/** The operation behind a URL path, or undefined when Jaeger counts none for it. */
export function operationOf(path: string): string | undefined {
  return OPERATIONS.find(([pattern]) => pattern.test(path))?.[1]
}

/** Counters of one process since its start. */
export class QueryCounts {
  readonly #counts = new Map<string, QueryCount>()
  /** Answers of the query port by class of status: `2xx`. */
  readonly statuses = new Map<string, number>()

  constructor() {
    // A rate needs a first value: series that appear with their first error hide it.
    for (const operation of new Set(OPERATIONS.map(([, name]) => name))) {
      for (const result of ['ok', 'err'] as const) this.#count(operation, result)
    }
  }

  /** Enters an answered request: its URL, HTTP status and duration in ms. A fault of the asker (4xx) is no error. */
  note(method: string, url: string, status: number, ms: number): void {
    const statusClass = `${Math.floor(status / 100)}xx`
    this.statuses.set(statusClass, (this.statuses.get(statusClass) ?? 0) + 1)
    const operation = method === 'GET' ? operationOf(url.split('?', 1)[0]) : undefined
    if (operation === undefined) return
    const count = this.#count(operation, status >= 500 ? 'err' : 'ok')
    const seconds = ms / 1000
    const bucket = LATENCY_BUCKETS.findIndex(bound => seconds <= bound)
    count.requests++
    count.buckets[bucket < 0 ? LATENCY_BUCKETS.length : bucket]++
    count.seconds += seconds
  }

  report(): readonly QueryCount[] {
    return [...this.#counts.values()]
  }

  #count(operation: string, result: QueryResult): QueryCount {
    const key = `${operation} ${result}`
    let count = this.#counts.get(key)
    if (count === undefined) {
      const buckets = Array.from({ length: LATENCY_BUCKETS.length + 1 }, () => 0)
      this.#counts.set(key, (count = { operation, result, requests: 0, buckets, seconds: 0 }))
    }
    return count
  }
}

/** Traces as Jaeger's API answers them, made comparable between two servers that got the same spans, and counted for people. */

export interface ComparedSpan {
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly { readonly refType: string; readonly spanID: string }[]
  readonly tags: readonly { readonly key: string; readonly value: unknown }[]
  readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[]
  readonly processID: string
}

export interface ComparedTrace {
  readonly traceID: string
  readonly spans: readonly ComparedSpan[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

/** What of each trace is compared, by its id: one line a span, in the order of ids. `skipTags`: keys that a server adds. */
export function linesById(
  traces: readonly ComparedTrace[],
  skipTags: readonly string[] = [],
): Readonly<Record<string, readonly string[]>> {
  const lines = ({ spans, processes }: ComparedTrace): readonly string[] =>
    spans
      .map(span => {
        const parents = span.references.map(({ refType, spanID }) => `${refType} ${spanID}`).join(' ')
        const tags = span.tags
          .filter(({ key }) => !skipTags.includes(key))
          .map(({ key, value }) => `${key}=${String(value)}`)
          .toSorted(byText)
        const fields = span.logs.reduce((sum, log) => sum + log.fields.length, 0)
        const service = processes[span.processID].serviceName
        return `${span.spanID} ${service} ${span.operationName} [${parents}] ${span.logs.length} logs, ${fields} fields; ${tags.join(' ')}`
      })
      .toSorted(byText)
  return Object.fromEntries(traces.map(trace => [trace.traceID, lines(trace)]))
}

export interface TraceCounts {
  readonly traces: number
  readonly spans: number
  readonly services: number
  readonly parents: number
  readonly errors: number
  readonly logs: number
  readonly tags: number
}

/** What a person would count: errors are spans with the tag `error` of true. */
export function countTraces(traces: readonly ComparedTrace[], skipTags: readonly string[] = []): TraceCounts {
  const spans = traces.flatMap(trace => trace.spans)
  const sum = (of: (span: ComparedSpan) => number): number => spans.reduce((all, span) => all + of(span), 0)
  return {
    traces: traces.length,
    spans: spans.length,
    services: new Set(traces.flatMap(({ processes }) => Object.values(processes).map(one => one.serviceName))).size,
    parents: sum(({ references }) => references.length),
    errors: sum(({ tags }) => (tags.some(({ key, value }) => key === 'error' && value === true) ? 1 : 0)),
    logs: sum(({ logs }) => logs.length),
    tags: sum(({ tags }) => tags.filter(({ key }) => !skipTags.includes(key)).length),
  }
}

/** `name`, and the counts of two servers beside each other. */
export function printCounts(name: string, spoor: TraceCounts, jaeger: TraceCounts): void {
  const row = (who: string, counts: TraceCounts): string =>
    `  ${who.padEnd(8)}${Object.values(counts)
      .map(count => String(count).padStart(9))
      .join('')}`
  const head = Object.keys(spoor)
    .map(word => word.padStart(9))
    .join('')
  console.log([name, `          ${head}`, row('Spoor', spoor), row('Jaeger', jaeger)].join('\n'))
}

/** A search that both servers understand; an empty list while there is none. */
export async function searchTraces(origin: string, query: string): Promise<readonly ComparedTrace[]> {
  const answer = await fetch(`${origin}/api/traces?${query}`)
  return ((await answer.json()) as { readonly data: readonly ComparedTrace[] | null }).data ?? []
}

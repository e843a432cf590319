/**
 * The naive store: a list of spans and the plainest loops over it. What it says is right, and every adapter has to say the same. It shares
 * with them the test of one row (shared/query/evaluate.ts, which has tests of its own) and nothing else.
 */
import { describeSpan } from '#shared/generator/describe-spans.ts'
import { attributeText } from '#shared/query/evaluate-text.ts'
import { rowTest } from '#shared/query/evaluate.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { Span } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { TimeRange, TraceSummary } from '#server/storage/store.ts'
import { UNLIMITED } from './random-traces.ts'

/** A span as text, with everything that it has: equal spans have equal texts. */
export function spanText(table: SpanTable, row: number): string {
  return JSON.stringify(describeSpan(table, row), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

/** All spans of a table as texts, sorted. */
export function spanTexts(table: SpanTable): string[] {
  return Array.from({ length: table.rowCount }, (_, row) => spanText(table, row)).sort()
}

export class Model {
  /** The distinct spans. */
  readonly table = new SpanTableBuilder({ limits: UNLIMITED })
  readonly #seen = new Set<string>()

  add(from: SpanTable, first = 0, end = from.rowCount): void {
    const copier = new RowCopier(from, this.table)
    for (let row = first; row < end; row++) {
      const text = spanText(from, row)
      if (this.#seen.has(text)) continue
      this.#seen.add(text)
      copier.copy(row)
    }
  }

  spans(): Span[] {
    return Array.from({ length: this.table.rowCount }, (_, row) => new Span(this.table, row))
  }

  traceIds(): string[] {
    return [...new Set(this.spans().map(({ traceId }) => traceId))]
  }

  /** As texts, sorted. */
  readTrace(traceId: string): string[] {
    return this.spans()
      .flatMap((span, row) => (span.traceId === traceId ? [spanText(this.table, row)] : []))
      .sort()
  }

  /** All traces that are found, in order, as text; without limit and cursor. */
  findTraces(query: Omit<TraceQuery, 'limit' | 'cursor'>): string[] {
    const holds = rowTest(query.where, this.table)
    const traces = new Map<string, { span: Span; matched: boolean }[]>()
    this.spans().forEach((span, row) => {
      const matched = span.startTime >= query.from && span.startTime <= query.to && holds(row)
      traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), { span, matched }])
    })
    const found: { start: bigint; id: string; text: string }[] = []
    for (const [id, list] of traces) {
      const matchedCount = list.filter(({ matched }) => matched).length
      if (matchedCount === 0) continue
      const spans = list.map(({ span }) => span)
      const start = spans.map(({ startTime }) => startTime).reduce((a, b) => (a < b ? a : b))
      const end = spans.map(({ endTime }) => endTime).reduce((a, b) => (a > b ? a : b))
      const { min = -Infinity, max = Infinity } = query.traceDuration ?? {}
      if (Number(end - start) < min || Number(end - start) > max) continue
      found.push({ start, id, text: summaryText(summarise(spans, start, end, matchedCount)) })
    }
    found.sort((a, b) => (a.start > b.start ? -1 : a.start < b.start ? 1 : a.id < b.id ? -1 : 1))
    return found.map(({ text }) => text)
  }

  /** `trace span linked-span` of the links of other traces, each once, sorted. */
  linksTo(traceId: string): string[] {
    const others = this.spans().filter(span => span.traceId !== traceId)
    const links = others.flatMap(span => span.links.map(link => ({ span, link })))
    return [
      ...new Set(
        links
          .filter(({ link }) => link.traceId === traceId)
          .map(({ span, link }) => `${span.traceId} ${span.spanId} ${link.spanId}`),
      ),
    ].sort()
  }

  serviceNames(): string[] {
    return byCodePoint(this.spans().flatMap(({ serviceName }) => serviceName ?? []))
  }

  /** `name kind`, sorted by code unit. */
  operations(service: string | undefined): string[] {
    const own = this.spans().filter(({ serviceName }) => service === undefined || serviceName === service)
    return [...new Set(own.map(({ name, kind }) => `${name} ${kind}`))].sort()
  }

  /** `scope key types` -> how many owners have it; key -> value -> how many. */
  attributes(service: string | undefined): {
    readonly keys: Map<string, number>
    readonly values: Map<string, Map<string, number>>
  } {
    const types = new Map<string, Set<string>>()
    const counts = new Map<string, number>()
    const values = new Map<string, Map<string, number>>()
    for (const span of this.spans()) {
      if (service !== undefined && span.serviceName !== service) continue
      const owners = [
        ['span', [span]],
        ['resource', [span.resource]],
        ['instrumentation', [span.scope]],
        ['event', span.events],
        ['link', span.links],
      ] as const
      for (const [scope, list] of owners) {
        for (const { key, value } of list.flatMap(({ attributes }) => attributes)) {
          const name = `${scope} ${key}`
          counts.set(name, (counts.get(name) ?? 0) + 1)
          types.set(name, new Set([...(types.get(name) ?? []), value.type]))
          const byValue = values.get(key) ?? new Map<string, number>()
          byValue.set(attributeText(value), (byValue.get(attributeText(value)) ?? 0) + 1)
          values.set(key, byValue)
        }
      }
    }
    const named = (name: string): string => `${name} ${[...(types.get(name) ?? [])].sort().join('/')}`
    return { keys: new Map([...counts].map(([name, count]) => [named(name), count])), values }
  }

  /** `parent child calls errors`, sorted. The parent is a span of the child's own service when one bears the id, else the first. */
  serviceEdges({ from, to }: TimeRange): string[] {
    const all = this.spans()
    const calls = new Map<string, number>()
    const errors = new Map<string, number>()
    for (const child of all) {
      if (child.parentSpanId === undefined || child.startTime < from || child.startTime > to) continue
      const parents = all.filter(
        other => other !== child && other.spanId === child.parentSpanId && other.traceId === child.traceId,
      )
      if (parents.length === 0 || parents.some(parent => parent.serviceName === child.serviceName)) continue
      const name = (span: Span): string => span.serviceName ?? ''
      const [parent] = parents.sort((a, b) => compare(a.startTime, b.startTime) || compare(name(a), name(b)))
      const edge = `${parent.serviceName ?? 'unknown_service'} ${child.serviceName ?? 'unknown_service'}`
      calls.set(edge, (calls.get(edge) ?? 0) + 1)
      if (child.status === 'error') errors.set(edge, (errors.get(edge) ?? 0) + 1)
    }
    return [...calls].map(([edge, count]) => `${edge} ${count} ${errors.get(edge) ?? 0}`).sort()
  }
}

function summarise(spans: Span[], startTime: bigint, endTime: bigint, matchedCount: number): TraceSummary {
  const sorted = [...spans].sort((a, b) => compare(a.startTime, b.startTime) || compare(a.spanId, b.spanId))
  const isParent = (span: Span, other: Span): boolean => other !== span && other.spanId === span.parentSpanId
  const root = sorted.find(span => !sorted.some(other => isParent(span, other))) ?? sorted[0]
  const services = [...new Set(spans.map(({ serviceName }) => serviceName))].map(name => {
    const own = spans.filter(({ serviceName }) => serviceName === name)
    return { name, spanCount: own.length, errorCount: own.filter(({ status }) => status === 'error').length }
  })
  return {
    traceId: root.traceId,
    startTime,
    endTime,
    spanCount: spans.length,
    errorCount: spans.filter(({ status }) => status === 'error').length,
    matchedCount,
    root: {
      spanId: root.spanId,
      service: root.serviceName,
      name: root.name,
      kind: root.kind,
      error: root.status === 'error',
      orphan: root.parentSpanId !== undefined && !sorted.some(other => isParent(root, other)),
    },
    services,
  }
}

/**
 * A summary as text. Of spans with one id and start either may be the root, and the generator makes such: of the root the id stands here;
 * what else is told of it has a test of its own.
 */
export function summaryText(summary: TraceSummary): string {
  const { traceId, startTime, endTime, spanCount, errorCount, matchedCount, root, services } = summary
  const list = services.map(({ name = '-', spanCount: own, errorCount: bad }) => `${name}:${own}/${bad}`).sort()
  const counts = `${spanCount} spans ${errorCount} errors ${matchedCount} matched`
  return `${traceId} ${startTime} ${endTime} ${counts} root ${root.spanId} of ${list.join()}`
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Distinct texts in the order of their code points. */
export function byCodePoint(texts: readonly string[]): string[] {
  // UTF-8 has the order of code points.
  return [...new Set(texts)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

// What link patterns may name of a trace and of one of its spans. Names are Jaeger's.

import { attributeText } from '#shared/query/evaluate-text.ts'
import type { Attribute } from '#shared/spans/attribute-value.ts'
import type { Span } from '#shared/spans/span.ts'
import type { Link, Lookup } from '#shared/trace/link-patterns.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'

/** `traceID`, `traceName`, `startTime` and `endTime` (µs since the epoch), `duration` (µs). */
export function traceLookup(trace: Trace, id: string): Lookup {
  const root = mainRoot(trace)
  const start = trace.startTime / 1000n
  const values = new Map<string, string>([
    ['traceID', trace.traceId ?? id],
    ['startTime', String(start)],
    ['endTime', String(start + BigInt(Math.round(trace.durationNs / 1000)))],
    ['duration', String(Math.round(trace.durationNs / 1000))],
  ])
  if (root >= 0) {
    const service = trace.services[trace.service[root]] ?? ''
    values.set('traceName', service === '' ? spanName(trace, root) : `${service}: ${spanName(trace, root)}`)
  }
  return name => values.get(name)
}

/** Links of the value of a key of one span; `beside`: what stands with it, for an event. */
export type SpanLinks = (
  place: 'span' | 'resource' | 'events',
  key: string,
  beside?: readonly Attribute[],
) => readonly Link[]

/** First what stands beside the value, then the span's attributes and its resource's; `trace.…` is the trace. */
export function valueLookup(beside: readonly Attribute[], view: Span, ofTrace: Lookup): Lookup {
  return name => {
    for (const attributes of [beside, view.attributes, view.resource.attributes]) {
      const found = attributes.find(({ key }) => key === name)
      if (found !== undefined) return attributeText(found.value)
    }
    if (name === 'spanID') return view.spanId
    return name.startsWith('trace.') ? ofTrace(name.slice('trace.'.length)) : undefined
  }
}

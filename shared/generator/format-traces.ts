/** Traces of a table as the text that `parseTraces` reads; see parse-traces.ts for the notation. */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { formatTraceId } from '#shared/spans/ids.ts'
import { Span } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { TEXT_BASE } from './parse-traces.ts'

export interface FormatOptions {
  /** What times stand against, ns since the epoch. Default: TEXT_BASE. */
  readonly base?: bigint
  /** True: every trace's and span's id. Default: the parent's of a span whose parent is not in the text. */
  readonly ids?: boolean
}

/** Traces in order of first appearance; children below their parent by start, then row; resources once a service. */
export function formatTraces(table: SpanTable, options: FormatOptions = {}): string {
  const base = options.base ?? TEXT_BASE
  const ids = options.ids === true
  const lines = resourceLines(table)
  const traces = new Map<string, Span[]>()
  for (let row = 0; row < table.rowCount; row++) {
    const id = formatTraceId(table.traceId, row)
    const spans = traces.get(id)
    if (spans === undefined) traces.set(id, [new Span(table, row)])
    else spans.push(new Span(table, row))
  }
  for (const [id, spans] of traces) {
    if (lines.length > 0) lines.push('')
    if (ids) lines.push(`trace ${short(id)}`)
    addTrace(lines, spans, base, ids)
  }
  return `${lines.join('\n')}\n`
}

function addTrace(lines: string[], spans: readonly Span[], base: bigint, ids: boolean): void {
  const byId = new Map(spans.map(span => [span.spanId as string, span]))
  const children = new Map<Span | undefined, Span[]>()
  for (const span of spans) {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId)
    const list = children.get(parent)
    if (list === undefined) children.set(parent, [span])
    else list.push(span)
  }
  const order = (list: readonly Span[]) =>
    list
      .toSorted((a, b) => (a.startTime < b.startTime ? -1 : a.startTime > b.startTime ? 1 : a.row - b.row))
      .toReversed()
  const seen = new Set<Span>()
  // Roots first; what a ring keeps from every root is then begun at its first span.
  for (const first of [...order(children.get(undefined) ?? []).toReversed(), ...spans]) {
    const work = [{ span: first, depth: 0 }]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const { span, depth } = next
      if (seen.has(span)) continue
      seen.add(span)
      const indent = '  '.repeat(depth)
      const lost = depth === 0 && span.parentSpanId !== undefined
      lines.push(indent + spanLine(span, base, ids || lost, lost))
      for (const event of span.events) {
        const text = JSON.stringify(event.name)
        lines.push(`${indent}  @ ${duration(event.time - base)} ${text}${attributesText(event.attributes)}`)
      }
      for (const link of span.links) {
        lines.push(`${indent}  > ${short(link.traceId)}:${short(link.spanId)}${attributesText(link.attributes)}`)
      }
      for (const child of order(children.get(span) ?? [])) work.push({ span: child, depth: depth + 1 })
    }
  }
}

function spanLine(span: Span, base: bigint, ids: boolean, lost: boolean): string {
  const time = `[${duration(span.startTime - base)} ${duration(span.endTime - span.startTime)}]`
  const kind = span.kind === 'unspecified' ? '' : ` ${span.kind}`
  const message = span.statusMessage === '' ? '' : ` ${JSON.stringify(span.statusMessage)}`
  const status = span.status === 'unset' ? '' : ` ${span.status}${message}`
  const id = ids ? ` #${short(span.spanId)}` : ''
  const parent = lost && span.parentSpanId !== undefined ? ` ^${short(span.parentSpanId)}` : ''
  return `${span.serviceName ?? '?'}: ${span.name} ${time}${kind}${status}${id}${parent}${attributesText(span.attributes)}`
}

function resourceLines(table: SpanTable): string[] {
  const lines = new Map<string, string>()
  for (let row = 0; row < table.rowCount; row++) {
    const { serviceName, attributes } = new Span(table, row).resource
    if (serviceName === undefined || lines.has(serviceName)) continue
    const rest = attributes.filter(({ key }) => key !== 'service.name')
    lines.set(serviceName, rest.length === 0 ? '' : `resource ${serviceName}${attributesText(rest)}`)
  }
  return [...lines.values()].filter(line => line !== '')
}

function short(hex: string): string {
  return hex.replace(/^0+(?=.)/, '')
}

function duration(ns: bigint): string {
  if (ns === 0n) return '0'
  for (const [unit, size] of [
    ['s', 1_000_000_000n],
    ['ms', 1_000_000n],
    ['us', 1000n],
  ] as const) {
    // At most three digits after the point, so that nothing is lost.
    if ((ns * 1000n) % size === 0n && (ns >= size || ns <= -size)) {
      const [sign, n] = ns < 0n ? ['-', -ns] : ['', ns]
      const fraction = String(((n % size) * 1000n) / size)
        .padStart(3, '0')
        .replace(/0+$/, '')
      return `${sign}${n / size}${fraction === '' ? '' : `.${fraction}`}${unit}`
    }
  }
  return `${ns}ns`
}

function attributesText(attributes: readonly Attribute[]): string {
  return attributes
    .map(({ key, value }) => ` ${/^[^\s="#^][^\s="]*$/.test(key) ? key : JSON.stringify(key)}=${valueText(value)}`)
    .join('')
}

function valueText(value: AttributeValue): string {
  switch (value.type) {
    case 'string':
      return /^[A-Za-z_/*?.-][^\s"]*$/.test(value.value) && !/^(true|false|NaN|-.*)$/.test(value.value)
        ? value.value
        : JSON.stringify(value.value)
    case 'double':
      return doubleText(value.value)
    case 'bytes':
      return `0x${[...value.value].map(byte => byte.toString(16).padStart(2, '0')).join('')}`
    case 'array':
      return `[${value.values.map(one => (one.type === 'string' ? JSON.stringify(one.value) : valueText(one))).join(',')}]`
    case 'map':
      return JSON.stringify(`{${value.entries.map(entry => `${entry.key}=${valueText(entry.value)}`).join(', ')}}`)
    case 'empty':
      return '""'
    default:
      return String(value.value)
  }
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

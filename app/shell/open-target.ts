// What a person pasted or typed into the omnibox: a trace id in any of the forms that headers, logs and other programs
// write it in, a link to a trace, a search or a comparison (ours, Jaeger's, Zipkin's), JSON, or words. Pure.

import { parseSpanId, parseTraceId } from '#shared/spans/ids.ts'
import type { SpanId, TraceId } from '#shared/spans/ids.ts'

export type OpenTarget =
  | {
      readonly kind: 'trace'
      readonly traceId: TraceId
      readonly spanId?: SpanId
      /** False when the text is so short that it may be a word (`add`, `face`): offered, but not first. */
      readonly certain: boolean
    }
  | { readonly kind: 'compare'; readonly a: TraceId; readonly b: TraceId }
  /** `search` begins with `?` and is the link's own. */
  | { readonly kind: 'search'; readonly search: string }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing' }

/** Hex digits from which on a text is taken for an id rather than a word. */
const CERTAIN_DIGITS = 12
/** Longest text that is looked at as an id or a link, in characters. */
const MAX_LINK = 4096

/** What `input` is; anything that is nothing else is `text`. */
export function parseOpenTarget(input: string): OpenTarget {
  const text = input.trim()
  if (text === '') return { kind: 'nothing' }
  if (/^[[{]/u.test(text)) return { kind: 'json', text }
  if (text.length > MAX_LINK) return { kind: 'text', text }
  return parseLink(text) ?? parseHeader(text) ?? parseId(text) ?? { kind: 'text', text }
}

function parseId(text: string): OpenTarget | undefined {
  const pair = /^([0-9a-f]{1,32})\.\.\.([0-9a-f]{1,32})$/iu.exec(text)
  if (pair !== null) {
    const a = parseTraceId(pair[1])
    const b = parseTraceId(pair[2])
    return a === undefined || b === undefined ? undefined : { kind: 'compare', a, b }
  }
  // A trace id printed as a UUID.
  const plain = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text) ? text.replaceAll('-', '') : text
  const hex = parseTraceId(plain.replace(/^0x/iu, ''))
  if (hex !== undefined) return { kind: 'trace', traceId: hex, certain: plain.length >= CERTAIN_DIGITS }
  // OTLP JSON of some senders, and Jaeger's gRPC JSON: 16 or 8 bytes in base64.
  if (/^[A-Za-z0-9+/]{22}==$|^[A-Za-z0-9+/]{11}=$/u.test(text)) {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0))
    const id = parseTraceId(Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''))
    if (id !== undefined) return { kind: 'trace', traceId: id, certain: true }
  }
  return undefined
}

/** Headers that carry a trace, with or without their name: traceparent, uber-trace-id, b3, x-b3-traceid, X-Amzn-Trace-Id. */
function parseHeader(text: string): OpenTarget | undefined {
  const value = text
    .replace(/^(traceparent|uber-trace-id|b3|x-b3-traceid|x-amzn-trace-id|trace[-_ ]?id)\s*[:=]\s*/iu, '')
    .replace(/^["']|["',;]+$/gu, '')
  const match =
    // version-trace-parent-flags
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/iu.exec(value) ??
    // trace:span:parent:flags; colons may come escaped
    /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/iu.exec(value.replace(/%3A/giu, ':')) ??
    // trace-span[-sampled[-parent]]
    /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-[01d](?:-[0-9a-f]{16})?)?$/iu.exec(value)
  if (match !== null) return trace(match[1], match[2])
  const amazon = /^Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;Parent=([0-9a-f]{16}))?/iu.exec(value)
  if (amazon !== null) return trace(amazon[1] + amazon[2], amazon[3])
  return value === text ? undefined : parseId(value)
}

function trace(traceText: string, spanText: string | undefined): OpenTarget | undefined {
  const traceId = parseTraceId(traceText)
  if (traceId === undefined) return undefined
  const spanId = spanText === undefined ? undefined : parseSpanId(spanText)
  return spanId === undefined
    ? { kind: 'trace', traceId, certain: true }
    : { kind: 'trace', traceId, spanId, certain: true }
}

/**
 * Links: `…/trace/<id>` (ours, Jaeger's; `?uiFind=<span id>`), `…/trace/<a>...<b>`, `…/traces/<id>` (Zipkin's and the
 * API's), `…/search?…`. Any host and base path, and a path alone.
 */
function parseLink(text: string): OpenTarget | undefined {
  if (!/^https?:\/\/|^\//iu.test(text)) return undefined
  let url: URL
  try {
    url = new URL(text, 'http://localhost')
  } catch {
    return undefined
  }
  const parts = url.pathname.split('/').filter(part => part !== '')
  const last = decodePart(parts.at(-1) ?? '')
  const before = parts.at(-2)
  if (before === 'trace' || before === 'traces') {
    const target = parseId(last)
    if (target?.kind !== 'trace') return target
    const spanId = parseSpanId(url.searchParams.get('uiFind') ?? url.searchParams.get('span') ?? '')
    return spanId === undefined ? { ...target, certain: true } : { ...target, certain: true, spanId }
  }
  if (last === 'search' && url.search !== '') return { kind: 'search', search: url.search }
  return undefined
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

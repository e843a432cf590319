/**
 * Traces as text, for tests and for reading. One line a span, children indented by two spaces, an empty line between traces:
 *
 *   resource cart host.name=a
 *   cart: GET /cart [0 120ms] server error "no stock" user.id=7
 *     @ 15ms "cache miss" level=warn
 *     > 2:5 reason=retry
 *     db: SELECT [10ms 1.5ms] client
 *   ?: orphan [5ms 1ms] #9 ^77
 *
 *   span   service, `: `, name, `[start duration]`, then any of: a kind, `ok`, `error` and its message, `#id`, `^parent`,
 *          key=value. Service `?`: none. Times stand against the start of all (`FormatOptions.base`): ns us ms s.
 *   @      an event of the span above: time, name in quotes, attributes.   >  a link: trace id, `:`, span id, attributes.
 *   value  true, 12, 1.5, -0.0, NaN, 0xff00 (bytes), [json, array], "text in quotes" or a text without spaces
 *   ids    are numbered from 1 in the order of the text, unless they stand there in hex; `trace abc` names a trace
 */
import type { Attribute, AttributeValue } from '#shared/spans/attribute-value.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { idWords, parseSpanId, parseTraceId } from '#shared/spans/ids.ts'
import { SPAN_KINDS, type SpanKind } from '#shared/spans/span-table.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addResource, addScope, addSpan, type EventValues, type LinkValues, type SpanValues } from './add-span.ts'

/** ns of 2026-01-01T00:00:00Z: what times in a text stand against unless told otherwise. */
export const TEXT_BASE = 1_767_225_600_000_000_000n

interface Draft {
  values: Omit<SpanValues, 'events' | 'links' | 'resource' | 'scope'>
  readonly service: string | undefined
  readonly depth: number
  readonly events: EventValues[]
  readonly links: LinkValues[]
}

/** Appends the spans of a text to the table, in the order of its lines. DecodeError names the line. */
export function parseTraces(text: string, table: SpanTableBuilder, base = TEXT_BASE): void {
  const resources = new Map<string, readonly Attribute[]>()
  const drafts: Draft[] = []
  let path: Draft[] = []
  let trace = idWords(parseTraceId('1')!)
  let traces = 1
  let spans = 0
  let named = false
  for (const [i, line] of text.split('\n').entries()) {
    const fail = (problem: string): never => {
      throw new DecodeError(problem, `line ${i + 1}`)
    }
    const body = line.trim()
    if (body === '') {
      if (path.length > 0) trace = idWords(parseTraceId((++traces).toString(16))!)
      path = []
      named = false
      continue
    }
    const words = new Words(body, fail)
    if (path.length === 0 && !named && /^resource \S/.test(body)) {
      words.take('resource')
      resources.set(words.word(), words.attributes())
      continue
    }
    if (path.length === 0 && /^trace [0-9a-f]+$/i.test(body)) {
      trace = idWords(parseTraceId(body.slice(6)) ?? fail(`${body.slice(6)} is no trace id`))
      named = true
      continue
    }
    const above = path.at(-1)
    if (body.startsWith('@ ') || body.startsWith('> ')) {
      if (above === undefined) return fail('an event or link without a span above it')
      if (words.word() === '@') {
        const time = base + words.duration()
        above.events.push({
          time,
          name: words.quoted() ?? fail('expected the event’s name in quotes'),
          attributes: words.attributes(),
        })
      } else {
        const [ofTrace, ofSpan] = words.word().split(':')
        const traceId = idWords(parseTraceId(ofTrace) ?? fail(`${ofTrace} is no trace id`))
        const spanId = idWords(parseSpanId(ofSpan ?? '') ?? fail(`${ofSpan} is no span id`))
        above.links.push({ traceId, spanId, attributes: words.attributes() })
      }
      continue
    }
    const depth = Math.floor((line.length - line.trimStart().length) / 2)
    if (depth > (above === undefined ? 0 : above.depth + 1)) fail('indented by more than one step below the line above')
    path = path.filter(draft => draft.depth < depth)
    const draft = words.span(
      trace,
      base,
      depth,
      path.at(-1)?.values.spanId,
      idWords(parseSpanId((++spans).toString(16))!),
    )
    drafts.push(draft)
    path.push(draft)
  }
  const scope = addScope(table, '')
  for (const { values, service, events, links } of drafts) {
    const resource = addResource(table, service, service === undefined ? [] : resources.get(service))
    addSpan(table, { ...values, resource, scope, events, links })
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 }

/** Reads a line from left to right. */
class Words {
  #rest: string
  readonly #fail: (problem: string) => never

  constructor(line: string, fail: (problem: string) => never) {
    this.#rest = line
    this.#fail = fail
  }

  take(word: string): void {
    this.#rest = this.#rest.slice(word.length).trimStart()
  }

  word(): string {
    const word = /^\S*/.exec(this.#rest)?.[0] ?? ''
    this.take(word)
    return word
  }

  /** A time or duration in ns. */
  duration(): bigint {
    const word = this.word().replace(/\]$/, '')
    const match = /^(-?\d+)(?:\.(\d+))?(ns|us|µs|ms|s)?$/.exec(word)
    if (match === null) return this.#fail(`${word}; expected a time such as 1.5ms`)
    const unit = UNITS[match[3] ?? '']
    const fraction = match[2] === undefined ? 0n : BigInt(Math.round(Number(`0.${match[2]}`) * unit))
    const whole = BigInt(match[1]) * BigInt(unit)
    return match[1].startsWith('-') ? whole - fraction : whole + fraction
  }

  /** A JSON string that stands here. */
  quoted(): string | undefined {
    const match = /^"(?:[^"\\]|\\.)*"/.exec(this.#rest)
    if (match === null) return undefined
    this.take(match[0])
    return JSON.parse(match[0]) as string
  }

  attributes(): Attribute[] {
    const list: Attribute[] = []
    while (this.#rest !== '') list.push(this.attribute())
    return list
  }

  attribute(): Attribute {
    const key = this.quoted() ?? /^[^\s="]+/.exec(this.#rest)?.[0]
    if (key === undefined) return this.#fail(`${this.#rest}; expected key=value`)
    if (!this.#rest.startsWith('=')) this.take(key)
    if (!this.#rest.startsWith('=')) return this.#fail(`${key}${this.#rest}; expected key=value`)
    this.#rest = this.#rest.slice(1)
    const text = this.quoted()
    if (text !== undefined) return { key, value: { type: 'string', value: text } }
    const json = /^(\[.*?\])(?=\s|$)/.exec(this.#rest)
    if (json !== null) {
      this.take(json[0])
      return { key, value: { type: 'array', values: (JSON.parse(json[1]) as unknown[]).map(jsonValue) } }
    }
    return { key, value: plainValue(this.word()) }
  }

  span(traceId: Uint32Array, base: bigint, depth: number, parent: Uint32Array | undefined, next: Uint32Array): Draft {
    const match = /^(\S+): (.*?) \[(?=\S+ \S+\])/.exec(this.#rest)
    if (match === null) return this.#fail(`${this.#rest}; expected service: name [start duration]`)
    this.take(match[0])
    const startTime = base + this.duration()
    const endTime = startTime + this.duration()
    let [spanId, parentSpanId] = [next, parent]
    let kind: SpanKind | undefined
    let status: 'ok' | 'error' | undefined
    let statusMessage = ''
    const attributes: Attribute[] = []
    while (this.#rest !== '') {
      const word = /^\S*/.exec(this.#rest)?.[0] ?? ''
      if (/^[#^][0-9a-f]+$/i.test(word)) {
        const id = idWords(parseSpanId(word.slice(1)) ?? this.#fail(`${word} is no span id`))
        if (word.startsWith('#')) spanId = id
        else parentSpanId = id
        this.take(word)
      } else if ((SPAN_KINDS as readonly string[]).includes(word)) {
        kind = word as SpanKind
        this.take(word)
      } else if (word === 'ok' || word === 'error') {
        status = word
        this.take(word)
        if (!/^"(?:[^"\\]|\\.)*"=/.test(this.#rest)) statusMessage = this.quoted() ?? ''
      } else attributes.push(this.attribute())
    }
    const values = {
      traceId,
      spanId,
      parentSpanId,
      name: match[2],
      kind,
      status,
      statusMessage,
      startTime,
      endTime,
      attributes,
    }
    return { values, service: match[1] === '?' ? undefined : match[1], depth, events: [], links: [] }
  }
}

function plainValue(word: string): AttributeValue {
  if (word === 'true' || word === 'false') return { type: 'bool', value: word === 'true' }
  if (/^-?\d+$/.test(word)) return { type: 'int', value: BigInt(word) }
  if (/^-?(\d+\.\d+(e[+-]?\d+)?|\d+e[+-]?\d+|Infinity)$|^NaN$/.test(word))
    return { type: 'double', value: Number(word) }
  if (/^0x([0-9a-f]{2})*$/.test(word)) {
    const bytes = Uint8Array.from({ length: word.length / 2 - 1 }, (_, i) =>
      Number.parseInt(word.slice(2 + i * 2, 4 + i * 2), 16),
    )
    return { type: 'bytes', value: bytes }
  }
  return { type: 'string', value: word }
}

function jsonValue(value: unknown): AttributeValue {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'double', value }
  return Array.isArray(value) ? { type: 'array', values: value.map(jsonValue) } : { type: 'empty' }
}

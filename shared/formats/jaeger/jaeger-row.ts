/**
 * One span of Jaeger's model -> one row (WIRE.md 7.1, 7.3), for the decoders of its wire formats: they hand over tags,
 * references and logs as they read them; what some of those mean in OpenTelemetry's words is decided here, the same as
 * `read-tags.ts` does for JSON.
 *
 *   row.attach(table)                    // once a message
 *   row.begin(resource, fault)
 *   row.tag(key, type, low, high) … row.reference(…) … row.log(…), row.field(…)
 *   row.end(name)
 */
import { encodeArrayValue } from '#shared/spans/any-value.ts'
import {
  ATTRIBUTE_ARRAY,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  type AttributeType,
} from '#shared/spans/attribute-value.ts'
import type { RejectReason, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { signedNumber } from '#shared/formats/wire-times.ts'
import { WARNINGS_ATTRIBUTE } from './ui-json.ts'

const KIND = 1
const ERROR = 2
const STATUS_CODE = 3
const STATUS_DESCRIPTION = 4
const HTTP_MESSAGE = 5
const HTTP_CODE = 6
const SCOPE_NAME = 7
const SCOPE_VERSION = 8
const TRACE_STATE = 9

/** Tags that are more than attributes. */
const MEANINGS: readonly (readonly [string, number])[] = [
  ['span.kind', KIND],
  ['error', ERROR],
  ['otel.status_code', STATUS_CODE],
  ['otel.status_description', STATUS_DESCRIPTION],
  ['http.status_message', HTTP_MESSAGE],
  ['http.status_code', HTTP_CODE],
  ['otel.scope.name', SCOPE_NAME],
  ['otel.library.name', SCOPE_NAME],
  ['otel.scope.version', SCOPE_VERSION],
  ['otel.library.version', SCOPE_VERSION],
  ['w3c.tracestate', TRACE_STATE],
]

const KINDS: ReadonlyMap<string, number> = new Map([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
])
const KIND_CLIENT = 3

const NOT_SEEN = -1
/** Words of one kept reference: 4 of the trace id, 2 of the span id, 1 for its type. */
const REFERENCE_WORDS = 7

/** What may be one's parent: the word that follows a reference's ids. */
export const CHILD_OF = 0
export const FOLLOWS_FROM = 1

export class JaegerRow {
  /** Index of the row under construction. */
  row = 0
  #table!: SpanTableBuilder
  /** By dictionary id of the key. */
  #meanings = new Uint8Array(0)
  #eventKey = 0
  #refTypeKey = 0
  #childOf = 0
  #followsFrom = 0
  /** Dictionary id of a kind's word -> OTLP's number. */
  readonly #kinds = new Map<number, number>()
  #emptyScope = NOT_SEEN

  #references = new Uint32Array(REFERENCE_WORDS * 8)
  #referenceCount = 0
  #event = -1
  #eventNamed = false

  // Of the tags of the present span; dictionary ids, NOT_SEEN without.
  #errorSeen = false
  #failed = false
  #codeSeen = false
  #code = 0
  #description = NOT_SEEN
  #httpMessage = NOT_SEEN
  #httpCode = 200
  #httpCodeSeen = false
  #scopeName = 0
  #scopeVersion = 0
  #warnings: string[] | undefined

  /** Makes `table` the one that rows go to. Forgets what it knew of another. */
  attach(table: SpanTableBuilder): void {
    if (this.#table === table) return
    const ids = MEANINGS.map(([key, meaning]) => [table.internText(key), meaning] as const)
    this.#eventKey = table.internText('event')
    this.#refTypeKey = table.internText('opentracing.ref_type')
    this.#childOf = table.internText('child_of')
    this.#followsFrom = table.internText('follows_from')
    this.#meanings = new Uint8Array(Math.max(...ids.map(([id]) => id)) + 1)
    for (const [id, meaning] of ids) this.#meanings[id] = meaning
    this.#kinds.clear()
    this.#emptyScope = NOT_SEEN
    this.#table = table
  }

  /** Starts a row. `fault`: why none of its resource can be kept. */
  begin(resource: number, fault: RejectReason | undefined): void {
    const table = this.#table
    this.row = table.beginSpan()
    table.resource[this.row] = resource
    if (fault !== undefined) table.fault(fault)
    this.#referenceCount = 0
    this.#errorSeen = this.#failed = this.#codeSeen = this.#httpCodeSeen = false
    this.#code = 0
    this.#description = this.#httpMessage = NOT_SEEN
    this.#httpCode = 200
    this.#scopeName = this.#scopeVersion = 0
    this.#warnings = undefined
  }

  /** A tag of the span. */
  tag(key: number, type: AttributeType, low: number, high: number): void {
    if (key < this.#meanings.length) {
      const meaning = this.#meanings[key]
      if (meaning !== 0 && this.#take(meaning, type, low, high)) return
    }
    this.#table.addAttribute(key, type, low, high)
  }

  /** True when the tag is no attribute any more. */
  #take(meaning: number, type: AttributeType, low: number, high: number): boolean {
    const isText = type === ATTRIBUTE_STRING
    switch (meaning) {
      case KIND: {
        if (!isText) return false
        let kind = this.#kinds.get(low)
        if (kind === undefined) {
          kind = KINDS.get(this.#table.dictionary.text(low)) ?? 0
          this.#kinds.set(low, kind)
        }
        if (kind === 0) return false
        this.#table.kind[this.row] = kind
        return true
      }
      case ERROR:
        if (this.#errorSeen) return false
        this.#errorSeen = true
        this.#failed = type === ATTRIBUTE_BOOL && low !== 0
        return this.#failed
      case STATUS_CODE: {
        if (this.#codeSeen) return false
        this.#codeSeen = true
        const word = isText ? this.#table.dictionary.text(low).toUpperCase() : ''
        this.#code = word === 'ERROR' ? 2 : word === 'OK' ? 1 : 0
        return this.#code !== 0 || word === 'UNSET'
      }
      case STATUS_DESCRIPTION:
        if (!isText || this.#description !== NOT_SEEN) return false
        this.#description = low
        return true
      case HTTP_MESSAGE:
        if (isText && this.#httpMessage === NOT_SEEN) this.#httpMessage = low
        return false
      case HTTP_CODE:
        if (!this.#httpCodeSeen) {
          this.#httpCodeSeen = true
          if (type === ATTRIBUTE_INT) this.#httpCode = signedNumber(low, high)
          else if (isText) this.#httpCode = Number(this.#table.dictionary.text(low))
        }
        return false
      case SCOPE_NAME:
        if (!isText) return false
        if (this.#scopeName === 0) this.#scopeName = low
        return true
      case SCOPE_VERSION:
        if (!isText) return false
        if (this.#scopeVersion === 0) this.#scopeVersion = low
        return true
      default:
        if (!isText) return false
        this.#table.traceState[this.row] = low
        return true
    }
  }

  /**
   * A reference: `type` is CHILD_OF or FOLLOWS_FROM, ids as words of columns. Which one is the parent is decided at the
   * end, when the span's own trace is known.
   */
  reference(type: number, trace0: number, trace1: number, trace2: number, trace3: number, a: number, b: number): void {
    // More than the links of a span may be are counted, not kept.
    if (this.#referenceCount > this.#table.limits.links) {
      this.#referenceCount++
      return
    }
    const at = this.#referenceCount++ * REFERENCE_WORDS
    if (at === this.#references.length) {
      const grown = new Uint32Array(at * 2)
      grown.set(this.#references)
      this.#references = grown
    }
    const words = this.#references
    words[at] = trace0
    words[at + 1] = trace1
    words[at + 2] = trace2
    words[at + 3] = trace3
    words[at + 4] = a
    words[at + 5] = b
    words[at + 6] = type
  }

  /** A log; its fields follow by `field`. Nanoseconds. */
  log(timeLow: number, timeHigh: number): void {
    this.#event = this.#table.addEvent(timeLow, timeHigh, 0, 0)
    this.#eventNamed = false
  }

  /** Corrects the time of the log added last: it may come behind its fields. */
  logTime(timeLow: number, timeHigh: number): void {
    if (this.#event < 0) return
    this.#table.eventTime[this.#event * 2] = timeLow
    this.#table.eventTime[this.#event * 2 + 1] = timeHigh
  }

  /** A field of the log added last: the first text `event` is its name. */
  field(key: number, type: AttributeType, low: number, high: number): void {
    if (key === this.#eventKey && type === ATTRIBUTE_STRING && !this.#eventNamed) {
      this.#eventNamed = true
      if (this.#event >= 0) this.#table.eventName[this.#event] = low
      return
    }
    this.#table.addEventAttribute(key, type, low, high)
  }

  /** What a collector had to say of the span. */
  warning(text: string): void {
    this.#warnings ??= []
    if (this.#warnings.length < this.#table.limits.events) this.#warnings.push(text)
  }

  /**
   * Ends the row. `parent*`: words of a parent that stands outside the references (jaeger.thrift), zero without: a
   * CHILD_OF in front of them unless one of them names the same span (WIRE.md 7.1).
   */
  end(name: number, parent0 = 0, parent1 = 0): void {
    const table = this.#table
    const { row } = this
    table.name[row] = name
    if (this.#warnings !== undefined) this.#addWarnings(this.#warnings)
    this.#endStatus()
    if (this.#scopeName === 0 && this.#scopeVersion === 0) {
      if (this.#emptyScope === NOT_SEEN) this.#emptyScope = table.endScope(0, 0, 0, 0)
      table.scope[row] = this.#emptyScope
    } else {
      // Beside `table.scope[row] =`, whose array this may replace.
      const scope = table.endScope(this.#scopeName, this.#scopeVersion, 0, 0)
      table.scope[row] = scope
    }
    if (this.#referenceCount > 0) this.#endReferences(parent0, parent1)
    else {
      table.parentSpanId[row * 2] = parent0
      table.parentSpanId[row * 2 + 1] = parent1
    }
    table.endSpan()
  }

  #addWarnings(warnings: readonly string[]): void {
    const table = this.#table
    const bytes = encodeArrayValue(warnings.map(value => ({ type: 'string', value })))
    const value = table.internBytes(bytes, new DataView(bytes.buffer), 0, bytes.length)
    table.addAttribute(table.internText(WARNINGS_ATTRIBUTE), ATTRIBUTE_ARRAY, value, 0)
  }

  #endStatus(): void {
    const table = this.#table
    const { row } = this
    let status = this.#failed ? 2 : this.#code
    if (this.#description !== NOT_SEEN) table.statusMessage[row] = this.#description
    else if (status === 2 && this.#httpMessage !== NOT_SEEN) table.statusMessage[row] = this.#httpMessage
    if (status === 0 && this.#httpCodeSeen && !this.#errorSeen && !this.#codeSeen) {
      const code = this.#httpCode
      if (Number.isInteger(code) && (code < 100 || code >= 400)) {
        if (code < 100 || code >= 500 || table.kind[row] === KIND_CLIENT) status = 2
      }
    }
    table.status[row] = status
  }

  #endReferences(parent0: number, parent1: number): void {
    const table = this.#table
    const { row } = this
    const words = this.#references
    const kept = Math.min(this.#referenceCount, table.limits.links + 1)
    const trace = row * 4
    let named = (parent0 | parent1) === 0
    let parent = NOT_SEEN
    let follows = NOT_SEEN
    for (let i = 0; i < kept; i++) {
      const at = i * REFERENCE_WORDS
      const same =
        words[at] === table.traceId[trace] &&
        words[at + 1] === table.traceId[trace + 1] &&
        words[at + 2] === table.traceId[trace + 2] &&
        words[at + 3] === table.traceId[trace + 3] &&
        (words[at + 4] | words[at + 5]) !== 0
      if (!same) continue
      if (words[at + 4] === parent0 && words[at + 5] === parent1) named = true
      if (words[at + 6] === FOLLOWS_FROM) {
        if (follows === NOT_SEEN) follows = i
      } else if (parent === NOT_SEEN) parent = i
    }
    if (named) {
      if (parent === NOT_SEEN) parent = follows
      if (parent !== NOT_SEEN) {
        table.parentSpanId[row * 2] = words[parent * REFERENCE_WORDS + 4]
        table.parentSpanId[row * 2 + 1] = words[parent * REFERENCE_WORDS + 5]
      }
    } else {
      parent = NOT_SEEN
      table.parentSpanId[row * 2] = parent0
      table.parentSpanId[row * 2 + 1] = parent1
    }
    for (let i = 0; i < kept; i++) {
      const at = i * REFERENCE_WORDS
      // A parent that is followed stays a link too, which says so.
      if (i === parent && words[at + 6] !== FOLLOWS_FROM) continue
      table.addLink(words, at, words, at + 4, 0, 0, 0)
      const type = words[at + 6] === FOLLOWS_FROM ? this.#followsFrom : this.#childOf
      table.addLinkAttribute(this.#refTypeKey, ATTRIBUTE_STRING, type, 0)
    }
    if (this.#referenceCount > kept) table.droppedLinks[row] += this.#referenceCount - kept
  }
}

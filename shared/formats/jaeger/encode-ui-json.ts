/**
 * Traces as Jaeger's `/api/traces` answers them (WIRE.md 3, 8), span by span: an answer of any size needs little memory.
 * Different from Jaeger on purpose: a duration below zero is written as such (Jaeger: about 1.8e19), and NaN or an
 * infinity as text (Jaeger answers 500).
 */
import type { SpanTable } from '#shared/spans/span-table.ts'
import { adjustInSteps, type AdjustOptions, type Adjustments } from './adjust.ts'
import { jaegerTraceId, SpanJsonWriter } from './span-json.ts'
import { escapeLikeGo } from './tags.ts'
import type { JaegerError, JaegerProcess } from './ui-json.ts'

export interface EncodeUiJsonOptions extends AdjustOptions {
  /** True: the spans as they came, no adjusters. */
  readonly raw?: boolean
  /** True: indented by four spaces. */
  readonly pretty?: boolean
  /** The envelope's `errors`; null when there are none. */
  readonly errors?: readonly JaegerError[]
}

/** Most UTF-16 units of a chunk. */
const MOST_CHUNK = 65_536

/**
 * The whole answer: the envelope around one trace for each trace id, in order of first appearance in the tables (which must not
 * share a trace). Chunks are at most 65,536 UTF-16 units and never cut a character; an empty one is a pause in long work.
 */
export function* encodeUiJson(
  tables: SpanTable | readonly SpanTable[],
  options: EncodeUiJsonOptions = {},
): Generator<string> {
  const style = new Style(options.pretty === true)
  let first = true
  for (const table of 'rowCount' in tables ? [tables] : tables) {
    yield* chunks(tableParts(table, first, options, style))
    first &&= table.rowCount === 0
  }
  yield closing(first, options, style)
}

/**
 * As `encodeUiJson`, for tables that come one by one: the next is asked for when what is written of the last has been taken.
 * `options.errors` is read at the end, so that it may grow till then.
 */
export async function* encodeUiJsonOf(
  tables: AsyncIterable<SpanTable>,
  options: EncodeUiJsonOptions = {},
): AsyncGenerator<string> {
  const style = new Style(options.pretty === true)
  let first = true
  for await (const table of tables) {
    yield* chunks(tableParts(table, first, options, style))
    first &&= table.rowCount === 0
  }
  yield closing(first, options, style)
}

/** The envelope around anything else than traces: `total` is the list's length where Jaeger fills it. */
export function envelopeJson(data: unknown, total = 0, pretty = false): string {
  const envelope = { data, total, limit: 0, offset: 0, errors: null }
  return escapeLikeGo(JSON.stringify(envelope, null, pretty ? 4 : undefined))
}

function* tableParts(table: SpanTable, first: boolean, options: EncodeUiJsonOptions, style: Style): Generator<string> {
  let opening = first
  for (const rows of traces(table)) {
    yield `${opening ? style.opening : ','}${style.line(2)}`
    opening = false
    yield* traceParts(table, rows, options, style)
  }
}

/** The end of the envelope; all of it when there was no trace. */
function closing(empty: boolean, { errors }: EncodeUiJsonOptions, style: Style): string {
  const data = empty ? `{${style.line(1)}"data":${style.space}[]` : `${style.line(1)}]`
  const list = errors === undefined || errors.length === 0 ? 'null' : style.value(errors, 1)
  const field = (name: string, value: string): string => `,${style.line(1)}"${name}":${style.space}${value}`
  return `${data}${field('total', '0')}${field('limit', '0')}${field('offset', '0')}${field('errors', list)}${style.line(0)}}`
}

/** Rows by trace, in order of first appearance. */
function traces(table: SpanTable): Iterable<readonly number[]> {
  const byId = new Map<string, number[]>()
  let last = ''
  let rows: number[] = []
  for (let row = 0; row < table.rowCount; row++) {
    const id = jaegerTraceId(table.traceId, row)
    if (id !== last) {
      last = id
      rows = byId.get(id) ?? []
      byId.set(id, rows)
    }
    rows.push(row)
  }
  return byId.values()
}

function* traceParts(
  table: SpanTable,
  rows: readonly number[],
  options: EncodeUiJsonOptions,
  style: Style,
): Generator<string> {
  const adjustments = options.raw === true ? undefined : yield* adjusted(table, rows, options)
  const writer = new SpanJsonWriter(table, adjustments)
  const processes = new Map<string, { readonly id: string; readonly process: JaegerProcess }>()
  const byObject = new Map<JaegerProcess, string>()
  yield `{${style.line(3)}"traceID":${style.space}"${jaegerTraceId(table.traceId, rows[0])}",`
  yield `${style.line(3)}"spans":${style.space}[`
  let first = true
  for (const row of adjustments?.rows ?? rows) {
    const { span, process } = writer.write(row)
    let processID = byObject.get(process)
    if (processID === undefined) {
      const content = JSON.stringify(process)
      processID = processes.get(content)?.id ?? `p${processes.size + 1}`
      if (!processes.has(content)) processes.set(content, { id: processID, process })
      byObject.set(process, processID)
    }
    const { warnings, ...rest } = span
    yield `${first ? '' : ','}${style.line(4)}${style.value({ ...rest, processID, warnings }, 4)}`
    first = false
  }
  yield `${style.line(3)}],${style.line(3)}"processes":${style.space}{`
  first = true
  for (const { id, process } of processes.values()) {
    yield `${first ? '' : ','}${style.line(4)}"${id}":${style.space}${style.value(process, 4)}`
    first = false
  }
  yield `${style.line(3)}},${style.line(3)}"warnings":${style.space}null${style.line(2)}}`
}

/** While there is nothing to write yet, empty parts, so that whoever takes them can do something else in between. */
function* adjusted(table: SpanTable, rows: readonly number[], options: AdjustOptions): Generator<string, Adjustments> {
  const work = adjustInSteps(table, rows, options)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    yield ''
  }
}

/** Where lines break and how far they stand in: nothing at all, or as Go's MarshalIndent with four spaces. */
class Style {
  readonly pretty: boolean
  readonly space: string
  constructor(pretty: boolean) {
    this.pretty = pretty
    this.space = pretty ? ' ' : ''
  }

  get opening(): string {
    return `{${this.line(1)}"data":${this.space}[`
  }

  line(depth: number): string {
    return this.pretty ? `\n${'    '.repeat(depth)}` : ''
  }

  /** A value that begins at this depth. */
  value(value: unknown, depth: number): string {
    if (!this.pretty) return escapeLikeGo(JSON.stringify(value))
    return escapeLikeGo(JSON.stringify(value, null, 4).replaceAll('\n', this.line(depth)))
  }
}

function* chunks(parts: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const part of parts) {
    if (part === '') yield part
    chunk += part
    while (chunk.length >= MOST_CHUNK) {
      const last = chunk.charCodeAt(MOST_CHUNK - 1)
      const cut = last >= 0xd800 && last <= 0xdbff ? MOST_CHUNK - 1 : MOST_CHUNK
      yield chunk.slice(0, cut)
      chunk = chunk.slice(cut)
    }
  }
  if (chunk !== '') yield chunk
}

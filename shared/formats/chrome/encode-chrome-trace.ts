/**
 * Rows as a Chrome trace of events, which Perfetto, speedscope and chrome://tracing open
 * (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU). A service is a process; its spans lie
 * on as many threads as it takes for each to nest in the one around it, as those tools ask. Events are instants, links and
 * attributes arguments. Times are µs since the first start, exact to the ns.
 *
 * The same spans stand before the events as OTLP JSON, which those tools pass over: a file that is opened here again
 * shows the trace that was saved, to the last attribute.
 */
import type { AttributeValue } from '#shared/spans/attribute-value.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import { rangeStart, SPAN_KINDS, type SpanTable, STATUS_CODES } from '#shared/spans/span-table.ts'
import { Span } from '#shared/spans/span.ts'
import { compareTimes, timeDifference } from '#shared/spans/time.ts'
import { encodeOtlpJson } from '#shared/formats/otlp/encode-json.ts'

/** Pieces are at least so long, so that there are not as many as spans. */
const PIECE = 65_536

/** The file in pieces of text. */
export function* encodeChromeTrace(table: SpanTable): Generator<string> {
  let held = ''
  for (const piece of encodeOtlpJson(table)) {
    // The object that the encoder closes goes on here.
    yield held
    held = piece
  }
  held = `${held.slice(0, -1)},"displayTimeUnit":"ns","traceEvents":[`
  let separator = ''
  for (const event of events(table)) {
    held += separator + event
    separator = ',\n'
    if (held.length >= PIECE) {
      yield held
      held = ''
    }
  }
  yield `${held}]}\n`
}

/** Rows by start, the longer first, so that a span comes before those that lie in it. */
function inOrder(table: SpanTable): Uint32Array {
  const rows = Uint32Array.from({ length: table.rowCount }, (_, row) => row)
  const { startTime, endTime } = table
  return rows.sort((x, y) => compareTimes(startTime, x, startTime, y) || compareTimes(endTime, y, endTime, x) || x - y)
}

/** The threads of one process: for each the ends of the spans that are open on it, the innermost last. */
interface Lanes {
  readonly process: number
  readonly open: number[][]
}

function* events(table: SpanTable): Generator<string> {
  if (table.rowCount === 0) return
  const rows = inOrder(table)
  const first = rows[0]
  const services = new Map<number, Lanes>()
  for (const row of rows) {
    const service = table.resourceService[table.resource[row]]
    let lanes = services.get(service)
    if (lanes === undefined) {
      lanes = { process: services.size + 1, open: [] }
      services.set(service, lanes)
      const name = service === NO_SERVICE ? 'unknown_service' : table.dictionary.text(service)
      yield `{"ph":"M","name":"process_name","pid":${lanes.process},"tid":0,"args":{"name":${JSON.stringify(name)}}}`
    }
    const start = timeDifference(table.startTime, row, table.startTime, first)
    // An end before the start has no rectangle: it is shown as a moment, its times are in the arguments of OTLP.
    const length = Math.max(0, timeDifference(table.endTime, row, table.startTime, row))
    const thread = laneOf(lanes, start, start + length)
    yield* spanEvents(table, row, `"pid":${lanes.process},"tid":${thread + 1}`, start, length)
  }
}

/** The first thread on which nothing runs at `start`, or on which what runs ends no earlier than `end`. */
function laneOf({ open }: Lanes, start: number, end: number): number {
  for (const [lane, ends] of open.entries()) {
    while (ends.length > 0 && ends[ends.length - 1] <= start) ends.pop()
    if (ends.length === 0 || ends[ends.length - 1] >= end) {
      ends.push(end)
      return lane
    }
  }
  return open.push([end]) - 1
}

function* spanEvents(table: SpanTable, row: number, place: string, start: number, length: number): Generator<string> {
  const span = new Span(table, row)
  const args: [string, unknown][] = [
    ['traceId', formatTraceId(table.traceId, row)],
    ['spanId', formatSpanId(table.spanId, row)],
  ]
  if ((table.parentSpanId[row * 2] | table.parentSpanId[row * 2 + 1]) !== 0) {
    args.push(['parentSpanId', formatSpanId(table.parentSpanId, row)])
  }
  if (table.kind[row] !== 0) args.push(['kind', SPAN_KINDS[table.kind[row]] ?? SPAN_KINDS[0]])
  if (table.status[row] !== 0) args.push(['status', STATUS_CODES[table.status[row]] ?? STATUS_CODES[0]])
  for (const { key, value } of span.attributes) args.push([key, plain(value)])
  const name = JSON.stringify(table.dictionary.text(table.name[row]))
  yield `{"ph":"X","name":${name},"cat":"span",${place},"ts":${us(start)},"dur":${us(length)},"args":${object(args)}}`
  for (let i = rangeStart(table.eventEnd, row); i < table.eventEnd[row]; i++) {
    const at = start + timeDifference(table.eventTime, i, table.startTime, row)
    const event = JSON.stringify(table.dictionary.text(table.eventName[i]))
    yield `{"ph":"i","s":"t","name":${event},"cat":"event",${place},"ts":${us(at)}}`
  }
}

/** Nanoseconds as µs, with three digits behind the point where there are any. */
function us(ns: number): string {
  const whole = Math.trunc(ns / 1000)
  const rest = Math.abs(ns % 1000)
  return rest === 0 ? String(whole) : `${ns < 0 && whole === 0 ? '-' : ''}${whole}.${String(rest).padStart(3, '0')}`
}

/** JSON of pairs whose keys come from the network. */
function object(pairs: readonly (readonly [string, unknown])[]): string {
  return `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
}

function plain(value: AttributeValue): unknown {
  switch (value.type) {
    case 'string':
    case 'bool':
      return value.value
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : String(value.value)
    case 'double':
      return Number.isFinite(value.value) ? value.value : String(value.value)
    case 'bytes':
      return `${value.value.length} bytes`
    case 'array':
      return value.values.map(plain)
    case 'map':
      return value.entries.map(({ key, value: inner }) => [key, plain(inner)])
    case 'empty':
      return null
  }
}

/**
 * Jaeger JSON of any size: values at the top of a file are read whole; one too large for that is walked down to its
 * lists, whose elements are read in batches. Processes mostly stand behind the spans that name them: rows wait for them.
 */
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addProcess, isBulkAction, JaegerJsonReader, parseJaegerJson } from '#shared/formats/jaeger/decode-ui-json.ts'
import { isArray, isObject, type Json, type JsonObject, text } from '#shared/formats/jaeger/plain-json.ts'
import { byteOf, parseBytes } from './json-errors.ts'
import type { JsonScan } from './json-scan.ts'
import { bareMessage, type JsonPieces, type Reading } from './reading.ts'

/** Bytes of spans that are parsed at once. */
const BATCH = 1024 * 1024
/** Processes, or one span, with more bytes are not read. */
const MOST_PART = 256 * 1024 * 1024
/** Lists and envelopes around a trace: a search's answer of Elasticsearch has four. */
const MOST_WRAPS = 6
const WRAPPERS = new Set(['data', 'hits', '_source'])
const BULK_ACTIONS = new Set(['index', 'create'])
const SPAN_KEYS = new Set(['spanID', 'operationName', 'spanId', 'span_id', 'operation_name'])

const OPEN_ARRAY = 91

export class JaegerJsonPieces implements JsonPieces {
  readonly #reading: Reading
  readonly #reader: JaegerJsonReader
  readonly #wholeBytes: number
  #toldProblems = 0
  #toldBadSpans = 0

  constructor(reading: Reading, wholeBytes: number) {
    this.#reading = reading
    this.#wholeBytes = wholeBytes
    this.#reader = new JaegerJsonReader(() => reading.run.table)
    // Rejected rows come as problems of their span.
    reading.countRejected = false
  }

  whole(bytes: Uint8Array, position: number): void {
    this.#read(bytes, position, root => {
      if (!isBulkAction(root)) this.#reader.readValue(root)
    })
  }

  /** Parses, reads, and tells what was wrong with single spans; `position` is that of `bytes` in the file. */
  #read(bytes: Uint8Array, position: number, read: (root: Json) => void): void {
    try {
      read(parseBytes(bytes, parseJaegerJson))
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const detail = error.offset < 0 && error.field === '' ? error.message : bareMessage(error)
      throw new DecodeError(detail, '', position + byteOf(error, bytes))
    }
    const { problems, badSpans } = this.#reader
    for (; this.#toldProblems < problems.length; this.#toldProblems++, this.#toldBadSpans++) {
      const problem = problems[this.#toldProblems]
      this.#reading.passOver(bareMessage(problem), position + byteOf(problem, bytes))
    }
    for (; this.#toldBadSpans < badSpans; this.#toldBadSpans++) this.#reading.passedOver++
  }

  async large(scan: JsonScan): Promise<void> {
    await this.#node(scan, 0)
  }

  async #node(scan: JsonScan, depth: number): Promise<void> {
    if (depth > MOST_WRAPS) scan.fail('nested too deep; expected a trace', scan.at)
    if ((await scan.peek()) !== OPEN_ARRAY) return await this.#object(scan, depth)
    for await (const batch of scan.batches(BATCH, this.#wholeBytes)) {
      if (batch.large) await this.#node(scan, depth + 1)
      else this.whole(listOf(scan, batch.from, batch.to), batch.from - 1)
      await this.#reading.run.turn()
    }
  }

  /** A trace, an envelope around traces, or a span alone. */
  async #object(scan: JsonScan, depth: number): Promise<void> {
    const { run } = this.#reading
    const mark = run.mark()
    const start = scan.at
    if ((await scan.value(this.#wholeBytes)).kind !== 'cut' && isSpan(scan)) {
      await scan.take(MOST_PART, 'a span')
      return this.whole(listOf(scan, start, scan.at), start - 1)
    }
    let traceId = ''
    let processes: JsonObject | undefined
    let isKnown = false
    const waiting = new Map<SpanTableBuilder, Map<number, string>>()
    for await (const key of scan.keys()) {
      isKnown ||= key === 'spans' || WRAPPERS.has(key) || BULK_ACTIONS.has(key)
      if (key === 'traceID') traceId = text(parseBytes(await scan.take(MOST_PART, 'a trace id'), parseJaegerJson))
      else if (key === 'processes') {
        const value = parseBytes(await scan.take(MOST_PART, 'the processes'), parseJaegerJson)
        processes = isObject(value) ? value : {}
      } else if (key === 'spans') await this.#spans(scan, traceId, processes, waiting)
      else if (WRAPPERS.has(key)) await this.#node(scan, depth + 1)
      else await scan.skip()
    }
    if (!isKnown) this.#reading.passOver('an object without "data" or "spans"; expected Jaeger JSON', start)
    const known = processes ?? {}
    run.forRowsSince(mark, (table, firstRow) => {
      const ids = waiting.get(table)
      if (ids === undefined) return
      const resources = new Map([...ids].map(([index, id]) => [index, addProcess(table, processOf(known, id), '')]))
      for (let row = firstRow; row < table.rowCount; row++) {
        table.resource[row] = resources.get(table.resource[row]) ?? table.resource[row]
      }
    })
  }

  async #spans(
    scan: JsonScan,
    traceId: string,
    processes: JsonObject | undefined,
    waiting: Map<SpanTableBuilder, Map<number, string>>,
  ): Promise<void> {
    const { run } = this.#reading
    const known = new Map<SpanTableBuilder, Map<string, number>>()
    const resourceOf = (id: string, span: JsonObject): number => {
      const { table } = run
      if (isObject(span.process)) return addProcess(table, span.process, 'process')
      const ids = inMap(known, table)
      let index = ids.get(id)
      if (index === undefined) {
        index = processes === undefined ? addPlaceholder(table, id) : addProcess(table, processOf(processes, id), '')
        ids.set(id, index)
        if (processes === undefined) inMap(waiting, table).set(index, id)
      }
      return index
    }
    for await (const batch of scan.batches(BATCH, MOST_PART)) {
      if (batch.large) scan.fail(`a span of more than ${MOST_PART} bytes`, batch.from)
      this.#read(listOf(scan, batch.from, batch.to), batch.from - 1, spans => {
        if (isArray(spans)) this.#reader.readSpans(spans, '', traceId, resourceOf)
      })
      await run.turn(true)
    }
  }
}

/** Whether what is at hand of an object shows it to be a span: it has keys of one before it has any of what is around spans. */
function isSpan(scan: JsonScan): boolean {
  for (const key of scan.keysAtHand()) {
    if (SPAN_KEYS.has(key)) return true
    if (key === 'spans' || key === 'processes' || WRAPPERS.has(key)) return false
  }
  return false
}

function processOf(processes: JsonObject, id: string): JsonObject | undefined {
  const process = Object.hasOwn(processes, id) ? processes[id] : undefined
  return isObject(process) ? process : undefined
}

/** A resource that stands for a process until that is known; no row keeps it. */
function addPlaceholder(table: SpanTableBuilder, id: string): number {
  table.addResourceAttribute(table.internText('jaeger.process_id'), 1, table.internText(id), 0)
  return table.endResource(0, 0)
}

function inMap<K, V, W>(maps: Map<K, Map<V, W>>, key: K): Map<V, W> {
  let map = maps.get(key)
  if (map === undefined) maps.set(key, (map = new Map()))
  return map
}

/** A range of a list's inside as a list. */
function listOf(scan: JsonScan, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from + 2)
  bytes[0] = OPEN_ARRAY
  bytes.set(scan.source.slice(from, to), 1)
  bytes[bytes.length - 1] = OPEN_ARRAY + 2
  return bytes
}

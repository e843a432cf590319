/**
 * OTLP JSON of any size: values at the top of a file go to the decoder whole; one too large for that is taken apart into
 * batches of spans, each of which becomes a small request with the resource and scope around it.
 */
import { encodeText } from '#shared/spans/dictionary.ts'
import { keepWholeRows } from '#shared/spans/keep-whole-rows.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { OtlpJsonFileDecoder } from '#shared/formats/otlp/decode-json-file.ts'
import type { JsonScan } from './json-scan.ts'
import { bareMessage, type JsonPieces, moved, type Reading } from './reading.ts'
import type { RunMark } from './table-run.ts'

/** Bytes of spans that are decoded at once. */
const BATCH = 1024 * 1024
/** A resource, a scope or one span with more bytes is not read. */
const MOST_PART = 256 * 1024 * 1024
/** Wrappers inside each other; no API nests them twice. */
const MOST_WRAPS = 4

const RESOURCE_SPANS = new Set(['resourceSpans', 'resource_spans', 'batches'])
const SCOPE_SPANS = new Set([
  'scopeSpans',
  'scope_spans',
  'instrumentationLibrarySpans',
  'instrumentation_library_spans',
])
const SCOPE = new Set(['scope', 'instrumentationLibrary', 'instrumentation_library'])
const SCHEMA_URL = new Set(['schemaUrl', 'schema_url'])
const WRAPPERS = new Set(['trace', 'result'])

/** What stands around spans, as JSON; undefined while it has not come. */
interface Around {
  object: Uint8Array | undefined
  schemaUrl: Uint8Array | undefined
}

export class OtlpJsonPieces implements JsonPieces {
  readonly #reading: Reading
  readonly #decoder = new OtlpJsonFileDecoder()
  readonly #wholeBytes: number
  /** Position of the first byte that the decoder has. */
  #position = 0

  constructor(reading: Reading, wholeBytes: number) {
    this.#reading = reading
    this.#wholeBytes = wholeBytes
    this.#decoder.onBadSpan = error => {
      reading.passOver(bareMessage(error), error.offset < 0 ? -1 : this.#position + error.offset)
    }
    reading.rejectedAt = () => this.#position + Math.max(0, this.#decoder.at)
  }

  whole(bytes: Uint8Array, position: number): void {
    const { table } = this.#reading.run
    this.#position = position
    try {
      this.#decoder.decodeValue(bytes, table)
    } catch (error) {
      keepWholeRows(table)
      throw moved(error, position)
    }
  }

  async large(scan: JsonScan): Promise<void> {
    if ((await scan.peek()) !== OPEN_ARRAY) return await this.#request(scan, 0)
    if (!(await scan.enterArray())) return
    do await this.#request(scan, 0)
    while (await scan.nextElement())
  }

  async #request(scan: JsonScan, wraps: number): Promise<void> {
    for await (const key of scan.keys()) {
      if (RESOURCE_SPANS.has(key)) await this.#resourceSpansList(scan)
      else if (WRAPPERS.has(key) && wraps < MOST_WRAPS) await this.#request(scan, wraps + 1)
      else await scan.skip()
    }
  }

  async #resourceSpansList(scan: JsonScan): Promise<void> {
    if (!(await scan.enterArray())) return
    do {
      const { kind, end } = await scan.value(this.#wholeBytes)
      if (kind === 'whole') {
        this.#decode([], scan, scan.at, end, '{"resourceSpans":[', ']}')
        scan.at = end
      } else await this.#resourceSpans(scan)
      await this.#reading.run.turn()
    } while (await scan.nextElement())
  }

  async #resourceSpans(scan: JsonScan): Promise<void> {
    const { run } = this.#reading
    const mark = run.mark()
    const resource: Around = { object: undefined, schemaUrl: undefined }
    let changed = false
    let hasRows = false
    for await (const key of scan.keys()) {
      if (key === 'resource') {
        resource.object = await scan.take(MOST_PART, 'a resource')
        changed = hasRows
      } else if (SCHEMA_URL.has(key)) {
        resource.schemaUrl = await scan.take(MOST_PART, 'a schema URL')
        changed ||= hasRows
      } else if (SCOPE_SPANS.has(key)) {
        await this.#scopeSpansList(scan, resource)
        hasRows = true
      } else await scan.skip()
    }
    // What came behind its spans is theirs all the same.
    if (changed) this.#mend(mark, resource, 'resource')
  }

  async #scopeSpansList(scan: JsonScan, resource: Around): Promise<void> {
    if (!(await scan.enterArray())) return
    do {
      const { kind, end } = await scan.value(this.#wholeBytes)
      if (kind === 'whole') {
        this.#decode([...opening(resource), '"scopeSpans":['], scan, scan.at, end, '', ']}]}')
        scan.at = end
      } else await this.#scopeSpans(scan, resource)
      await this.#reading.run.turn(true)
    } while (await scan.nextElement())
  }

  async #scopeSpans(scan: JsonScan, resource: Around): Promise<void> {
    const { run } = this.#reading
    const mark = run.mark()
    const scope: Around = { object: undefined, schemaUrl: undefined }
    let changed = false
    let hasRows = false
    for await (const key of scan.keys()) {
      if (SCOPE.has(key)) {
        scope.object = await scan.take(MOST_PART, 'a scope')
        changed ||= hasRows
      } else if (SCHEMA_URL.has(key)) {
        scope.schemaUrl = await scan.take(MOST_PART, 'a schema URL')
        changed ||= hasRows
      } else if (key === 'spans') {
        const before = [...opening(resource), '"scopeSpans":[{', ...fields('scope', scope), '"spans":[']
        for await (const batch of scan.batches(BATCH, MOST_PART)) {
          if (batch.large) scan.fail(`a span of more than ${MOST_PART} bytes`, batch.from)
          this.#decode(before, scan, batch.from, batch.to, '', ']}]}]}')
          await run.turn(true)
        }
        hasRows = true
      } else await scan.skip()
    }
    if (changed) this.#mend(mark, scope, 'scope')
  }

  /** Decodes a range of the file with text around it; errors have their place in the file. */
  #decode(
    before: readonly (string | Uint8Array)[],
    scan: JsonScan,
    from: number,
    to: number,
    opening: string,
    closing: string,
  ): void {
    const { table } = this.#reading.run
    const head = join([...before, opening])
    const bytes = join([head, scan.source.slice(from, to), closing])
    this.#position = from - head.length
    try {
      this.#decoder.decodeValue(bytes, table)
    } catch (error) {
      keepWholeRows(table)
      throw moved(error, this.#position)
    }
  }

  /** Gives all rows since the mark the resource or scope that stands in the file. */
  #mend(mark: RunMark, around: Around, column: 'resource' | 'scope'): void {
    const empty: Around = { object: undefined, schemaUrl: undefined }
    const [resource, scope] = column === 'resource' ? [around, empty] : [empty, around]
    const request = join([
      ...opening(resource),
      '"scopeSpans":[{',
      ...fields('scope', scope),
      '"spans":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000001"}]}]}]}',
    ])
    this.#reading.run.forRowsSince(mark, (table: SpanTableBuilder, firstRow) => {
      const before = table.mark()
      this.#decoder.decodeValue(request, table)
      const index = table[column][table.rowCount - 1]
      table.rollback(before)
      table[column].fill(index, firstRow, table.rowCount)
    })
  }
}

const OPEN_ARRAY = 91

function opening(resource: Around): (string | Uint8Array)[] {
  return ['{"resourceSpans":[{', ...fields('resource', resource)]
}

function fields(name: string, { object, schemaUrl }: Around): (string | Uint8Array)[] {
  return [
    ...(object === undefined ? [] : [`"${name}":`, object, ',']),
    ...(schemaUrl === undefined ? [] : ['"schemaUrl":', schemaUrl, ',']),
  ]
}

function join(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map(part => (typeof part === 'string' ? encodeText(part) : part))
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeText } from '#shared/spans/dictionary.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { decodeOtlpJson } from './decode-json.ts'
import { decodeOtlpJsonFile } from './decode-json-file.ts'
import { decodeOtlpProtobuf } from './decode-protobuf.ts'
import { encodeOtlpJson, encodeResultJson } from './encode-json.ts'
import { encodeOtlpProtobuf, encodeOtlpProtobufChunks, encodeSpanContent } from './encode-protobuf.ts'
import { ExportTraceServiceRequest } from './generated/trace-request.ts'
import { linesOfMessage, linesOfTable, randomRequest, seededRandom } from './oracle.ts'

const seed = Number(process.env.SPOOR_SEED ?? Date.now() % 1e9)

function tableOf(bytes: Uint8Array): SpanTableBuilder {
  const table = new SpanTableBuilder()
  decodeOtlpProtobuf(bytes, table)
  return table
}

function randomTable(from: number, mostSpans = 5): SpanTableBuilder {
  return tableOf(ExportTraceServiceRequest.encode(randomRequest(seededRandom(from), mostSpans)).finish())
}

/** Whatever their order: rows are grouped on the way out. */
const sorted = (table: SpanTableBuilder) => linesOfTable(table).sort()

describe('rows as OTLP', () => {
  it(`survive protobuf, for us and for a generated decoder (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.integer(), from => {
        const table = randomTable(from)
        const bytes = encodeOtlpProtobuf(table)
        expect(linesOfMessage(ExportTraceServiceRequest.decode(bytes)).sort()).toEqual(sorted(table))
        expect(sorted(tableOf(bytes))).toEqual(sorted(table))
        // Canonical: what was encoded once is encoded the same again.
        expect(encodeOtlpProtobuf(tableOf(bytes))).toEqual(bytes)
      }),
      { seed, numRuns: 200 },
    )
  })

  it(`survive JSON, which any parser reads (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.integer(), from => {
        const table = randomTable(from)
        const json = [...encodeOtlpJson(table)].join('')
        JSON.parse(json)
        const again = new SpanTableBuilder()
        decodeOtlpJson(encodeText(json), again)
        expect(sorted(again)).toEqual(sorted(table))
      }),
      { seed, numRuns: 200 },
    )
  })

  it('have content bytes that are equal exactly when the spans are', () => {
    const random = seededRandom(5)
    const tables = Array.from({ length: 40 }, () => randomTable(random(1000), 3))
    const byLine = new Map<string, string>()
    const byContent = new Map<string, string>()
    for (const table of tables) {
      const copy = new SpanTableBuilder()
      // Other ids for the same texts.
      copy.internText('something else first')
      const copier = new RowCopier(table, copy)
      linesOfTable(table).forEach((line, row) => {
        const content = encodeSpanContent(table, row).join(' ')
        copier.copy(row)
        expect(encodeSpanContent(copy, row).join(' ')).toBe(content)
        expect(byLine.get(line) ?? content).toBe(content)
        expect(byContent.get(content) ?? line).toBe(line)
        byLine.set(line, content)
        byContent.set(content, line)
      })
    }
    expect(byLine.size).toBeGreaterThan(50)
  })

  it('are cut into requests that are whole in themselves and together', () => {
    const table = new SpanTableBuilder()
    for (let i = 0; i < 60; i++)
      decodeOtlpProtobuf(ExportTraceServiceRequest.encode(randomRequest(seededRandom(i))).finish(), table)
    const chunks = [...encodeOtlpProtobufChunks(table, undefined, 4096)]
    expect(chunks.length).toBeGreaterThan(20)
    const apart = new SpanTableBuilder()
    for (const chunk of chunks) {
      decodeOtlpProtobuf(chunk, apart)
      expect(chunk.length <= 4096 || tableOf(chunk).rowCount === 1).toBe(true)
    }
    expect(sorted(apart)).toEqual(sorted(table))
    const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    let at = 0
    for (const chunk of chunks) {
      joined.set(chunk, at)
      at += chunk.length
    }
    expect(sorted(tableOf(joined))).toEqual(sorted(table))
    expect([...encodeOtlpProtobufChunks(table, [])]).toEqual([])
  })

  it('come as JSON in pieces that break no character', () => {
    const table = new SpanTableBuilder()
    for (let i = 0; i < 100; i++)
      decodeOtlpProtobuf(ExportTraceServiceRequest.encode(randomRequest(seededRandom(i))).finish(), table)
    const pieces = [...encodeOtlpJson(table)]
    expect(pieces.length).toBeGreaterThan(3)
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(65_536)
      expect(piece.isWellFormed()).toBe(true)
    }
    const again = new SpanTableBuilder()
    decodeOtlpJsonFile(encodeText([...encodeResultJson(table)].join('')), again)
    expect(sorted(again)).toEqual(sorted(table))
  })

  it('look in JSON as readers of OTLP expect', () => {
    const table = new SpanTableBuilder()
    const example =
      '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"scopeSpans":[{"scope":{"name":"lib","version":"1"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","name":"GET /cart","kind":2,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","attributes":[{"key":"n","value":{"intValue":"3"}},{"key":"d","value":{"doubleValue":"NaN"}},{"key":"z","value":{"doubleValue":-0}}],"status":{"message":"boom","code":2}}]}]}]}'
    decodeOtlpJson(encodeText(example), table)
    expect([...encodeOtlpJson(table)].join('')).toBe(example)
    expect([...encodeResultJson(table)].join('')).toBe(`{"result":${example}}`)
    expect([...encodeOtlpJson(new SpanTableBuilder())]).toEqual(['{"resourceSpans":[]}'])
    expect(encodeOtlpProtobuf(new SpanTableBuilder())).toHaveLength(0)
  })
})

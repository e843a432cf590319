import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { Span } from '#shared/spans/span.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { decodeOtlpJsonFile, lineAndColumn } from './decode-json-file.ts'
import { decodeOtlpProtobuf } from './decode-protobuf.ts'
import { linesOfTable } from './oracle.ts'

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))

function read(input: string | Uint8Array) {
  const table = new SpanTableBuilder()
  const file = decodeOtlpJsonFile(typeof input === 'string' ? encodeText(input) : input, table)
  const spans = Array.from({ length: table.rowCount }, (_, row) => new Span(table, row))
  return { table, file, spans }
}

const SPAN = '{"traceId":"0123456789abcdef0123456789abcdef","spanId":"00f067aa0ba902b7"}'
const REQUEST = `{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[${SPAN}]}]}]}`

describe('files of OTLP JSON', () => {
  it('gives the spans of files by others', () => {
    const seen = [
      'duckdb-otlp-traces_nulls.jsonl',
      'fluent-bit-test_traces_002.in.json',
      'holmesgpt-trace_data.input.json',
      'jaeger-FindTraces.json',
      'jaeger-otel_traces_01.json',
      'jaeger-ui-v3-trace-probe.json',
      'langwatch-claude_code.json',
      'otlp2parquet-trace_invalid_kind.json',
      'otlp2parquet-traces.jsonl',
      'perses-example_otlp.json',
      'perses-pushbytes_otlp.json',
    ].map(name => {
      const { table, file, spans } = read(fixture(name))
      const traces = new Set(spans.map(span => span.traceId)).size
      const services = [...new Set(spans.map(span => span.serviceName ?? '-'))].sort().join(',')
      return `${name}: ${spans.length} spans, ${traces} traces, ${services}, ${table.rejectedCount} rejected, ${file.originalIds.size} texts as ids`
    })
    expect(seen).toEqual([
      'duckdb-otlp-traces_nulls.jsonl: 3 spans, 3 traces, -, 0 rejected, 0 texts as ids',
      'fluent-bit-test_traces_002.in.json: 2 spans, 1 traces, checkout, 0 rejected, 0 texts as ids',
      'holmesgpt-trace_data.input.json: 10 spans, 1 traces, backend-service,checkout-service,fraud-service, 0 rejected, 0 texts as ids',
      'jaeger-FindTraces.json: 1 spans, 1 traces, -, 0 rejected, 0 texts as ids',
      'jaeger-otel_traces_01.json: 4 spans, 2 traces, service-x, 0 rejected, 0 texts as ids',
      'jaeger-ui-v3-trace-probe.json: 3 spans, 1 traces, lfx-wire-probe, 0 rejected, 0 texts as ids',
      'langwatch-claude_code.json: 0 spans, 0 traces, , 1 rejected, 0 texts as ids',
      'otlp2parquet-trace_invalid_kind.json: 1 spans, 1 traces, test-service, 0 rejected, 0 texts as ids',
      'otlp2parquet-traces.jsonl: 19 spans, 19 traces, analytics-service,api-gateway,cart,frontend-proxy,kafka,payment-service,product-catalog,recommendation, 0 rejected, 0 texts as ids',
      'perses-example_otlp.json: 3 spans, 1 traces, shop-backend, 0 rejected, 4 texts as ids',
      'perses-pushbytes_otlp.json: 3 spans, 1 traces, tempo-distributor, 0 rejected, 0 texts as ids',
    ])
  })

  it('tells every kind of value', () => {
    const { spans } = read(fixture('jaeger-ui-v3-trace-probe.json'))
    const kinds = new Set(spans.flatMap(span => span.attributes.map(attribute => attribute.value.type)))
    expect([...kinds].sort()).toEqual(['array', 'bool', 'bytes', 'double', 'int', 'map', 'string'])
  })

  it('gives the same spans from JSON lines with base64 ids as from protobuf', () => {
    const table = new SpanTableBuilder()
    decodeOtlpProtobuf(fixture('otlp2parquet-traces.pb'), table)
    expect(linesOfTable(read(fixture('otlp2parquet-traces.jsonl')).table)).toEqual(linesOfTable(table))
  })

  it('takes values one after the other, arrays of them, and the wrappers of query APIs', () => {
    for (const text of [
      `${REQUEST}${REQUEST}`,
      `${REQUEST}\n\n${REQUEST}\n`,
      `[${REQUEST},${REQUEST}]`,
      `{"result":${REQUEST}}\n{"result":${REQUEST}}`,
      `{"trace":${REQUEST}} {"trace":${REQUEST.replace('resourceSpans', 'batches')}}`,
    ]) {
      expect(read(text).spans).toHaveLength(2)
    }
  })

  it('passes over lines that can not be read and says which', () => {
    const { spans, file } = read(`${REQUEST}\n${REQUEST.slice(0, 70)}\nno JSON\n${REQUEST}\n`)
    expect(spans).toHaveLength(2)
    expect(file.badLines).toBe(2)
    expect(file.problems.map(problem => lineAndColumn(encodeText(`${REQUEST}\n`), problem.offset).line)).toEqual([2, 2])
    expect(() => read('no JSON')).toThrow(DecodeError)
    expect(() => read(' \n')).toThrow('the file is empty; expected OTLP JSON')
    expect(() => read(`{\n"resourceSpans": [\n{"resource": 5}\n]}\n${REQUEST}`)).toThrow(
      'resourceSpans[0].resource: seen 5; expected an object',
    )
  })

  it('keeps ids of any form apart, and their texts', () => {
    const ids = ['abc', 'ABC', 'sid1', 'sid2', 'q83vEjRWeJA=', 'q83vEjRWeJA']
    const lines = ids.map(id => REQUEST.replace('00f067aa0ba902b7', id)).join('\n')
    const { spans, file } = read(lines)
    const seen = spans.map(span => span.spanId)
    expect([seen[0], seen[1], seen[4], seen[5]]).toEqual([
      '0000000000000abc',
      '0000000000000abc',
      'abcdef1234567890',
      'abcdef1234567890',
    ])
    expect(file.originalIds.get(seen[2])).toBe('sid1')
    expect(file.originalIds.get(seen[3])).toBe('sid2')
  })

  it('finds the line and column of a byte', () => {
    expect(lineAndColumn(encodeText('ab\nc\n'), 0)).toEqual({ line: 1, column: 1 })
    expect(lineAndColumn(encodeText('ab\nc\n'), 3)).toEqual({ line: 2, column: 1 })
    expect(lineAndColumn(encodeText('ab\nc\n'), 99)).toEqual({ line: 3, column: 95 })
  })
})

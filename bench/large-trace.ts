/** One large trace for benchmarks of the screen, and the way into a server. */
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

const SPANS_A_REQUEST = 5000

/**
 * One trace of at least `count` spans, of the first seed from `firstSeed` on that gives so large a one. Parents stand before their
 * children, so the first rows are a tree.
 */
export function largeTrace(count: number, firstSeed = 1): SpanTableBuilder {
  for (let seed = firstSeed; ; seed++) {
    const table = new SpanTableBuilder()
    new Traffic(table, { seed, spansPerTrace: Math.ceil(count * 0.8), services: 30 }).addTrace(
      BigInt(Date.now() - 60_000) * 1_000_000n,
    )
    if (table.rowCount >= count) return table
  }
}

/** Sends the first `count` rows by OTLP, 5,000 a request; rejects when one is refused. `port`: of OTLP over HTTP. */
export async function sendRows(table: SpanTableBuilder, count: number, port: number): Promise<void> {
  for (let first = 0; first < count; first += SPANS_A_REQUEST) {
    const rows = Array.from({ length: Math.min(SPANS_A_REQUEST, count - first) }, (_, i) => first + i)
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: encodeOtlpProtobuf(table, rows),
    })
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${await answer.text()}`)
  }
}

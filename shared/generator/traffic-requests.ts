/** Traffic as the bodies of OTLP requests, the way a collector in front of many services would send it. */
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'

export interface TrafficRequestOptions extends TrafficOptions {
  readonly spans: number
  /** Default 512, as SDKs batch. */
  readonly spansPerRequest?: number
  /** ns since the epoch: the first trace starts then, the others evenly up to `to`. */
  readonly from: bigint
  readonly to: bigint
}

export interface TrafficRequest {
  /** ExportTraceServiceRequest. */
  readonly body: Uint8Array<ArrayBuffer>
  readonly spanCount: number
}

/** Spans that are made before their table is thrown away, so that memory stays flat. */
const SPANS_A_TABLE = 32_768

/** Exactly `spans` spans in requests of at most `spansPerRequest`; one trace may come in two of them. */
export function* trafficRequests(options: TrafficRequestOptions): Generator<TrafficRequest> {
  const { spans, from, to, spansPerRequest = 512 } = options
  let made = 0
  for (let round = 0; made < spans; round++) {
    const table = new SpanTableBuilder()
    const traffic = new Traffic(table, { ...options, seed: (options.seed ?? 1) + round * 7919 })
    const wanted = Math.min(SPANS_A_TABLE, spans - made)
    while (table.rowCount < wanted) {
      traffic.addTrace(from + ((to - from) * BigInt(made + table.rowCount)) / BigInt(spans))
    }
    for (let first = 0; first < wanted; first += spansPerRequest) {
      const spanCount = Math.min(spansPerRequest, wanted - first)
      const rows = Array.from({ length: spanCount }, (_, i) => first + i)
      yield { body: encodeOtlpProtobuf(table, rows), spanCount }
    }
    made += wanted
  }
}

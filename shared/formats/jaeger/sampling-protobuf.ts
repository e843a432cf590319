/**
 * Jaeger's sampling questions and answers in protobuf (WIRE.md 6.6): the messages of `SamplingManager/GetSamplingStrategy`, of
 * which the answer is made from its JSON form (13.2).
 */
import { decodeText } from '#shared/spans/dictionary.ts'
import { ProtobufCursor } from '#shared/formats/otlp/protobuf-cursor.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'

/** The service that a SamplingStrategyParameters names; empty without. Throws DecodeError for what is no such message. */
export function decodeSamplingParameters(bytes: Uint8Array): string {
  const cursor = new ProtobufCursor()
  cursor.open(bytes)
  let service = ''
  while (cursor.at < bytes.length) {
    const tag = cursor.tag(bytes.length)
    if (tag === 10) {
      const to = cursor.delimited(bytes.length, 'serviceName')
      service = decodeText(bytes.subarray(cursor.at, to))
      cursor.at = to
    } else cursor.skip(tag, bytes.length)
  }
  return service
}

/** A SamplingStrategyResponse, as JSON has it. */
export interface SamplingResponse {
  readonly strategyType?: string
  readonly probabilisticSampling?: { readonly samplingRate?: number }
  readonly rateLimitingSampling?: { readonly maxTracesPerSecond?: number }
  readonly operationSampling?: {
    readonly defaultSamplingProbability?: number
    readonly defaultLowerBoundTracesPerSecond?: number
    readonly perOperationStrategies?: readonly {
      readonly operation?: string
      readonly probabilisticSampling?: { readonly samplingRate?: number }
    }[]
    readonly defaultUpperBoundTracesPerSecond?: number
  }
}

export function encodeSamplingResponse(response: SamplingResponse): Uint8Array<ArrayBuffer> {
  const w = new ProtobufWriter()
  const { probabilisticSampling, rateLimitingSampling, operationSampling } = response
  if (response.strategyType === 'RATE_LIMITING') {
    w.uint32(8)
    w.uint32(1)
  }
  if (probabilisticSampling !== undefined) writeProbability(w, probabilisticSampling.samplingRate)
  if (rateLimitingSampling !== undefined) {
    const message = w.begin(26)
    const most = Math.trunc(rateLimitingSampling.maxTracesPerSecond ?? 0)
    if (most > 0) {
      w.uint32(8)
      w.uint32(most)
    }
    w.end(message)
  }
  if (operationSampling !== undefined) {
    const message = w.begin(34)
    writeDouble(w, 9, operationSampling.defaultSamplingProbability)
    writeDouble(w, 17, operationSampling.defaultLowerBoundTracesPerSecond)
    for (const { operation, probabilisticSampling: own } of operationSampling.perOperationStrategies ?? []) {
      const one = w.begin(26)
      w.text(10, operation ?? '')
      if (own !== undefined) writeProbability(w, own.samplingRate)
      w.end(one)
    }
    writeDouble(w, 33, operationSampling.defaultUpperBoundTracesPerSecond)
    w.end(message)
  }
  return w.finish()
}

function writeProbability(w: ProtobufWriter, rate: number | undefined): void {
  const message = w.begin(18)
  writeDouble(w, 9, rate)
  w.end(message)
}

/** A double, zero too: a rate of zero must be seen. */
function writeDouble(w: ProtobufWriter, tag: number, value = 0): void {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value, true)
  w.uint32(tag)
  w.raw(bytes)
}

/**
 * Jaeger's sampling questions and answers in protobuf (WIRE.md 6.6): the messages of `SamplingManager/GetSamplingStrategy`, of
 * which the answer is made from its JSON form (13.2) and read back into it; an agent asks, a collector answers.
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

/** A SamplingStrategyParameters. */
export function encodeSamplingParameters(service: string): Uint8Array<ArrayBuffer> {
  const w = new ProtobufWriter(service.length + 8)
  if (service !== '') w.text(10, service)
  return w.finish()
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

type Operations = NonNullable<SamplingResponse['operationSampling']>

/** Reads a SamplingStrategyResponse; numbers that are not there are 0. Throws DecodeError for what is no such message. */
export function decodeSamplingResponse(bytes: Uint8Array): SamplingResponse {
  const cursor = new ProtobufCursor()
  cursor.open(bytes)
  let strategyType = 'PROBABILISTIC'
  let probabilisticSampling: SamplingResponse['probabilisticSampling']
  let rateLimitingSampling: SamplingResponse['rateLimitingSampling']
  let operationSampling: SamplingResponse['operationSampling']
  while (cursor.at < bytes.length) {
    const tag = cursor.tag(bytes.length)
    if (tag === 8) {
      cursor.varint(bytes.length, 'strategyType')
      strategyType = cursor.low === 1 && cursor.high === 0 ? 'RATE_LIMITING' : 'PROBABILISTIC'
    } else if (tag === 18) probabilisticSampling = readProbability(cursor, bytes.length)
    else if (tag === 26) {
      const to = cursor.delimited(bytes.length, 'rateLimitingSampling')
      let maxTracesPerSecond = 0
      while (cursor.at < to) {
        const inner = cursor.tag(to)
        if (inner === 8) {
          cursor.varint(to, 'maxTracesPerSecond')
          maxTracesPerSecond = cursor.low | 0
        } else cursor.skip(inner, to)
      }
      rateLimitingSampling = { maxTracesPerSecond }
    } else if (tag === 34) operationSampling = readOperations(cursor, bytes.length)
    else cursor.skip(tag, bytes.length)
  }
  return {
    strategyType,
    ...(probabilisticSampling === undefined ? {} : { probabilisticSampling }),
    ...(rateLimitingSampling === undefined ? {} : { rateLimitingSampling }),
    ...(operationSampling === undefined ? {} : { operationSampling }),
  }
}

function readProbability(cursor: ProtobufCursor, end: number): { readonly samplingRate: number } {
  const to = cursor.delimited(end, 'probabilisticSampling')
  let samplingRate = 0
  while (cursor.at < to) {
    const tag = cursor.tag(to)
    if (tag === 9) samplingRate = readDouble(cursor, to, 'samplingRate')
    else cursor.skip(tag, to)
  }
  return { samplingRate }
}

function readOperations(cursor: ProtobufCursor, end: number): Operations {
  const to = cursor.delimited(end, 'operationSampling')
  let [probability, lower, upper] = [0, 0, 0]
  const strategies: NonNullable<Operations['perOperationStrategies']>[number][] = []
  while (cursor.at < to) {
    const tag = cursor.tag(to)
    if (tag === 9) probability = readDouble(cursor, to, 'defaultSamplingProbability')
    else if (tag === 17) lower = readDouble(cursor, to, 'defaultLowerBoundTracesPerSecond')
    else if (tag === 33) upper = readDouble(cursor, to, 'defaultUpperBoundTracesPerSecond')
    else if (tag === 26) strategies.push(readOperation(cursor, to))
    else cursor.skip(tag, to)
  }
  return {
    defaultSamplingProbability: probability,
    defaultLowerBoundTracesPerSecond: lower,
    perOperationStrategies: strategies,
    defaultUpperBoundTracesPerSecond: upper,
  }
}

function readOperation(cursor: ProtobufCursor, end: number) {
  const to = cursor.delimited(end, 'perOperationStrategies')
  let operation = ''
  let probabilisticSampling = { samplingRate: 0 }
  while (cursor.at < to) {
    const tag = cursor.tag(to)
    if (tag === 10) {
      const after = cursor.delimited(to, 'operation')
      operation = decodeText(cursor.bytes.subarray(cursor.at, after))
      cursor.at = after
    } else if (tag === 18) probabilisticSampling = readProbability(cursor, to)
    else cursor.skip(tag, to)
  }
  return { operation, probabilisticSampling }
}

function readDouble(cursor: ProtobufCursor, end: number, field: string): number {
  return cursor.view.getFloat64(cursor.fixed(8, end, field), true)
}

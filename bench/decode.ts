/**
 * How many spans a second the OTLP decoders take, on one core, beside a generated decoder (ts-proto over @bufbuild/protobuf) and
 * protobufjs on the same bytes, and `JSON.parse` on the same text, in the same run and in turns:
 *
 *   node bench/decode.ts [rounds]
 *
 * Our figures end in rows of a table, theirs in objects (and for `JSON.parse` in nothing that was checked). Absolute figures
 * move with the machine by a third; the ratios stay.
 */
import { createRequire } from 'node:module'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { ExportTraceServiceRequest } from '#shared/formats/otlp/generated/trace-request.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { request, seeded, toJson } from './otlp-payload.ts'

/** Rows of one table, as many as the store seals at a time. */
const ROWS = 32_768
const CAPACITY = {
  rows: ROWS + 512,
  attributes: ROWS * 12,
  events: ROWS / 2,
  eventAttributes: ROWS,
  links: ROWS / 4,
  linkAttributes: 1024,
  resources: 4096,
  resourceAttributes: 32_768,
  scopes: 1024,
  scopeAttributes: 1024,
  dictionary: ROWS * 6,
  dictionaryBytes: ROWS * 256,
}

interface Contender {
  readonly name: string
  /** Gives a function that decodes all messages once; making it (a table, say) is not measured. */
  prepare(): () => void
  /** Nanoseconds a span, of each round. */
  readonly times: number[]
}

/** protobufjs with the code that it makes at run time; it comes with a test dependency, so it may be missing. */
function protobufjsDecoder(): ((bytes: Uint8Array) => unknown) | undefined {
  interface Type {
    decode(bytes: Uint8Array): unknown
  }
  interface Protobufjs {
    loadSync(path: string): { lookupType(name: string): Type }
  }
  try {
    const load = createRequire(import.meta.url)
    const protobufjs = load('protobufjs') as Protobufjs
    const path = new URL('../shared/formats/otlp/generated/trace-request.proto', import.meta.url).pathname
    const type = protobufjs.loadSync(path).lookupType('spoor.oracle.ExportTraceServiceRequest')
    return bytes => type.decode(bytes)
  } catch {
    return undefined
  }
}

function contenders(spansPerMessage: number): Contender[] {
  const random = seeded(1)
  const requests = Array.from({ length: Math.ceil(ROWS / spansPerMessage) }, () => request(random, spansPerMessage))
  const protobuf = requests.map(message => ExportTraceServiceRequest.encode(message).finish())
  const json = requests.map(message => new TextEncoder().encode(toJson(message)))
  const bytes = (all: readonly Uint8Array[]) => Math.round(all.reduce((sum, one) => sum + one.length, 0) / ROWS)
  console.log(
    `\n${spansPerMessage} spans a message, ${bytes(protobuf)} bytes a span in protobuf, ${bytes(json)} in JSON`,
  )

  const protobufDecoder = new OtlpProtobufDecoder()
  const jsonDecoder = new OtlpJsonDecoder()
  const protobufjs = protobufjsDecoder()
  const decoder = new TextDecoder()
  const intoTable = (decode: (table: SpanTableBuilder) => void) => () => {
    const table = new SpanTableBuilder({ capacity: CAPACITY, shared: true })
    return () => {
      decode(table)
      if (table.rowCount < ROWS) throw new Error(`${table.rowCount} rows; expected ${ROWS}`)
    }
  }
  return [
    {
      name: 'protobuf, ours',
      prepare: intoTable(table => protobuf.forEach(message => protobufDecoder.decode(message, table))),
      times: [],
    },
    {
      name: 'protobuf, ts-proto',
      prepare: () => () => protobuf.forEach(message => ExportTraceServiceRequest.decode(message)),
      times: [],
    },
    ...(protobufjs === undefined
      ? []
      : [
          {
            name: 'protobuf, protobufjs',
            prepare: () => () => protobuf.forEach(message => protobufjs(message)),
            times: [],
          },
        ]),
    {
      name: 'JSON, ours',
      prepare: intoTable(table => json.forEach(message => jsonDecoder.decode(message, table))),
      times: [],
    },
    {
      name: 'JSON, JSON.parse',
      prepare: () => () => json.forEach(message => JSON.parse(decoder.decode(message)) as unknown),
      times: [],
    },
  ]
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

const rounds = Number(process.argv[2] ?? 9)
for (const spansPerMessage of [512, 10]) {
  const all = contenders(spansPerMessage)
  // The first third warms up and is not counted.
  for (let round = 0; round < rounds; round++) {
    for (const contender of all) {
      const run = contender.prepare()
      const start = process.cpuUsage()
      run()
      const { user, system } = process.cpuUsage(start)
      if (round >= rounds / 3) contender.times.push(((user + system) * 1000) / ROWS)
    }
  }
  const rate = (name: string) => 1e6 / median(all.find(contender => contender.name === name)?.times ?? [Infinity])
  for (const { name } of all) {
    const ours = rate(name.startsWith('JSON') ? 'JSON, ours' : 'protobuf, ours')
    const ratio = name.endsWith('ours') ? '' : `, ours is ${(ours / rate(name)).toFixed(1)} times as fast`
    console.log(`  ${name.padEnd(22)} ${Math.round(rate(name)).toString().padStart(5)} k spans per CPU second${ratio}`)
  }
}

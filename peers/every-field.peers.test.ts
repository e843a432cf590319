/** A span with everything in it, as the SDKs of JavaScript and Python send it over every transport, with and without gzip: all of it is there when it is read. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { programs, pythonPackages } from './packages.ts'

const run = promisify(execFile)

let server: ServerProcess
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  await server.stop()
})

const text = (stringValue: string) => ({ stringValue })
const int = (value: number) => ({ intValue: String(value) })
const double = (doubleValue: number) => ({ doubleValue })
const bool = (boolValue: boolean) => ({ boolValue })
const list = (...values: readonly object[]) => ({ arrayValue: { values } })
const pairs = (values: Readonly<Record<string, object>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }))

const RESOURCE = pairs({
  'service.name': text('every field'),
  'service.version': text('1.2'),
  cores: int(4),
  weight: double(2.5),
  virtual: bool(true),
})

/** As OTLP's JSON has it. */
const SPAN = {
  parentSpanId: 'b'.repeat(16),
  traceState: 'vendor=a1,other=b2',
  name: 'ünïcode ✓ "name"',
  // PRODUCER
  kind: 4,
  startTimeUnixNano: '1760000000123456789',
  endTimeUnixNano: '1760000002987654321',
  attributes: pairs({
    text: text('grün\n"x"'),
    empty: text(''),
    yes: bool(true),
    no: bool(false),
    int: int(-42),
    big: int(2 ** 40),
    double: double(0.1),
    small: double(-5e-300),
    texts: list(text('a'), text(''), text('ß')),
    ints: list(int(1), int(-2)),
    doubles: list(double(0.5), double(1.5)),
    bools: list(bool(true), bool(false)),
    none: list(),
  }),
  events: [
    { timeUnixNano: '1760000001000000001', name: 'first', attributes: pairs({ 'a.key': text('a value'), n: int(7) }) },
    { timeUnixNano: '1760000001999999999', name: 'bare' },
  ],
  links: [
    {
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      traceState: 'link=1',
      attributes: pairs({ why: text('batch'), nth: int(2) }),
    },
    { traceId: 'e'.repeat(32), spanId: 'f'.repeat(16) },
  ],
  status: { code: 2, message: 'no stock ☹' },
}

interface Link {
  readonly flags?: number
}

interface Read {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: unknown }
    readonly schemaUrl?: string
    readonly scopeSpans: readonly {
      readonly scope: unknown
      readonly schemaUrl?: string
      readonly spans: readonly (Record<string, unknown> & {
        readonly flags?: number
        readonly links: readonly Link[]
      })[]
    }[]
  }[]
}

/** Sends one span by `program`, and reads its trace as OTLP JSON. */
async function sendAndRead(transport: string, program: readonly [string, ...string[]]): Promise<Read> {
  const traceId = randomBytes(16).toString('hex')
  const url = transport.startsWith('grpc')
    ? `http://127.0.0.1:${server.otlpGrpcPort}`
    : `http://127.0.0.1:${server.otlpHttpPort}/v1/traces`
  const [file, ...args] = program
  await run(file, [...args, transport, url, traceId])
  const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/traces/${traceId}`, {
    headers: { accept: 'application/json' },
  })
  return (await answer.json()) as Read
}

const EVERYTHING = {
  resource: { attributes: RESOURCE },
  schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
  scope: { name: 'the scope', version: '3.4.5' },
  scopeSchemaUrl: 'https://opentelemetry.io/schemas/1.29.0',
  span: SPAN,
  // The parent is remote, and this is known. Whether it is sampled Python does not send.
  remote: 0x300,
}

/** Python's exporter has no word for the trace state of a link. */
const [FIRST_LINK, SECOND_LINK] = SPAN.links
const FROM_PYTHON = {
  ...EVERYTHING,
  span: { ...SPAN, links: [{ ...FIRST_LINK, traceState: undefined }, SECOND_LINK] },
}

/** What is compared of a trace of one span: all but its own ids, and of flags, which differ by SDK, what they say of the parent. */
function everything({ resourceSpans: [{ resource, schemaUrl, scopeSpans }, ...others] }: Read): unknown {
  const [{ scope, schemaUrl: scopeSchemaUrl, spans }] = scopeSpans
  const { traceId, spanId, flags = 0, links, ...span } = spans[0]
  if (others.length + scopeSpans.length + spans.length > 2) throw new Error('there are more spans than were sent')
  if (!/^[0-9a-f]{32} [0-9a-f]{16}$/u.test(`${String(traceId)} ${String(spanId)}`)) throw new Error('no ids')
  const withoutFlags = links.map(link => ({ ...link, flags: undefined }))
  return { resource, schemaUrl, scope, scopeSchemaUrl, span: { ...span, links: withoutFlags }, remote: flags & 0x300 }
}

describe.each(['', '-gzip'])('everything%s', gzip => {
  test.each(['grpc', 'http-protobuf', 'http-json'])('JavaScript over %s', async transport => {
    const read = await sendAndRead(transport + gzip, [process.execPath, join(programs, 'every-field.mjs')])
    expect(everything(read)).toEqual(EVERYTHING)
  })

  test.each(['grpc', 'http-protobuf'])('Python over %s', { timeout: 240_000 }, async transport => {
    const installed = await pythonPackages()
    if ('missing' in installed) throw new Error(installed.missing)
    const python = join(installed.folder, 'bin', 'python')
    const read = await sendAndRead(transport + gzip, [python, join(programs, 'every_field.py')])
    expect(everything(read)).toEqual(FROM_PYTHON)
  })
})

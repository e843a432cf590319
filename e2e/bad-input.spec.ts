/** What nobody should send, sent to a whole server: each is answered for what it is, at once, and harms nothing else. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { randomTraceId, sendTrace } from './send-spans.ts'
import { type Spoor, expect, startSpoor, test as base } from './server.ts'

const test = base.extend<object, { guarded: Spoor }>({
  // Short waits, so that silence is seen to end.
  guarded: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright insists on a pattern, and there is nothing to name in it
    async ({}, use) => {
      const server = await startSpoor(['--body-timeout', '1s', '--header-timeout', '1s'])
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
})

interface Sent {
  readonly status: number
  readonly text: string
}

async function send(server: Spoor, type: string, body: BodyInit, encoding?: string): Promise<Sent> {
  const headers = { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) }
  const url = `http://127.0.0.1:${server.otlpHttpPort}/v1/traces`
  const answer = await fetch(url, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

/** MB in memory. */
function residentMb(server: Spoor): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? Number.NaN) / 1024
}

async function stillWorks(server: Spoor): Promise<void> {
  const id = await sendTrace(server, { service: 'after', name: 'all that', at: 0, ms: 1 })
  const answer = await fetch(`${server.origin}/api/traces/${id}`)
  expect(answer.status).toBe(200)
}

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

test('bytes that are no request say which field, or where', async ({ guarded }) => {
  const cut = await send(guarded, PROTOBUF, Uint8Array.of(0x0a, 0x7f, 0x01))
  expect(cut.status).toBe(400)
  expect(cut.text).toMatch(/resource_spans|offset|byte/u)
  const text = '{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}'
  const wrong = await send(guarded, JSON_TYPE, text)
  expect(wrong.status).toBe(400)
  expect(wrong.text).toContain('traceId')
  for (const body of ['', '{', '[]', 'null', '"', '{"resourceSpans": 7}', '\u0000']) {
    const { status } = await send(guarded, JSON_TYPE, body)
    expect(status, body).toBeLessThan(500)
  }
  await stillWorks(guarded)
})

test('an id of zeros or of another length refuses that span, not its neighbours, and says so', async ({ guarded }) => {
  const good = randomTraceId()
  const span = (traceId: string, spanId: string): object => ({
    traceId,
    spanId,
    name: 'one of some',
    startTimeUnixNano: `${Date.now()}000000`,
    endTimeUnixNano: `${Date.now()}000000`,
  })
  const spans = [
    span(good, '00000000000000a1'),
    span('0'.repeat(32), '00000000000000a2'),
    span(good, '0000000000000000'),
    span('ab', '00000000000000a4'),
    span(good, '00000000000000a5'),
  ]
  const { status, text } = await send(
    guarded,
    JSON_TYPE,
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  )
  expect(status).toBe(200)
  const { partialSuccess } = JSON.parse(text) as { partialSuccess: { rejectedSpans: string; errorMessage: string } }
  expect(Number(partialSuccess.rejectedSpans)).toBe(3)
  expect(partialSuccess.errorMessage).not.toBe('')
  const answer = (await (await fetch(`${guarded.origin}/api/traces/${good}`)).json()) as {
    data: { spans: unknown[] }[]
  }
  expect(answer.data[0].spans).toHaveLength(2)
})

test('bombs, depths and sizes are refused before they are unpacked; memory stays flat', async ({ guarded }) => {
  await stillWorks(guarded)
  const before = residentMb(guarded)
  const zeros = Buffer.alloc(256 * 1024 * 1024)
  const bombs = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), zstd: zstdCompressSync(zeros) }
  for (const [encoding, bomb] of Object.entries(bombs)) {
    for (let k = 0; k < 5; k++) {
      const { status } = await send(guarded, PROTOBUF, bomb, encoding)
      expect([400, 413], encoding).toContain(status)
    }
  }
  const deep = '{"resourceSpans":'.padEnd(17) + '['.repeat(1_000_000)
  expect((await send(guarded, JSON_TYPE, deep)).status).toBe(400)
  const arrays = `{"arrayValue":{"values":[`.repeat(100_000)
  const nested = `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${arrays}`
  expect((await send(guarded, JSON_TYPE, nested)).status).toBe(400)
  const large = await send(guarded, PROTOBUF, Buffer.alloc(65 * 1024 * 1024))
  expect(large.status).toBe(413)
  await stillWorks(guarded)
  // One request of 64 MiB may be in the room of its thread still.
  expect(residentMb(guarded) - before).toBeLessThan(200)
})

/** Writes `text` to a port and says nothing more: what came back until the other side ended. */
function writeAndWait(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', part => (answer += part.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('half a request and then silence is ended, on every HTTP port', async ({ guarded }) => {
  const half = (path: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\ncontent-length: 1000\r\n\r\nhalf`
  expect(await writeAndWait(guarded.otlpHttpPort, half('/v1/traces'))).toMatch(/^HTTP\/1\.1 (408|400)/u)
  expect(await writeAndWait(guarded.otlpHttpPort, 'POST /v1/traces HTTP/1.1\r\nhost: 127')).toMatch(
    /^(HTTP\/1\.1 408|$)/u,
  )
  await stillWorks(guarded)
})

/** Texts that have broken parsers before. */
const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e400',
  'NaN',
  '9223372036854775808',
  '99999999999999999999999999',
  '1.5',
  'null',
  '%00',
  '\u0000',
  '\uFFFD',
  'é€😀',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '{"a":',
  '{"a":{"b":[1]}}',
  '[[[[',
  '"',
  "'",
  '__proto__',
  'constructor',
  'a'.repeat(3000),
  '1h30m',
  '-5ms',
  '5 parsecs',
  '{} = 1',
]

const PARAMETERS = [
  'service',
  'operation',
  'tags',
  'tag',
  'start',
  'end',
  'lookback',
  'limit',
  'minDuration',
  'maxDuration',
  'spanKind',
  'traceID',
  'raw',
  'prettyPrint',
  'from',
  'to',
  'cursor',
  'where',
  'key',
  'prefix',
  'sections',
  'read',
  'download',
  'endTs',
]

test('no parameter of any address is answered with a fault', async ({ guarded }) => {
  const { paths } = (await (await fetch(`${guarded.origin}/api/openapi.json`)).json()) as {
    paths: Record<string, { get?: unknown }>
  }
  const addresses = Object.entries(paths).flatMap(([path, { get }]) => (get === undefined ? [] : [path]))
  addresses.push('/api/services', '/api/operations', '/api/services/{s}/operations', '/api/traces', '/api/traces/{id}')
  addresses.push('/api/dependencies', '/api/v3/traces/{id}', '/api/metrics/latencies', '/api/archive/{id}')
  expect(addresses.length).toBeGreaterThan(12)
  const faults: string[] = []
  const ask = async (address: string): Promise<void> => {
    const { status } = await fetch(`${guarded.origin}${address}`)
    if (status >= 500 && status !== 501) faults.push(`${status} ${address}`)
  }
  for (const path of new Set(addresses)) {
    const filled = path.replace(/\{[^}]*\}/gu, '1')
    for (const value of NASTY) {
      await Promise.all([
        ask(path.replace(/\{[^}]*\}/gu, () => encodeURIComponent(value === '' ? '%' : value))),
        ...PARAMETERS.map(name => ask(`${filled}?${name}=${encodeURIComponent(value)}`)),
        ask(
          `${filled}?service=a&${PARAMETERS.map(name => `${name}=${encodeURIComponent(value)}`)
            .join('&')
            .slice(0, 9000)}`,
        ),
      ])
    }
  }
  expect(faults).toEqual([])
  expect(guarded.lines.filter(line => line.includes('"level":"error"'))).toEqual([])
  await stillWorks(guarded)
})

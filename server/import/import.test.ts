/**
 * Files to a real server by the command: every file of the corpus is found by id and by search with what its manifest says, bad ones are
 * named with their place, and the ledger adds up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ImportedFile, ImportAnswer } from '#shared/api/import.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { SearchAnswer, StatusAnswer } from '#shared/api/spoor.ts'
import { readTables } from '#shared/formats/corpus/read-tables.ts'
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'

const ROOT = join(import.meta.dirname, '../..')
const PORTS = ['query', 'otlp-grpc', 'otlp-http', 'jaeger-grpc', 'jaeger-http', 'jaeger-compact', 'jaeger-binary']
  .concat(['sampling', 'sampling-grpc', 'zipkin', 'zipkin-compact', 'admin'])
  .flatMap(name => [`--${name}-port`, '0'])
const FIXTURES = join(ROOT, 'shared/formats/corpus/fixtures')

interface CorpusFile {
  readonly file: string
  readonly format: string
  readonly expected: { readonly spans?: number; readonly traces?: number; readonly readable?: false }
}
const corpus = JSON.parse(readFileSync(join(FIXTURES, 'manifest.json'), 'utf8')) as { readonly files: CorpusFile[] }

/** A file of the corpus, where it lies: some are packed. */
function placeOf(file: string): string {
  const plain = join(FIXTURES, file)
  return existsSync(plain) ? plain : `${plain}.gz`
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
}
const directory = mkdtempSync(join(tmpdir(), 'spoor-import-'))
const environment = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(ROOT, '.cache/compiled') }

async function startServer(...more: readonly string[]): Promise<Server> {
  const flags = ['--no-open', '--log-format', 'json', ...more]
  const child = spawn(process.execPath, ['server/main.ts', ...PORTS, ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(`http://127.0.0.1:${String(entry['port'])}`)
    })
    child.once('exit', code => reject(new Error(`ended with code ${code}`)))
  })
  return { child, url }
}

async function stopServer({ child }: Server): Promise<void> {
  const ended = once(child, 'exit')
  child.kill()
  await ended
}

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function command(args: readonly string[], input: Uint8Array = new Uint8Array(0)): Promise<Run> {
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts'), 'import', ...args], {
    cwd: directory,
    env: environment,
  })
  child.stdin.on('error', () => undefined).end(input)
  const ended = once(child, 'exit') as Promise<[number | null]>
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

const filesOf = ({ out }: Run): ImportedFile[] => ImportAnswer.parse(JSON.parse(out)).files
const statusOf = async ({ url }: Server) => StatusAnswer.parse(await (await fetch(`${url}/api/spoor/status`)).json())

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  return await fetch(`${url}/api/spoor/import?name=x`, init)
}

let server: Server
beforeAll(async () => {
  server = await startServer('--storage', 'memory', '--ingest-workers', '2')
}, 30_000)
afterAll(async () => {
  await stopServer(server)
  rmSync(directory, { recursive: true })
})

/** Distinct spans of the traces of a file, read here. */
async function spansOf(path: string): Promise<Map<string, Set<string>>> {
  const bytes = readFileSync(path)
  const { tables } = await readTables(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  const traces = new Map<string, Set<string>>()
  for (const table of tables) {
    for (let row = 0; row < table.rowCount; row++) {
      const id = formatTraceId(table.traceId, row)
      const spans = traces.get(id) ?? new Set()
      traces.set(id, spans.add(formatSpanId(table.spanId, row)))
    }
  }
  return traces
}

test('every file of the corpus is kept: what the manifest says of it is answered, found by id and by search', async () => {
  const wanted = corpus.files.map(file => ({ ...file, path: placeOf(file.file) }))
  const run = await command(['--json', '--server', server.url, ...wanted.map(({ path }) => path)])
  const answers = filesOf(run)
  // Some hold nothing that can be read.
  expect(run.code).toBe(1)
  expect(answers.map(({ name }) => name)).toEqual(wanted.map(({ path }) => path))
  const traces = new Map<string, Set<string>>()
  const bad: string[] = []
  for (const [at, { file, format, expected, path }] of wanted.entries()) {
    const answer = answers[at]
    if (answer.error !== null) {
      bad.push(`${file}: ${answer.error}`)
      continue
    }
    expect(answer, `${file}`).toMatchObject({ spans: expected.spans, traces: expected.traces })
    expect(answer.format?.split('-')[0], `${file}`).toBe(format.split('-')[0])
    for (const [id, spans] of await spansOf(path)) {
      const before = traces.get(id) ?? new Set()
      traces.set(id, before.union(spans))
    }
  }
  expect(bad.sort()).toEqual([
    'jaeger/jaeger-trace_empty.json: is empty, which holds no spans that can be read; expected Jaeger, OTLP or Zipkin',
    'jaeger/jaeger-trace_invalid_json.json: line 1, column 72: [0].duration: "invalid"; expected a number of µs (read as Jaeger JSON)',
    'jaeger/jaeger-trace_scan_error.json: line 2, column 1: seen ]; expected a value (read as Jaeger JSON)',
    'otlp/data-prepper-test-request-no-spans.json: holds no spans',
    'otlp/langwatch-claude_code.json: line 67, column 8: a span with a trace id of zero or none; expected 16 bytes that are not all zero (read as OTLP JSON)',
  ])
  for (const [id, spans] of traces) {
    const answer = await fetch(`${server.url}/api/spoor/traces/${id}?download=otlp-json`)
    expect(answer.status, `${id}`).toBe(200)
    const found = new Set(Array.from((await answer.text()).matchAll(/"spanId":"([0-9a-f]{16})"/gu), ([, span]) => span))
    for (const span of spans) expect(found.has(span), `${id} ${span}`).toBe(true)
  }
  const search = SearchAnswer.parse(await (await fetch(`${server.url}/api/spoor/traces?limit=1500`)).json())
  const counts = new Map(search.traces.map(({ traceId, spanCount }) => [traceId, spanCount]))
  for (const [id, spans] of traces) expect(counts.get(id), `${id}`).toBeGreaterThanOrEqual(spans.size)
  expect(counts.size).toBe(traces.size)

  const { ledger } = await statusOf(server)
  expect(ledgerFaults(ledger)).toEqual([])
  const kept = answers.reduce((all, { spans }) => all + spans, 0)
  expect(ledger.total.stored + ledger.total.duplicate).toBe(kept)
  expect(ledger.lines.every(({ protocol }) => protocol === 'import')).toBe(true)
  expect(ledger.total.rejected).toMatchObject({ invalid_trace_id: 1 })
}, 120_000)

const line = (trace: number, span: number): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'lines' } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: trace.toString(16).padStart(32, 'a'),
                spanId: span.toString(16).padStart(16, '0'),
                name: 'n',
                startTimeUnixNano: '1700000000000000000',
                endTimeUnixNano: '1700000000000001000',
              },
            ],
          },
        ],
      },
    ],
  })

test('one bad line is named with its place, and nothing else of the file is lost; packed or not, by name or as standard input', async () => {
  const lines = Array.from({ length: 300 }, (_, at) => line(Math.floor(at / 3) + 1, at + 1))
  lines[7] = '{"resourceSpans": [{"scopeSpans": 5}]}'
  lines[100] = line(0x50, 0)
  const plain = Buffer.from(lines.join('\n'))
  const path = join(directory, 'lines.jsonl')
  writeFileSync(path, plain)
  const before = await statusOf(server)
  const run = await command(['lines.jsonl', '-', '--server', server.url], zstdCompressSync(gzipSync(plain)))
  expect(run.err).toBe('')
  expect(run.code).toBe(0)
  const [head, first, ...rest] = run.out.split('\n')
  expect(head).toMatch(/^file +format +traces +spans +rejected$/u)
  expect(first).toMatch(/^lines\.jsonl +OTLP JSON +100 +298 +2$/u)
  expect(rest[0]).toMatch(/^ {2}not kept: line 8, column \d+: .*scopeSpans/u)
  expect(rest[1]).toMatch(/^ {2}not kept: line 101, column \d+: a span with a span id of zero/u)
  expect(rest[2]).toMatch(/^- +OTLP JSON +100 +298 +2$/u)
  const { ledger } = await statusOf(server)
  expect(ledgerFaults(ledger)).toEqual([])
  const { rejected, received } = before.ledger.total
  expect(ledger.total.received - received).toBe(2 * 299)
  expect((ledger.total.rejected['invalid_span_id'] ?? 0) - (rejected['invalid_span_id'] ?? 0)).toBe(2)
  const service = ledger.lines.find(one => one.service === 'lines')
  expect(service).toMatchObject({ received: 598, rejected: { invalid_span_id: 2 } })
}, 60_000)

test('what ends in the middle keeps what stands before, says where, and is a failure', async () => {
  const whole = gzipSync(Array.from({ length: 5000 }, (_, at) => line(at + 1000, at + 1)).join('\n'))
  writeFileSync(join(directory, 'cut.gz'), whole.subarray(0, whole.length / 2))
  writeFileSync(join(directory, 'page.html'), '<!doctype html><p>no trace</p>')
  const run = await command(['--json', '--server', server.url, 'cut.gz', 'page.html', 'nowhere.json', directory])
  const [cut, page, nowhere, folder] = filesOf(run)
  expect(run.code).toBe(1)
  expect(cut.spans).toBeGreaterThan(1000)
  expect(cut.error).toMatch(/gzip is damaged or ends early/u)
  expect(page).toMatchObject({ spans: 0, error: expect.stringContaining('HTML or XML') as string })
  expect(nowhere.error).toBe('no such file')
  expect(folder.error).toMatch(/folder/u)
  expect(ledgerFaults((await statusOf(server)).ledger)).toEqual([])
}, 60_000)

test('a value above a limit of the server is cut and counted as at every other door', async () => {
  const long = JSON.stringify({
    traceId: 'b'.repeat(32),
    id: 'c'.repeat(16),
    name: 'n',
    tags: { v: 'x'.repeat(70_000) },
  })
  const before = await statusOf(server)
  const answer = ImportAnswer.parse(await (await post(server.url, `[${long}]`)).json())
  expect(answer.files[0]).toMatchObject({ format: 'zipkin-json', spans: 1 })
  expect((await statusOf(server)).ledger.valuesCut).toBe(before.ledger.valuesCut + 1)
})

test('without a server, and with a wrong command line, one line says what to do', async () => {
  writeFileSync(join(directory, 'one.json'), line(1, 1))
  const alone = await command(['one.json', '--server', 'http://127.0.0.1:9'])
  expect(alone).toMatchObject({ code: 1, out: '' })
  expect(alone.err).toMatch(/^import: no server answers at http:\/\/127\.0\.0\.1:9: .*--server names another\)\n$/u)
  expect(await command([])).toMatchObject({ code: 2, err: expect.stringContaining('no file is named') as string })
  expect(await command(['--server', 'ftp://x', 'a'])).toMatchObject({ code: 2 })
  expect((await command(['--help'])).out).toMatch(/^usage: spoor import/u)
  const elsewhere = await command(['one.json', '--server', `${server.url}/not-here`])
  expect(elsewhere).toMatchObject({ code: 1, out: expect.stringContaining('404') as string })
}, 60_000)

test('who must show credentials must do so here; a length above the limit is refused before it comes', async () => {
  const tokens = join(directory, 'tokens')
  writeFileSync(tokens, 'a-token-for-tests\n')
  const secured = await startServer('--storage', 'memory', '--ingest-token-file', tokens)
  try {
    const refused = await post(secured.url, line(1, 1))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="spoor"')
    expect(await refused.json()).toMatchObject({ code: 'unauthenticated' })
    const denied = await command(['one.json', '--server', secured.url])
    expect(denied).toMatchObject({ code: 1, out: expect.stringContaining('401') as string })
    const taken = await command(['one.json', '--server', secured.url, '--token-file', tokens])
    expect(taken.code).toBe(0)
    const sent = request(`${secured.url}/api/spoor/import`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-token-for-tests', 'content-length': 2 ** 31 + 1 },
    })
    sent.on('error', () => undefined)
    sent.write('[')
    const [answer] = (await once(sent, 'response')) as [{ statusCode: number }]
    expect(answer.statusCode).toBe(413)
    sent.destroy()
    const { ledger } = await statusOf(secured)
    expect(ledger.total).toMatchObject({ received: 1, stored: 1 })
  } finally {
    await stopServer(secured)
  }
}, 60_000)

test('a file that there is no room for is sent again when the server says; what cuts the connection is asked again too', async () => {
  const asked: string[] = []
  const file = { name: 'one.json', format: 'otlp-json', traces: 1, spans: 1, duplicate: 0, rejected: 0, dropped: 0 }
  const busy = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    if (asked.length === 1) return void incoming.socket.destroy()
    if (asked.length === 2) {
      answer.writeHead(503, { 'retry-after': '1', 'content-type': 'application/problem+json' })
      return void answer.end(JSON.stringify({ detail: 'too much' }))
    }
    incoming.resume().on('end', () => answer.end(JSON.stringify({ files: [{ ...file, problems: [], error: null }] })))
  })
  await new Promise<void>(resolve => busy.listen(0, '127.0.0.1', resolve))
  const { port } = busy.address() as AddressInfo
  const run = await command(['one.json', '--server', `http://127.0.0.1:${port}/spoor/`])
  busy.close()
  expect(run.code).toBe(0)
  expect(run.err).toMatch(
    /^one\.json: the connection broke: .*; tried again in 1 s\none\.json: .* 503: too much; tried again in 1 s\n$/u,
  )
  expect(asked).toEqual(asked.map(() => 'POST /spoor/api/spoor/import?name=one.json'))
  expect(asked).toHaveLength(3)
}, 60_000)

test('without room in the budget it is refused with a delay; a sender that leaves, and one that is stopped, lose nothing of before', async () => {
  const small = await startServer('--storage', 'memory', '--memory-budget', '20MiB', '--ingest-workers', '1')
  const send = (rows: number, from: number) => {
    const sent = request(`${small.url}/api/spoor/import`, { method: 'POST' })
    sent.on('error', () => undefined)
    // More than a block, so that it is handed on.
    sent.write(Array.from({ length: rows }, (_, at) => line(from + at, at + 1)).join('\n'))
    return sent
  }
  try {
    const held = send(20_000, 1)
    const inUse = async () =>
      (await statusOf(small)).limits.find(({ name }) => name === 'memory-budget')?.amount.used ?? 0
    await expect.poll(inUse, { timeout: 10_000 }).toBeGreaterThan(20 * 2 ** 20)
    const refused = await post(small.url, line(1, 1))
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'overloaded' })
    held.destroy()
    await expect.poll(inUse, { timeout: 10_000 }).toBe(0)
    expect((await post(small.url, line(1, 1))).status).toBe(200)
    const { ledger } = await statusOf(small)
    expect(ledgerFaults(ledger)).toEqual([])

    const last = send(20_000, 50_000)
    const answered = once(last, 'response') as Promise<[{ statusCode: number }]>
    await expect.poll(inUse, { timeout: 10_000 }).toBeGreaterThan(20 * 2 ** 20)
    const ended = once(small.child, 'exit')
    small.child.kill()
    const [answer] = await answered
    expect(answer.statusCode).toBe(503)
    last.destroy()
    expect((await ended)[0]).toBe(0)
  } finally {
    small.child.kill('SIGKILL')
  }
}, 60_000)

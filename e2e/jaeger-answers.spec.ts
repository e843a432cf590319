/**
 * What a real Jaeger 1.76 answered (recorded by hand, with its memory store) to what has no traces in it, asked of a whole Spoor:
 * either the answer is the same, or it differs on purpose, and docs/compatibility.md says so. Answers with traces in them are
 * compared in server/routes/jaeger.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from './server.ts'

interface Recorded {
  readonly ask: string
  readonly type?: string
  readonly body?: string
  /** What Jaeger said: its status, and of its body the whole or what is told of it. */
  readonly status: number
  readonly says?: string
  /** Ours, when it is not that. */
  readonly ours?: { readonly status: number; readonly type?: string; readonly says: string }
  /** How docs/compatibility.md calls the request. */
  readonly documented?: string
}

const TEXT = 'text/plain; charset=utf-8'
const HTML = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

const error = (code: number, msg: string): string =>
  `${JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] })}\n`
const absent = (ask: string): Recorded['ours'] => ({
  status: 404,
  type: TEXT,
  says: error(404, `${ask} is not answered here`),
})

const QUERY: readonly Recorded[] = [
  {
    ask: 'GET /api/metrics/latencies?service=frontend&quantile=0.95',
    status: 501,
    type: TEXT,
    says: error(501, 'metrics querying is currently disabled'),
  },
  {
    ask: 'GET /api/metrics/minstep',
    status: 501,
    type: TEXT,
    says: error(501, 'metrics querying is currently disabled'),
  },
  { ask: 'GET /static/none.js', status: 404, type: TEXT, says: '404 page not found\n' },
  { ask: 'GET /', status: 200, type: HTML },
  { ask: 'GET /search', status: 200, type: HTML },
  {
    ask: 'GET /api/v3/traces/00000000000000001234567890abcdef',
    status: 404,
    type: TEXT,
    says: '{"error":{"httpCode":404,"message":"No traces found"}}\n',
  },
  {
    ask: 'POST /api/archive/f260d9fcbf47f3a146c586f9d7549331',
    status: 500,
    ours: { status: 404, type: TEXT, says: error(404, 'trace not found') },
    documented: 'POST /api/archive/{id}',
  },
  // What Jaeger 1.76 answers below /api/v3, to transform and to an archive that is there: server/routes/jaeger/archive-and-v3.test.ts.
  ...['quality-metrics', 'deep-dependencies', 'nothing-here'].map(path => ({
    ask: `GET /api/${path}`,
    status: 200,
    ours: absent(`GET /api/${path}`),
    documented: `GET /api/${path}`,
  })),
  { ask: 'POST /api/traces', status: 200, ours: absent('POST /api/traces'), documented: 'POST /api/traces' },
]

const OTLP: readonly Recorded[] = [
  {
    ask: 'POST /v1/traces',
    type: PROTOBUF,
    body: '',
    status: 200,
    says: '\n\0',
    ours: { status: 200, says: '' },
    documented: 'POST /v1/traces` with nothing in it, protobuf',
  },
  {
    ask: 'POST /v1/traces',
    type: JSON_TYPE,
    body: '{"resourceSpans":[]}',
    status: 200,
    says: '{"partialSuccess":{}}',
    ours: { status: 200, says: '{}' },
    documented: 'POST /v1/traces` with nothing in it, JSON',
  },
  {
    ask: 'POST /v1/traces',
    type: PROTOBUF,
    body: 'garbage',
    status: 400,
    says: 'proto: illegal wireType 7',
    // A google.rpc.Status: code 3, and a message of 56 bytes.
    ours: { status: 400, says: '\x08\x03\x128field 12 has wire type 7; expected 0, 1, 2 or 5 (byte 1)' },
    documented: 'POST /v1/traces`, bytes that cannot be read',
  },
  {
    ask: 'POST /v1/traces',
    type: JSON_TYPE,
    body: '{',
    status: 400,
    ours: { status: 400, says: '{"code":3,"message":"the text ends here; expected a key in quotes (byte 1)"}' },
    documented: 'POST /v1/traces`, bytes that cannot be read',
  },
  {
    ask: 'POST /v1/traces',
    type: 'text/plain',
    body: 'x',
    status: 415,
    says: '415 unsupported media type, supported: [application/json, application/x-protobuf]',
    ours: {
      status: 415,
      type: TEXT,
      says: `content type "text/plain", expected ${PROTOBUF} or ${JSON_TYPE}\n`,
    },
    documented: 'POST /v1/traces`, another content type',
  },
  {
    ask: 'GET /v1/traces',
    status: 405,
    says: '405 method not allowed, supported: [POST]',
    ours: { status: 405, type: TEXT, says: 'method GET, expected POST\n' },
    documented: 'GET /v1/traces',
  },
]

const page = readFileSync('docs/compatibility.md', 'utf8')

for (const [port, answers] of [
  ['the query port', QUERY],
  ['the port of OTLP over HTTP', OTLP],
] as const) {
  test(`${port} answers as Jaeger, or as docs/compatibility.md says`, async ({ spoor }) => {
    const origin = answers === QUERY ? spoor.origin : `http://127.0.0.1:${spoor.otlpHttpPort}`
    for (const { ask, type, body, status, says, ours, documented } of answers) {
      const [method, path] = ask.split(' ')
      const headers = answers === OTLP && type !== undefined ? { 'content-type': type } : undefined
      const answer = await fetch(`${origin}${path}`, { method, headers, body })
      const seen = { status: answer.status, type: answer.headers.get('content-type'), says: await answer.text() }
      const expected = ours ?? { status, type, says: says ?? seen.says }
      expect(seen, ask).toEqual({ type, ...expected })
      // What is the same is not called different, and what is different is told.
      expect(ours === undefined || ours.status !== status || ours.says !== says, ask).toBe(true)
      if (documented !== undefined) expect(page, ask).toContain(documented)
      expect(ours === undefined, ask).toBe(documented === undefined)
    }
  })
}

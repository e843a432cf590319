/** The same spans, the same questions: what Jaeger 1.76 answered (fixtures/README.md), compared field by field, lists as sets. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp } from '#server/routes/test-app.ts'
import { openTestStore, type TestBlocksStore } from '#server/storage/blocks/test-blocks-store.ts'
import { send } from '#server/storage/contract/send.ts'
import { decodeUiJson } from '#shared/formats/jaeger/decode-ui-json.ts'
import type { JaegerProcess, JaegerSpan } from '#shared/formats/jaeger/ui-json.ts'

interface Answer {
  readonly name: string
  readonly path: string
  readonly status: number
  readonly contentType: string
  readonly body?: string
  readonly traceIDs?: readonly string[]
  readonly envelope?: object
}
interface JaegerTrace {
  readonly traceID: string
  readonly spans: readonly JaegerSpan[]
  readonly processes: Readonly<Record<string, JaegerProcess>>
  readonly warnings: unknown
}

const fixture = (name: string): Buffer => readFileSync(`${import.meta.dirname}/fixtures/${name}`)
const answers = JSON.parse(fixture('answers.json').toString()) as readonly Answer[]
const sent = gunzipSync(fixture('traces-frontend-limit20.json.gz')).toString()
const traces = new Map((JSON.parse(sent) as { data: JaegerTrace[] }).data.map(trace => [trace.traceID, trace]))

/** Where ours answers otherwise, and on purpose: the status, and what the message says. */
const DIFFERENT: Readonly<Record<string, { readonly status: number; readonly says: string }>> = {
  // Jaeger: 500.
  'traces-zero-limit': { status: 400, says: 'limit' },
  'traces-negative-limit': { status: 400, says: 'limit' },
  // After the colon stand the words of the JSON parser of each.
  'traces-tags-bad': { status: 400, says: "malformed 'tags' parameter, cannot unmarshal JSON: " },
}

/** Where ours finds other traces, and on purpose. Their ids begin so. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  // The newest two by their start; Jaeger's memory store takes those that came in last.
  'traces-start-end': ['7a1f6b', 'd768a0'],
  // `error=true` finds spans with that status (WIRE.md 8.1); this Jaeger found none, its other stores do.
  'traces-tags-json': ['85788f', 'f260d9'],
}

let store: TestBlocksStore
let app: FastifyInstance

beforeAll(async () => {
  store = await openTestStore({ directory: undefined })
  await send(store.writer, table => void decodeUiJson(sent, table))
  // The moment of the recording, so that Jaeger's 48 hours reach back to it.
  ;({ app } = await openTestApp(store.reader, { now: () => 1_795_593_630_000_000_000n }))
})
afterAll(async () => {
  await app.close()
  await store.close()
})

/** With lists as sets: sorted by their JSON. */
function asSet(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asSet).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, asSet(one)]))
}

/** A trace with each span's process in it: the numbers of processes follow the order of spans, which Jaeger's does not keep. */
function whole({ spans, processes, ...rest }: JaegerTrace): unknown {
  return asSet({
    ...rest,
    processes: Object.values(processes),
    spans: spans.map(({ processID, ...span }) => ({ ...span, process: processes[processID] })),
  })
}

/** What is compared of an answer. `says`: only whether a message has these words. */
function content(golden: Answer, body: string, says?: string): unknown {
  if (says !== undefined) return (JSON.parse(body) as { errors: { msg: string }[] }).errors[0].msg.includes(says)
  if (golden.status !== 200) return body
  const { data, ...envelope } = JSON.parse(body) as { data: JaegerTrace[] | null }
  if (golden.traceIDs === undefined && FOUND[golden.name] === undefined) return asSet({ data, ...envelope })
  // Without adjusters a trace looks different: it is compared in shared/formats/jaeger.
  const show = golden.path.includes('raw=') ? (trace: JaegerTrace) => trace.traceID : whole
  return { data: asSet((data ?? []).map(show)), envelope }
}

/** The body that ours should be as. */
function expectedBody({ name, body, traceIDs, envelope }: Answer): string {
  const ids = FOUND[name]?.map(start => [...traces.keys()].find(id => id.startsWith(start)) ?? '') ?? traceIDs
  if (ids === undefined) return body ?? ''
  return JSON.stringify({
    data: ids.map(id => traces.get(id)),
    ...(envelope ?? { total: 0, limit: 0, offset: 0, errors: null }),
  })
}

describe('answers as Jaeger', () => {
  for (const golden of answers.filter(({ name }) => !name.startsWith('dependencies') || name.includes('bad'))) {
    test(`${golden.name}: ${golden.path}`, async () => {
      const different = DIFFERENT[golden.name]
      const { statusCode, headers, body } = await app.inject({ url: golden.path })
      expect({
        status: statusCode,
        contentType: headers['content-type'],
        content: content(golden, body, different?.says),
      }).toEqual({
        status: different?.status ?? golden.status,
        contentType: golden.contentType,
        content: different !== undefined || content(golden, expectedBody(golden)),
      })
    })
  }

  test('prettyPrint indents as Jaeger', async () => {
    const path = '/api/services?prettyPrint=true'
    const { body } = await app.inject({ url: path })
    expect(body).toBe(JSON.stringify(JSON.parse(body), null, 4))
    const trace = await app.inject({ url: `/api/traces/${[...traces.keys()][0]}?prettyPrint=1` })
    expect(trace.body).toBe(JSON.stringify(JSON.parse(trace.body), null, 4))
  })

  test('dependencies: calls between services, counted from what was sent; none within a service', async () => {
    const expected = new Map<string, number>()
    for (const { spans, processes } of traces.values()) {
      const services = new Map(spans.map(({ spanID, processID }) => [spanID, processes[processID].serviceName]))
      for (const { references, processID } of spans) {
        const parent = services.get(references[0]?.spanID ?? '')
        const child = processes[processID].serviceName
        if (parent === undefined || parent === child) continue
        expected.set(`${parent} ${child}`, (expected.get(`${parent} ${child}`) ?? 0) + 1)
      }
    }
    expect(expected.size).toBe(5)
    const golden = answers.filter(({ name, status }) => name.startsWith('dependencies') && status === 200)
    expect(golden.length).toBe(3)
    for (const { path, body = '', contentType } of golden) {
      const answer = await app.inject({ url: path })
      expect(answer.headers['content-type']).toBe(contentType)
      const { data, ...envelope } = answer.json<{ data: { parent: string; child: string; callCount: number }[] }>()
      expect(new Map(data.map(edge => [`${edge.parent} ${edge.child}`, edge.callCount]))).toEqual(expected)
      // Jaeger had more traces than the twenty: of its answer the pairs and the form are compared.
      const { data: theirs, ...theirEnvelope } = JSON.parse(body) as { data: { parent: string; child: string }[] }
      const pairs = theirs.flatMap(edge => (edge.parent === edge.child ? [] : `${edge.parent} ${edge.child}`))
      expect([...expected.keys()].sort()).toEqual(pairs.sort())
      expect(envelope).toEqual(theirEnvelope)
    }
    const one = await app.inject({ url: '/api/dependencies?endTs=1795593623498&lookback=1' })
    expect(one.json<{ data: unknown }>().data).toEqual([])
  })
})

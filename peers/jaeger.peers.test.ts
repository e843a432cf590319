/**
 * A running Jaeger as oracle: the same seeded spans go to both, then both are asked the same. Answers are compared as sets, since
 * Jaeger keeps no order. JAEGER_ORIGIN and JAEGER_OTLP say where it is (all defaults plus 10000: a Jaeger beside a Spoor); SEED
 * makes a run again. What differs on purpose stands in docs/compatibility.md.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { Random } from '#shared/generator/random.ts'
import { makeTraces, type MadeTraces } from './made-traces.ts'

const jaeger = {
  origin: process.env['JAEGER_ORIGIN'] ?? 'http://127.0.0.1:26686',
  otlp: process.env['JAEGER_OTLP'] ?? 'http://127.0.0.1:14318',
}
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const COUNT = 200
const QUERIES = 400

const reachable = await fetch(`${jaeger.origin}/api/services`).then(
  answer => answer.ok,
  () => false,
)

interface Answer {
  readonly status: number
  readonly body: string
}

interface UiTrace {
  readonly traceID: string
  readonly spans: readonly { readonly processID: string }[]
  readonly processes: Readonly<Record<string, unknown>>
}

async function ask(origin: string, path: string): Promise<Answer> {
  const answer = await fetch(`${origin}${path}`)
  return { status: answer.status, body: await answer.text() }
}

/** Lists sorted by their JSON, objects by key. */
function asSet(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asSet).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, asSet(one)]))
}

/** Each span with its process in it. */
function whole({ spans, processes, ...rest }: UiTrace): unknown {
  return asSet({ ...rest, spans: spans.map(({ processID, ...span }) => ({ ...span, process: processes[processID] })) })
}

/** OTLP without the warnings that Jaeger adds as an attribute, and without lists that are there and empty. */
function sent(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(one => !isWarnings(one)).map(sent)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => [key, sent(one)] as const)
  return Object.fromEntries(entries.filter(([, one]) => !Array.isArray(one) || one.length > 0))
}

function isWarnings(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'key' in value && value.key === '@jaeger@warnings'
}

/** What is compared of the answer to a search: the ids found, or the words of the refusal. */
function answered({ status, body }: Answer): { status: number; found: readonly string[]; refusal?: string } {
  if (status !== 200) return { status, found: [], refusal: body }
  const { data } = JSON.parse(body) as { data: UiTrace[] }
  return { status, found: data.map(({ traceID }) => traceID).sort() }
}

describe.skipIf(!reachable)(`beside a Jaeger at ${jaeger.origin} (seed ${SEED}; skipped when none answers)`, () => {
  let server: ServerProcess
  let ours: string
  let made: MadeTraces
  const now = Date.now()

  const bodyOf = async <Body>(origin: string, path: string): Promise<Body> => {
    const { status, body } = await ask(origin, path)
    if (status !== 200) throw new Error(`${origin}${path}: ${status} ${body}`)
    return JSON.parse(body) as Body
  }
  const both = async <Body>(path: string): Promise<readonly [Body, Body]> =>
    await Promise.all([bodyOf<Body>(ours, path), bodyOf<Body>(jaeger.origin, path)])

  beforeAll(async () => {
    server = await startServer(['--storage', 'memory'])
    ours = `http://127.0.0.1:${server.queryPort}`
    made = makeTraces(new Random(SEED), COUNT, `seed${SEED}-${now}-`, now)
    for (const otlp of [`http://127.0.0.1:${server.otlpHttpPort}`, jaeger.otlp]) {
      for (const body of made.requests) {
        const headers = { 'content-type': 'application/json' }
        const { status } = await fetch(`${otlp}/v1/traces`, { method: 'POST', headers, body })
        if (status !== 200) throw new Error(`${otlp} answered ${status} to ${body}`)
      }
    }
    // Jaeger acknowledges before it stores.
    const last = `/api/traces/${made.traceIds[COUNT - 1]}`
    for (let left = 200; (await ask(jaeger.origin, last)).status !== 200; left--) {
      if (left === 0) throw new Error('Jaeger does not show what it took')
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  })
  afterAll(async () => {
    await server.stop()
  })

  test('services, their operations, with and without kind', async () => {
    const [our, their] = await both<{ data: string[] }>('/api/services')
    const mine = (names: readonly string[]) => names.filter(name => made.services.includes(name)).sort()
    expect(mine(our.data)).toEqual(mine(their.data))
    for (const service of made.services) {
      const [names, theirNames] = await both(`/api/services/${encodeURIComponent(service)}/operations`)
      expect(asSet(names)).toEqual(asSet(theirNames))
      for (const kind of ['', '&spanKind=server', '&spanKind=client', '&spanKind=internal', '&spanKind=consumer']) {
        const [list, theirList] = await both(`/api/operations?service=${encodeURIComponent(service)}${kind}`)
        expect({ kind, list: asSet(list) }).toEqual({ kind, list: asSet(theirList) })
      }
    }
  })

  test.each(['', '?raw=true'])('every trace by its id%s', async raw => {
    for (const id of made.traceIds) {
      const [our, their] = await both<{ data: UiTrace[] }>(`/api/traces/${id}${raw}`)
      expect({ id, data: our.data.map(whole) }).toEqual({ id, data: their.data.map(whole) })
    }
  })

  test('every trace in OTLP by API v3', async () => {
    for (const id of made.traceIds) {
      const [our, their] = await both(`/api/v3/traces/${id}`)
      expect({ id, otlp: asSet(sent(our)) }).toEqual({ id, otlp: asSet(sent(their)) })
    }
  })

  test('dependencies', async () => {
    const path = `/api/dependencies?endTs=${now + 60_000}&lookback=7200000`
    const [our, their] = await both<{ data: { parent: string; child: string; callCount: number }[] }>(path)
    const mine = ({ data }: typeof our) =>
      asSet(data.filter(({ parent, child }) => parent !== child && made.services.includes(child)))
    expect(mine(our)).toEqual(mine(their))
  })

  test(`${QUERIES} searches find the same traces`, { timeout: 900_000 }, async () => {
    const random = new Random(SEED + 1)
    let found = 0
    for (let k = 0; k < QUERIES; k++) {
      const search = new URLSearchParams({ service: random.pick(made.services), limit: '1000' })
      if (random.chance(0.4)) search.set('operation', random.pick(made.names))
      if (random.chance(0.3)) search.append('tag', random.pick(made.tags))
      if (random.chance(0.1)) {
        const [key, ...rest] = random.pick(made.tags).split(':')
        search.set('tags', JSON.stringify({ [key]: rest.join(':') }))
      }
      if (random.chance(0.2)) search.set('minDuration', random.pick(['100ms', '0.3s', '250000us', '1h']))
      if (random.chance(0.2)) search.set('maxDuration', random.pick(['400ms', '0.35s', '10us', '2h45m']))
      if (random.chance(0.3)) search.set('start', String((now - random.below(1_800_000)) * 1000))
      if (random.chance(0.3)) search.set('end', String((now - random.below(1_800_000)) * 1000))
      const path = `/api/traces?${search.toString()}`
      const [our, their] = await Promise.all([ask(ours, path), ask(jaeger.origin, path)])
      expect({ path, ...answered(our) }).toEqual({ path, ...answered(their) })
      found += answered(our).found.length
    }
    expect(found).toBeGreaterThan(QUERIES)
  })

  test.each([
    '/api/traces?service=a&limit=abc',
    '/api/traces?service=a&limit=1.5',
    '/api/traces?service=a&limit=99999999999999999999',
    '/api/traces?service=a&start=abc',
    '/api/traces?service=a&start=99999999999999999999',
    '/api/traces?service=a&start=1e3',
    '/api/traces?service=a&end=x',
    '/api/traces?service=a&minDuration=10',
    '/api/traces?service=a&minDuration=ms',
    '/api/traces?service=a&minDuration=1x',
    '/api/traces?service=a&minDuration=.s',
    '/api/traces?service=a&maxDuration=5%20ms',
    '/api/traces?service=a&maxDuration=9223372036854775808ns',
    '/api/traces?service=a&minDuration=2s&maxDuration=1s',
    '/api/traces?service=a&tag=nocolon',
    '/api/traces?service=a&tag=',
    '/api/traces?service=a&tag=%22',
    '/api/traces?traceID=',
    '/api/traces?traceID=xyz',
    '/api/traces?traceID=12345678901234567890123456789012345',
    '/api/traces?traceID=1&traceID=zz',
    '/api/traces?traceID=abc',
    '/api/traces?service=',
    '/api/traces?operation=x',
    '/api/traces/-1',
    '/api/traces/0x1',
    '/api/traces/g',
    '/api/traces/00000000000000000000000000000000',
    '/api/traces/1',
    '/api/traces/1?start=abc',
    '/api/traces/1?end=abc',
    '/api/operations',
    '/api/operations?service=',
    '/api/operations?service=none',
    '/api/operations?service=none&spanKind=no',
    '/api/services/none/operations',
    '/api/services/%2F/operations',
    '/api/dependencies?endTs=x',
    '/api/dependencies?lookback=x',
    '/api/dependencies?lookback=0',
    '/api/dependencies?endTs=1&lookback=2',
    '/api/traces/1?raw=xyz',
    '/api/traces?traceID=1&raw=xyz',
    '/api/traces/zz?start=abc',
    '/api/traces?traceID=0',
    '/api/traces?traceID=1&limit=0',
    '/api/traces?traceID=1&tag=x&start=y',
    '/api/traces?traceID=zz&limit=x&minDuration=y',
    '/api/traces?service=a&raw=x&limit=y',
    '/api/traces?maxDuration=x&minDuration=y',
    '/api/traces?service=a&minDuration=2s&maxDuration=1s&tag=x',
    '/api/traces?service=a&start=-5',
    '/api/traces?service=a&end=-5',
    '/api/traces?service=a&minDuration=-5ms',
    '/api/traces?service=a&maxDuration=-5ms',
    '/api/traces?service=a&spanKind=bogus&prettyPrint=xyz',
    '/api/traces?service=a&limit=2147483648',
    '/api/traces?service=a&tag=%3Ax&tag=a%3A',
    '/api/dependencies?endTs=0',
    '/api/dependencies?endTs=99999999999999999999',
    '/api/v3/traces/zz',
    '/api/v3/traces/1',
    '/api/metrics/calls?service=a',
    '/api/metrics/minstep',
  ])('the same answer to %s', async path => {
    expect(await ask(ours, path)).toEqual(await ask(jaeger.origin, path))
  })
})

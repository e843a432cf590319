/**
 * Adaptive sampling as the server puts it together: clients ask over HTTP, keep the share they were told and say so, their spans come in as
 * OTLP through the pipeline, and once a minute the roots that were counted there are computed with. The clock is the test's.
 */
import { expect, test } from 'vitest'
import { Ledger } from '#server/pipeline/ledger.ts'
import { createIngest } from '#server/pipeline/pipeline.ts'
import { Senders } from '#server/pipeline/senders.ts'
import { buildSamplingApp, SAMPLING_PATHS } from '#server/routes/sampling-app.ts'
import { ADAPTIVE_DEFAULTS } from '#server/sampling/adaptive.ts'
import { RootCounter } from '#server/sampling/sampled-roots.ts'
import { openAdaptiveSampling } from '#server/sampling/sampling.ts'
import type { SpanWriter } from '#server/storage/store.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { OtlpJsonDecoder } from '#shared/formats/otlp/decode-json.ts'
import { Random } from '#shared/generator/random.ts'
import { DEFAULT_SPAN_LIMITS, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addLedgers } from './pipeline/ledger.ts'

/** Keeps nothing but the count of its rows. */
function countingWriter(): SpanWriter {
  let table = new SpanTableBuilder()
  return {
    open: () => table,
    makeRoom: () => Promise.resolve(),
    commit: from => {
      const stored = table.rowCount - from.rows
      table = new SpanTableBuilder()
      return Promise.resolve({ stored, duplicate: 0 })
    },
    rollback: to => table.rollback(to),
    close: () => Promise.resolve(),
  }
}

interface Client {
  readonly service: string
  readonly operation: string
  /** Traces a second that begin there. */
  readonly perSecond: number
  /** How it writes `sampler.param`. */
  readonly param: (rate: number) => object
}

const asDouble = (rate: number) => ({ doubleValue: rate })
const asText = (rate: number) => ({ stringValue: String(rate) })
const CLIENTS: readonly Client[] = [
  { service: 'shop', operation: 'GET /', perSecond: 2000, param: asDouble },
  { service: 'shop', operation: 'POST /checkout', perSecond: 40, param: asText },
  { service: 'stock', operation: 'GET /item', perSecond: 300, param: asDouble },
]

interface Strategy {
  readonly operationSampling: {
    readonly defaultSamplingProbability: number
    readonly perOperationStrategies: readonly {
      readonly operation: string
      readonly probabilisticSampling: { readonly samplingRate: number }
    }[]
  }
}

test('in an hour the operations of clients that do as they are told come to the target, and one that does not is left alone', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const random = new Random(seed)
  const counters = [new RootCounter(), new RootCounter()]
  const ledgers = [new Ledger(), new Ledger()]
  const decoder = new OtlpJsonDecoder()
  const ingests = counters.map((counter, at) =>
    createIngest({
      writers: new Map([['main', countingWriter()]]),
      limits: DEFAULT_SPAN_LIMITS,
      ledger: ledgers[at],
      senders: new Senders(),
      now: () => 0,
      onRows: (table, from) => counter.note(table, from),
    }),
  )
  const sampling = openAdaptiveSampling({
    adaptive: { ...ADAPTIVE_DEFAULTS, targetPerSecond: 2 },
    collector: 'one',
    takeRoots: () => Promise.resolve(counters.flatMap(counter => counter.take())),
    onProblem: error => {
      throw error
    },
  })
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  const app = buildSamplingApp({ strategyOf: service => sampling.strategyOf(service), log })
  const rateOf = async ({ service, operation }: Client): Promise<number> => {
    const answer = await app.inject(`${SAMPLING_PATHS.agent}?service=${service}`)
    const { operationSampling } = answer.json<Strategy>()
    const own = operationSampling.perOperationStrategies.find(one => one.operation === operation)
    return own?.probabilisticSampling.samplingRate ?? operationSampling.defaultSamplingProbability
  }
  let ids = 0
  const hex = (digits: number) => (++ids).toString(16).padStart(digits, '0')
  const send = async (
    to: number,
    { service, operation, param }: Client,
    traces: number,
    type: string,
    rate: number,
  ) => {
    const spans = Array.from({ length: traces }, () => {
      const traceId = hex(32)
      const root = hex(16)
      const attributes = [
        { key: 'sampler.type', value: { stringValue: type } },
        { key: 'sampler.param', value: param(rate) },
      ]
      // Only roots count; a child that copies what its root says does not.
      return [
        { traceId, spanId: root, name: operation, attributes },
        { traceId, spanId: hex(16), parentSpanId: root, name: operation, attributes },
      ]
    }).flat()
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
    const bytes = new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }))
    await ingests[to]({ protocol: 'otlp_http_json', wireBytes: 1, bytes: bytes.length }, rows =>
      decoder.decode(bytes, rows),
    )
  }

  const stubborn: Client = { service: 'old', operation: 'GET /', perSecond: 10, param: asDouble }
  const last = CLIENTS.map(() => 0)
  for (let minute = 1; minute <= 60; minute++) {
    for (const [at, client] of CLIENTS.entries()) {
      const rate = await rateOf(client)
      const mean = client.perSecond * 60 * rate
      const noise = Math.sqrt(mean * (1 - rate)) * (random.unit() + random.unit() + random.unit() - 1.5) * 2
      const kept = Math.max(0, Math.round(mean + noise))
      await send(minute % 2, client, kept, 'probabilistic', rate)
      // Clients keep one a minute of an operation whatever its share.
      if (kept === 0) await send(minute % 2, client, 1, 'lowerbound', rate)
      if (minute > 50) last[at] += kept / 600
    }
    await send(minute % 2, stubborn, 600, 'probabilistic', 1)
    await sampling.endRound(minute * 60_000)
  }
  for (const [at, { operation }] of CLIENTS.entries()) {
    expect(last[at], `SEED=${seed} ${operation}: ${last[at]}/s`).toBeGreaterThan(2 * 0.6)
    expect(last[at], `SEED=${seed} ${operation}: ${last[at]}/s`).toBeLessThan(2 * 1.4)
  }
  expect(sampling.state).toMatchObject({ kind: 'adaptive', operations: 4, targetPerSecond: 2 })
  // It was told once, and went on with 1.
  expect(await rateOf(stubborn)).toBeGreaterThan(0)
  expect(ledgerFaults(addLedgers(ledgers.map(ledger => ledger.report())))).toEqual([])
  await app.close()
})

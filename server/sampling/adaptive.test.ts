import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { ADAPTIVE_DEFAULTS, AdaptiveSampling } from './adaptive.ts'
import { memorySamplingStore } from './store.ts'

interface Client {
  readonly service: string
  readonly operation: string
  /** Traces a second that it makes, before sampling. */
  readonly perSecond: number
}

/** What the strategy tells this client, as a client reads it. */
function rateFor(sampling: AdaptiveSampling, { service, operation }: Client): number {
  const { operations } = sampling.strategyOf(service)
  return operations?.rates.find(one => one.operation === operation)?.rate ?? operations?.defaultRate ?? Number.NaN
}

/** `minutes` of clients that ask once a minute; the mean of sampled traces a second in the last ten. */
async function simulate(
  collectors: readonly AdaptiveSampling[],
  clients: readonly Client[],
  minutes: number,
  random: Random,
): Promise<readonly number[]> {
  const sums = clients.map(() => 0)
  for (let minute = 1; minute <= minutes; minute++) {
    for (const [c, client] of clients.entries()) {
      const collector = collectors[(c + minute) % collectors.length]
      const rate = rateFor(collector, client)
      const traces = client.perSecond * 60
      // The number that is kept, with the noise of drawing each trace.
      const mean = traces * rate
      const noise = Math.sqrt(mean * (1 - rate)) * (random.unit() + random.unit() + random.unit() - 1.5) * 2
      const kept = Math.max(0, Math.round(mean + noise))
      for (let k = 0; k < Math.min(kept, 20_000); k++) {
        collector.observe({ ...client, samplerType: 'probabilistic', samplerParam: rate })
      }
      // Clients keep one a minute whatever the probability, and say so: otherwise a rare operation would never be heard of.
      if (kept === 0) collector.observe({ ...client, samplerType: 'lowerbound', samplerParam: rate })
      if (minute > minutes - 10) sums[c] += Math.min(kept, 20_000) / 600
    }
    for (const collector of collectors) await collector.endRound(minute * 60_000)
  }
  return sums
}

const clients: readonly Client[] = [
  { service: 'shop', operation: 'GET /', perSecond: 2000 },
  { service: 'shop', operation: 'POST /checkout', perSecond: 40 },
  { service: 'shop', operation: 'GET /about', perSecond: 2 },
  { service: 'nightly', operation: 'reconcile', perSecond: 0.05 },
]

test('one collector alone: in an hour every operation with the traffic for it comes to the target', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const sampling = new AdaptiveSampling(memorySamplingStore(), 'a')
  const kept = await simulate([sampling], clients, 60, new Random(seed))
  for (const k of [0, 1, 2]) {
    expect(kept[k], `SEED=${seed} ${clients[k].operation}`).toBeGreaterThan(0.6)
    expect(kept[k], `SEED=${seed} ${clients[k].operation}`).toBeLessThan(1.5)
  }
  // Less traffic than the target: all of it is kept.
  expect(rateFor(sampling, clients[3])).toBe(1)
})

test('two collectors that share a store: one leads, both answer the same', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const store = memorySamplingStore()
  const both = [new AdaptiveSampling(store, 'a'), new AdaptiveSampling(store, 'b')]
  const kept = await simulate(both, clients.slice(0, 2), 60, new Random(seed))
  for (const one of kept) {
    expect(one, `SEED=${seed}`).toBeGreaterThan(0.6)
    expect(one, `SEED=${seed}`).toBeLessThan(1.5)
  }
  expect(both[1].strategyOf('shop')).toEqual(both[0].strategyOf('shop'))
})

async function afterRounds(counts: readonly number[], param: (rate: number) => number, options = ADAPTIVE_DEFAULTS) {
  const sampling = new AdaptiveSampling(memorySamplingStore(), 'a', { ...options, delayMs: 0 })
  const rates: number[] = []
  for (const [round, count] of counts.entries()) {
    const rate = rateFor(sampling, { service: 's', operation: 'o', perSecond: 0 })
    const root = { service: 's', operation: 'o', samplerType: 'probabilistic', samplerParam: param(rate) }
    for (let k = 0; k < count; k++) sampling.observe(root)
    await sampling.endRound((round + 1) * 60_000)
    rates.push(rateFor(sampling, { service: 's', operation: 'o', perSecond: 0 }))
  }
  return rates
}

test('a probability falls at once, grows by double at most, and rests within the tolerance', async () => {
  // 600 a minute are ten a second: a tenth. 6 a minute are a tenth a second: only double. 60 ± 30 % rest.
  expect(await afterRounds([600, 6, 60, 70], rate => rate)).toEqual([0.0001, 0.0002, 0.0002, 0.0002])
})

test('a sender that uses another probability than it was told moves nothing', async () => {
  expect(await afterRounds([600, 600, 600], () => 0.5)).toEqual([0.0001, 0.0001, 0.0001])
})

test('no probability falls below the least or grows above one', async () => {
  expect((await afterRounds(Array<number>(3).fill(60_000), rate => rate)).at(-1)).toBe(1e-5)
  expect((await afterRounds(Array<number>(12).fill(1), rate => rate)).at(-1)).toBe(1)
})

test('an unknown service is told the initial probability and the least rate; names may hold anything', async () => {
  const sampling = new AdaptiveSampling(memorySamplingStore(), 'a', { ...ADAPTIVE_DEFAULTS, delayMs: 0 })
  expect(sampling.strategyOf('none')).toEqual({
    service: { kind: 'probabilistic', rate: 0.001 },
    operations: { defaultRate: 0.001, leastPerSecond: 1 / 60, rates: [] },
  })
  const root = { service: '__proto__', operation: '3:x:y', samplerType: 'lowerbound', samplerParam: 0.001 }
  sampling.observe(root)
  sampling.observe({ ...root, samplerType: 'const', operation: 'not counted' })
  sampling.observe({ ...root, samplerParam: Number.NaN, operation: 'not counted' })
  await sampling.endRound(60_000)
  expect(sampling.strategyOf('__proto__').operations?.rates).toEqual([{ operation: '3:x:y', rate: 0.002 }])
})

import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { traceSampler } from './trace-sampler.ts'

const MANY = 40_000

/** The share that is kept of `MANY` ids; `word` gives the four words of each. */
function keptShare(share: number, word: (n: number, at: number) => number): number {
  const traceId = Uint32Array.from({ length: MANY * 4 }, (_, at) => word(at >>> 2, at & 3))
  const sampled = traceSampler(share)
  let kept = 0
  for (let row = 0; row < MANY; row++) if (sampled === undefined || sampled({ traceId }, row)) kept++
  return kept / MANY
}

test('of random ids, of counted ones, and of those that a sender’s own sampling leaves over, the share is kept', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const random = new Random(seed)
  const any = (): number => Math.floor(random.unit() * 2 ** 32)
  const forms: Readonly<Record<string, (n: number, at: number) => number>> = {
    random: any,
    'random, of 64 bits': (_, at) => (at < 2 ? 0 : any()),
    counted: (n, at) => (at === 3 ? n : 0),
    // Jaeger’s clients keep ids that are small as numbers, here 1 in 1,000.
    'small ones': (_, at) => (at < 2 ? 0 : at === 2 ? any() >>> 10 : any()),
    // OpenTelemetry’s keep by the end of the id.
    'large ends': (_, at) => (at === 2 ? (any() | 0x00fff000) >>> 0 : any()),
  }
  for (const [name, word] of Object.entries(forms)) {
    for (const share of [0, 0.01, 0.3, 1]) {
      const deviation = 5 * Math.sqrt((share * (1 - share)) / MANY)
      const kept = keptShare(share, word)
      expect(Math.abs(kept - share), `SEED=${seed} ${name}: ${kept} of ${share}`).toBeLessThanOrEqual(deviation)
    }
  }
})

test('what a small share keeps a larger one keeps too, and the same at any time', () => {
  const traceId = Uint32Array.from({ length: 4000 }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 0)
  const kept = (share: number) =>
    Array.from({ length: 1000 }, (_, row) => row).filter(row => traceSampler(share)?.({ traceId }, row) ?? true)
  const few = new Set(kept(0.1))
  expect([...few]).toEqual(kept(0.1))
  expect(kept(0.5).filter(row => few.has(row))).toEqual([...few])
  expect(few.size).toBeGreaterThan(50)
})

import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { TraceCount } from './trace-count.ts'

/** With the first, two ids of which two words are random once counted as one. */
const SEEDS = [664459887, Number(process.env.SEED ?? Date.now() % 1e9)]

test.each(SEEDS)('as many as a set has, of random ids and of counted ones, again and again (seed %i)', seed => {
  const random = new Random(seed)
  const any = (): number => Math.floor(random.unit() * 2 ** 32)
  for (const word of [
    (_: number, at: number) => (at % 2 === 0 ? any() : 7),
    (_: number, at: number) => (at < 2 ? any() : 7),
    (_: number, at: number) => (at > 1 ? any() : 7),
    (_: number, at: number) => (at === 1 || at === 2 ? any() : 7),
    (n: number, at: number) => (at === 3 ? n % 5000 : 0),
    (n: number, at: number) => (at === 0 ? n : 0),
    (n: number) => n % 3,
  ]) {
    const count = new TraceCount()
    const known = new Set<string>()
    for (let part = 0; part < 5; part++) {
      const traceId = Uint32Array.from({ length: 4 * 4000 }, (_, at) => word(part * 3000 + (at >>> 2), at & 3))
      count.add({ traceId, rowCount: 4000 })
      for (let row = 0; row < 4000; row++) known.add(traceId.subarray(row * 4, row * 4 + 4).join(' '))
      expect(count.size).toBe(known.size)
    }
  }
})

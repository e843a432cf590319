import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { finishWork, orderInSlices, sortInSlices } from './sliced-work.ts'

test('both sorts agree with the plain one, equal keys by index, and stop for breath', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  for (const n of [0, 1, 2, 7, 1000, 30_000]) {
    const keys = Float64Array.from({ length: n }, () => random.below(2) * 2 ** 40 + random.below(n))
    const plain = Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b)
    expect([...finishWork(orderInSlices(keys))], `seed ${seed}`).toEqual(plain)
    expect([...finishWork(sortInSlices(n, (a, b) => keys[a] - keys[b]))], `seed ${seed}`).toEqual(plain)
  }
  const work = orderInSlices(Float64Array.from({ length: 30_000 }, (_, i) => -i + 30_000))
  expect(work.next().done).toBe(false)
})

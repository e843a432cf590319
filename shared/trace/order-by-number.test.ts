import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { orderByNumber } from './order-by-number.ts'

test.each([0, 1, 5, 255, 256, 257, 3000])('%d keys ascend, equal ones by index', n => {
  const random = new Random(n)
  for (const most of [3, 70_000, 2 ** 40, 2 ** 53]) {
    const keys = Float64Array.from({ length: n }, () => Math.floor(random.unit() * most))
    const expected = Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b)
    expect([...orderByNumber(keys)]).toEqual(expected)
  }
})

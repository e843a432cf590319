import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { type Bucket, peerColumns, peerPlace, peerWord } from './peer-place.ts'

const BUCKETS = [
  { fromNs: 0, toNs: 0, count: 10 },
  { fromNs: 1024, toNs: 1152, count: 20 },
  { fromNs: 2048, toNs: 2304, count: 70 },
]

test('how many peers took less time', () => {
  expect(peerPlace(BUCKETS, 5000)).toEqual({ count: 100, share: 1, usual: false })
  expect(peerPlace(BUCKETS, 2048)).toEqual({ count: 100, share: 0.3, usual: true })
  expect(peerPlace(BUCKETS, 1088)).toEqual({ count: 100, share: 0.2, usual: false })
  expect(peerPlace(BUCKETS, 1024)).toEqual({ count: 100, share: 0.1, usual: false })
  expect(peerPlace([], 5)).toBeUndefined()
})

test('one among equals, or beside the middle one, is as long as usual: not slower than half of them', () => {
  const word = (buckets: readonly Bucket[], ns: number): string => peerWord(peerPlace(buckets, ns) ?? NONE)
  const equal = [{ fromNs: 4_194_304, toNs: 4_718_592, count: 30 }]
  expect(word(equal, 4_500_000)).toBe('usual')
  expect(word(equal, 4_718_592)).toBe('slower')
  expect(word(equal, 4_000_000)).toBe('faster')
  // Those that take no time have a bucket of their own.
  expect(word([{ fromNs: 0, toNs: 0, count: 30 }], 0)).toBe('usual')
  expect(word(BUCKETS, 2200)).toBe('usual')
  expect(word(BUCKETS, 1088)).toBe('faster')
  // Between two buckets stands nobody.
  expect(
    word(
      [
        { fromNs: 8, toNs: 9, count: 10 },
        { fromNs: 16, toNs: 18, count: 10 },
      ],
      12,
    ),
  ).toBe('slower')
})

const NONE = { count: 0, share: 0, usual: false }

const SEED = Date.now() % 2 ** 31

test(`within two in a hundred of exact for durations as they fall (seed ${SEED})`, () => {
  const random = new Random(SEED)
  const exact = Array.from({ length: 100_000 }, () => Math.round(random.logNormal(4e7, 0.6)))
  const counts = new Map<number, number>()
  // Buckets of an eighth of an octave, as the store's.
  const startOf = (k: number): number => (8 + (k & 7)) * 2 ** (k >> 3)
  for (const ns of exact) {
    let k = 0
    while (startOf(k + 1) <= ns) k++
    counts.set(k, (counts.get(k) ?? 0) + 1)
  }
  const buckets = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([k, count]) => ({ fromNs: startOf(k), toNs: startOf(k + 1), count }))
  const errors = Array.from({ length: 50 }, () => {
    const ns = random.pick(exact)
    const share = exact.filter(other => other < ns).length / exact.length
    return Math.abs((peerPlace(buckets, ns)?.share ?? -1) - share)
  })
  expect(Math.max(...errors)).toBeLessThan(0.02)
})

test('columns by logarithm from the shortest to the longest, the highest 1', () => {
  const { columns, at } = peerColumns(BUCKETS.slice(1), 4096)
  expect(at).toBe(1)
  expect(columns.map(({ x, height, slower }) => [x, Math.round(height * 100), slower])).toEqual([
    [0, 29, false],
    [0.5, 100, false],
  ])
})

test('over fewer than two octaves the right end is twice the left, not the longest', () => {
  const { columns, at, toNs } = peerColumns([{ fromNs: 4_000_000, toNs: 4_500_000, count: 9 }], 4_000_000)
  expect([at, columns[0].x, Math.round(toNs)]).toEqual([0, 0, 8_000_000])
  expect(peerColumns(BUCKETS, 5e6).toNs).toBe(5e6)
})

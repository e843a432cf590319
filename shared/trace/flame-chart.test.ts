import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { flameChart } from './flame-chart.ts'
import type { FlameChart } from './flame-chart.ts'
import { longestPlace, makeLanes, placeAt, visitLane } from './flame-lanes.ts'
import { finishWork } from './sliced-work.ts'
import { spanName, type Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

/** Names by lane. */
function drawn(text: string): readonly string[] {
  const trace = traceOf(text)
  const { count, first, item } = finishWork(flameChart(trace))
  return Array.from({ length: count }, (_, lane) =>
    Array.from(item.subarray(first[lane], first[lane + 1]), i => spanName(trace, i)).join(' '),
  )
}

test('without parallel work the lane is the depth', () => {
  expect(
    drawn(`
s: a [0 100ms]
  s: b [0 40ms]
    s: c [10ms 10ms]
  s: d [40ms 20ms]
    s: e [40ms 20ms]
s: f [200ms 1ms]
`),
  ).toEqual(['a f', 'b d', 'c e'])
})

test('what runs at the same time stands below, each with its own children right under it', () => {
  expect(
    drawn(`
s: a [0 100ms]
  s: b [0 50ms]
    s: c [10ms 10ms]
  s: d [5ms 50ms]
    s: e [20ms 10ms]
  s: f [60ms 10ms]
`),
  ).toEqual(['a', 'b f', 'c', 'd', 'e'])
})

test('a child that outlives its parent keeps its lanes for itself', () => {
  expect(
    drawn(`
s: root [0 100ms]
  s: a [0 10ms]
    s: slow child [5ms 50ms]
  s: b [20ms 10ms]
`),
  ).toEqual(['root', 'a', 'slow child', 'b'])
})

/** Columns of a made-up trace; `parent[i]` < i. */
function columns(parent: Int32Array, start: Float64Array, end: Float64Array) {
  const size = parent.length
  const subtreeEnd = Uint32Array.from(parent, (_, i) => i + 1)
  for (let i = size - 1; i > 0; i--) {
    if (parent[i] >= 0) subtreeEnd[parent[i]] = Math.max(subtreeEnd[parent[i]], subtreeEnd[i])
  }
  return { size, parent, start, end, subtreeEnd, roots: Uint32Array.of(0) }
}

test('a chain of 100,000 levels has as many lanes', () => {
  const n = 100_000
  const chart = finishWork(
    flameChart(
      columns(
        Int32Array.from({ length: n }, (_, i) => i - 1),
        Float64Array.from({ length: n }, (_, i) => i),
        new Float64Array(n).fill(2 * n),
      ),
    ),
  )
  expect(chart.count).toBe(n)
  expect(chart.lane[n - 1]).toBe(n - 1)
})

test('a million siblings one after another share a lane; a million at once have one each', () => {
  const n = 1_000_001
  const parent = new Int32Array(n)
  parent[0] = -1
  const start = Float64Array.from({ length: n }, (_, i) => Math.max(0, i - 1) * 10)
  const one = start.map((ns, i) => (i === 0 ? n * 10 : ns + 10))
  expect(finishWork(flameChart(columns(parent, start, one))).count).toBe(2)
  expect(finishWork(flameChart(columns(parent, start, new Float64Array(n).fill(n * 10)))).count).toBe(n)
})

test('bars of one lane never overlap, and each is found where it stands', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  for (let round = 0; round < 60; round++) {
    const n = 2 + random.below(200)
    const parent = new Int32Array(n).fill(-1)
    const start = new Float64Array(n)
    const end = new Float64Array(n)
    end[0] = 1000
    // Depth first: the parent is the span before, or one of its parents; siblings by start.
    const last = new Float64Array(n)
    for (let i = 1; i < n; i++) {
      let above = i - 1
      while (above > 0 && random.below(3) > 0) above = parent[above]
      parent[i] = above
      start[i] = last[above] = Math.max(last[above], start[above]) + random.below(20)
      end[i] = start[i] + random.below(100)
    }
    const lanes = finishWork(flameChart(columns(parent, start, end)))
    expect(faultsOf(lanes, { parent, start, end }), `seed ${seed}`).toEqual([])
  }
})

/** What is wrong with where bars stand. */
function faultsOf(
  lanes: FlameChart,
  { parent, start, end }: { parent: Int32Array; start: Float64Array; end: Float64Array },
): readonly string[] {
  const faults: string[] = []
  for (let lane = 0; lane < lanes.count; lane++) {
    for (let place = lanes.first[lane]; place < lanes.first[lane + 1]; place++) {
      const i = lanes.item[place]
      const before = place > lanes.first[lane] ? end[lanes.item[place - 1]] : -Infinity
      if (start[i] < before) faults.push(`${i} begins before the bar on its left ends`)
      if (end[i] > start[i] && placeAt(lanes, lane, start[i], 0) !== place) faults.push(`${i} is not found`)
      if (i > 0 && lane <= lanes.lane[parent[i]]) faults.push(`${i} does not stand below its parent`)
    }
  }
  return faults
}

test('a stretch shows its longest; every item is drawn or counted, at any zoom', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  const n = 5000
  const from = new Float64Array(n)
  const to = new Float64Array(n)
  let at = 0
  for (let i = 0; i < n; i++) {
    from[i] = at += random.below(5)
    to[i] = at += random.below(50) === 0 ? random.below(500) : random.below(4)
  }
  const item = Uint32Array.from({ length: n }, (_, i) => i)
  const lanes = finishWork(makeLanes(Uint32Array.of(0, n), item, from, to))
  for (const [a, b] of [
    [0, n],
    [17, 18],
    [15, 17],
    [1, 4999],
    [256, 512],
    [250, 513],
  ] as const) {
    let best = a
    for (let i = a; i < b; i++) if (to[i] - from[i] > to[best] - from[best]) best = i
    expect(longestPlace(lanes, a, b), `seed ${seed}, ${a} to ${b}`).toBe(best)
  }
  for (const least of [0.5, 3, 30, 1000]) {
    let counted = 0
    let bars = 0
    let right = -Infinity
    visitLane(lanes, 0, -1, at + 1, least, (place, count, left, end) => {
      counted += count
      bars++
      expect(left, `seed ${seed}`).toBeGreaterThanOrEqual(right)
      right = left
      expect(end, `seed ${seed}`).toBeGreaterThanOrEqual(left)
      expect(count === 1 ? to[item[place]] : end, `seed ${seed}`).toBe(end)
    })
    expect(counted, `seed ${seed}, least ${least}`).toBe(n)
    expect(bars).toBeLessThanOrEqual(Math.min(n, (2 * at) / least + 2))
  }
})

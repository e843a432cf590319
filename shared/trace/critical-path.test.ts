import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { criticalPath, criticalPathOf, criticalTimes, type CriticalPath, type TimedTree } from './critical-path.ts'
import { spanName, type Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

/** The path as text: who, from, to in ms. */
function told(text: string): string {
  const trace = traceOf(text)
  const { count, span, bounds } = criticalPathOf(trace)
  return Array.from(
    { length: count },
    (_, k) => `${spanName(trace, span[k])} ${bounds[k] / 1e6}-${bounds[k + 1] / 1e6}`,
  ).join(', ')
}

test('a span waits for the child that ends last before the point; what ran beside it is left out', () => {
  expect(
    told(`
a: root [0 100ms]
  a: first [10ms 20ms]
  a: beside [15ms 60ms]
  a: last [40ms 50ms]
    b: inner [45ms 10ms]
`),
  ).toBe('root 0-10, first 10-30, root 30-40, last 40-45, inner 45-55, last 55-90, root 90-100')
})

test('children back to back, of which each begins where the one before ends, are all on the path', () => {
  expect(told('a: root [0 30ms]\n  a: x [0 10ms]\n  a: y [10ms 10ms]\n  a: z [20ms 10ms]')).toBe(
    'x 0-10, y 10-20, z 20-30',
  )
})

test('of children that end together the first to begin is taken', () => {
  expect(told('a: root [0 30ms]\n  a: long [5ms 20ms]\n  a: short [10ms 15ms]')).toBe('root 0-5, long 5-25, root 25-30')
})

test('consumers, and children that outlive their span, are not waited for; the callee of a call is, up to its end', () => {
  expect(
    told(`
a: root [0 100ms]
  a: publish [10ms 5ms] producer
    b: process [12ms 80ms] consumer
  a: background [20ms 900ms]
  a: call [30ms 20ms] client
    b: serve [25ms 40ms] server
  a: rounded [60ms 40.0004ms]
`),
  ).toBe('root 0-10, publish 10-15, root 15-30, serve 30-50, root 50-60, rounded 60-100')
})

test('spans that take no time, end early or lie outside hold nobody up; an orphan does not belong to the path', () => {
  expect(
    told(`
a: root [10ms 20ms]
  a: none [15ms 0]
  a: early [20ms -5ms]
  a: before [0 5ms]
  a: after [40ms 5ms]
  a: reaches in [5ms 10ms]
a: lost [12ms 10ms] ^77
`),
  ).toBe('reaches in 10-15, root 15-30')
  expect(told('a: root [0 0]')).toBe('')
  expect(criticalPathOf(buildTrace(new SpanTableBuilder())).count).toBe(0)
})

/** A tree in depth-first order, children by start; `tidy`: all within their parents, no two times the same. */
function randomTree(random: Random, size: number, tidy: boolean): TimedTree & { readonly parent: Int32Array } {
  const children: number[][] = Array.from({ length: size }, () => [])
  for (let i = 1; i < size; i++) children[random.chance(0.5) ? i - 1 : random.below(i)].push(i)
  const spans: { parent: number; from: number; to: number }[] = []
  const subtreeEnd = new Uint32Array(size)
  const stack: { node: number; parent: number; from: number; to: number }[] = [
    { node: 0, parent: -1, from: 0, to: 2 ** 40 },
  ]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, parent, from, to } = next
    const i = spans.push({ parent, from, to }) - 1
    const times = children[node].map(child => {
      if (!tidy && random.chance(0.3)) {
        const start = Math.floor(from + (to - from) * random.between(-0.5, 1.5))
        return { node: child, parent: i, from: start, to: start + Math.floor((to - from) * random.between(-0.1, 1)) }
      }
      const [a, b] = [random.between(0.01, 0.99), random.between(0.01, 0.99)].sort((x, y) => x - y)
      const at = (share: number): number => (tidy ? from + (to - from) * share : Math.floor(from + (to - from) * share))
      return { node: child, parent: i, from: at(a), to: at(b) }
    })
    stack.push(...times.sort((x, y) => y.from - x.from))
  }
  for (let i = size - 1; i >= 0; i--) {
    subtreeEnd[i] = Math.max(subtreeEnd[i], i + 1)
    if (i > 0) subtreeEnd[spans[i].parent] = Math.max(subtreeEnd[spans[i].parent], subtreeEnd[i])
  }
  return {
    parent: Int32Array.from(spans, ({ parent }) => parent),
    subtreeEnd,
    start: Float64Array.from(spans, ({ from }) => from),
    end: Float64Array.from(spans, ({ to }) => to),
    kind: Uint8Array.from(spans, () => (tidy ? 1 : random.below(6))),
  }
}

const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)

test(`stretches cover the root’s time exactly, in order, each within its span and below one before (seed ${SEED})`, () => {
  const random = new Random(SEED)
  for (let round = 0; round < 400; round++) {
    const tree = randomTree(random, 1 + random.below(60), round % 2 === 0)
    const { count, span, bounds } = criticalPath(tree, 0)
    expect(bounds).toHaveLength(count + 1)
    expect([bounds[0], bounds[count]]).toEqual([tree.start[0], tree.end[0]])
    let sum = 0
    for (let k = 0; k < count; k++) {
      const [from, to] = [bounds[k], bounds[k + 1]]
      expect(to).toBeGreaterThan(from)
      expect(from).toBeGreaterThanOrEqual(tree.start[span[k]])
      expect(to).toBeLessThanOrEqual(tree.end[span[k]])
      sum += to - from
    }
    const times = criticalTimes({ count, span, bounds }, tree.start.length)
    expect(times.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, -3)
  }
})

/**
 * The walk of Jaeger UI (packages/jaeger-ui, TraceTimelineViewer/CriticalPath) in our words: of the children of a span,
 * last end first, the one that ends before the point (strictly); down to where there is none, then up to the parent.
 */
function jaegersWalk(tree: TimedTree & { readonly parent: Int32Array }): string[] {
  const sections: string[] = []
  const childrenOf = (span: number): number[] => {
    const list: number[] = []
    for (let c = span + 1; c < tree.subtreeEnd[span]; c = tree.subtreeEnd[c]) list.push(c)
    return list.sort((a, b) => tree.end[b] - tree.end[a])
  }
  let [span, point]: [number, number | undefined] = [0, undefined]
  while (span >= 0) {
    const child = childrenOf(span).find(c => point === undefined || tree.end[c] < point)
    const from = child === undefined ? tree.start[span] : tree.end[child]
    const to = point ?? tree.end[span]
    if (from !== to) sections.push(`${span} ${from} ${to}`)
    if (child === undefined) [span, point] = [tree.parent[span], tree.start[span]]
    else [span, point] = [child, undefined]
  }
  return sections.reverse()
}

test(`the same as Jaeger UI where every span lies within its parent and no two times meet (seed ${SEED})`, () => {
  const random = new Random(SEED + 1)
  let compared = 0
  for (let round = 0; round < 300; round++) {
    const tree = randomTree(random, 1 + random.below(80), true)
    // Far down in a tree a time may be too short for a number to tell its ends apart (seed 386137560).
    if (new Set([...tree.start, ...tree.end]).size < tree.start.length * 2) continue
    expect(sections(criticalPath(tree, 0))).toEqual(jaegersWalk(tree))
    compared++
  }
  expect(compared).toBeGreaterThan(250)
})

function sections({ count, span, bounds }: CriticalPath): string[] {
  return Array.from({ length: count }, (_, k) => `${span[k]} ${bounds[k]} ${bounds[k + 1]}`)
}

test('a chain of 100,000 levels', () => {
  const n = 100_000
  const tree = {
    subtreeEnd: new Uint32Array(n).fill(n),
    start: Float64Array.from({ length: n }, (_, i) => i),
    end: Float64Array.from({ length: n }, (_, i) => 2 * n - i),
    kind: new Uint8Array(n),
  }
  const { count, bounds } = criticalPath(tree, 0)
  expect(count).toBe(2 * n - 1)
  expect([bounds[0], bounds[count]]).toEqual([0, 2 * n])
})

test('a fan of 1,000,000 siblings, one after another and all at once', () => {
  const n = 1_000_001
  const fan = (start: (i: number) => number, end: (i: number) => number): TimedTree => ({
    subtreeEnd: Uint32Array.from({ length: n }, (_, i) => (i === 0 ? n : i + 1)),
    start: Float64Array.from({ length: n }, (_, i) => (i === 0 ? 0 : start(i))),
    end: Float64Array.from({ length: n }, (_, i) => (i === 0 ? 2 * n : end(i))),
    kind: new Uint8Array(n),
  })
  const inRow = fan(
    i => i * 2 - 1,
    i => i * 2,
  )
  expect(criticalPath(inRow, 0).count).toBe(2 * n - 1)
  // Later ones end sooner: only the one that ends last is waited for.
  const atOnce = fan(
    i => i,
    i => 2 * n - i,
  )
  expect(sections(criticalPath(atOnce, 0))).toEqual([`0 0 1`, `1 1 ${2 * n - 1}`, `0 ${2 * n - 1} ${2 * n}`])
})

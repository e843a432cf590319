import { expect, test } from 'vitest'
import { addResource, addScope, addSpan, attribute } from '#shared/generator/add-span.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Random } from '#shared/generator/random.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { selfTimes } from './self-time.ts'
import { mainRoot, SPAN_ERROR, SPAN_ERROR_BELOW, spanName, type Trace } from './trace.ts'

function traceOf(text: string, id?: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table, id === undefined ? undefined : parseTraceId(id))
}

/** The tree as text: indented names, then what was wrong. */
function drawn(trace: Trace): string {
  const lines = Array.from({ length: trace.size }, (_, i) => `${'  '.repeat(trace.depth[i])}${spanName(trace, i)}`)
  for (const { kind, count, spans } of trace.problems) {
    lines.push(`! ${kind} ${count}${spans.length === 0 ? '' : `: ${spans.map(i => spanName(trace, i)).join(', ')}`}`)
  }
  return lines.join('\n')
}

test('children stand below their parent by start, then row, with times against the first start', () => {
  const trace = traceOf(`
a: root [5ms 100ms]
  b: late [50ms 10ms] error
  b: early [10ms 10ms]
    c: leaf [12ms 1ms]
  b: also late [50ms 5ms]
`)
  expect(drawn(trace)).toBe('root\n  early\n    leaf\n  late\n  also late')
  expect([...trace.start]).toEqual([0, 5e6, 7e6, 45e6, 45e6])
  expect([...trace.subtreeEnd]).toEqual([5, 3, 3, 4, 5])
  expect([...trace.childCount]).toEqual([3, 1, 0, 0, 0])
  expect([...trace.position]).toEqual([0, 0, 0, 1, 2])
  expect(trace.services).toEqual(['a', 'b', 'c'])
  expect(trace.marks[0]).toBe(SPAN_ERROR_BELOW)
  expect(trace.marks[3]).toBe(SPAN_ERROR)
  expect(trace.durationNs).toBe(100e6)
  expect([...selfTimes(trace)]).toEqual([80e6, 9e6, 1e6, 10e6, 5e6])
})

test('orphans are roots and are reported; the title goes to a true root', () => {
  const trace = traceOf(`
a: lost [0 1ms] ^77
  a: below lost [0 1ms]
a: root [1ms 5ms]
`)
  expect(drawn(trace)).toBe('lost\n  below lost\nroot\n! missing_parent 1: lost')
  expect(spanName(trace, mainRoot(trace))).toBe('root')
})

test('a ring is cut before its first span; a span that names itself is a root', () => {
  const trace = traceOf(`
a: ring b [2ms 1ms] #2 ^3
a: ring c [3ms 1ms] #3 ^1
a: ring a [1ms 1ms] #1 ^2
a: below ring [4ms 1ms] #4 ^3
a: self [0 1ms] #9 ^9
  a: below self [0 1ms]
`)
  expect(drawn(trace)).toBe(
    'self\n  below self\nring a\n  ring c\n    ring b\n    below ring\n! ring 1: ring a\n! self_parent 1: self',
  )
})

test('the same span twice counts once, two spans under one id are both kept', () => {
  const trace = traceOf(`
a: root [0 9ms] #1
  a: twice [1ms 1ms] #2 k=1
  a: twice [1ms 1ms] #2 k=1
  a: other [1ms 1ms] #2 k=2
    a: leaf [1ms 1ms] #3
`)
  expect(drawn(trace)).toBe('root\n  twice\n    leaf\n  other\n! duplicate 1: twice\n! same_id 2: twice, other')
})

test('Zipkin: client and server under one id are nested, and the server has the children of its service', () => {
  const trace = traceOf(`
front: root [0 9ms] #1
  back: get server [2ms 5ms] #2 server
    back: select [3ms 1ms] #3 client
  front: get client [1ms 7ms] #2 client
`)
  expect(drawn(trace)).toBe('root\n  get client\n    get server\n      select')
})

test('an end before its start survives and is reported', () => {
  const trace = traceOf('a: root [5ms 10ms]\n  a: odd [7ms -3ms]')
  expect(trace.end[1]).toBe(-1e6)
  expect(drawn(trace)).toContain('! ends_before_start 1: odd')
  expect([...selfTimes(trace)]).toEqual([10e6, 0])
})

test('of several traces the asked one is taken, the rest is counted', () => {
  const text = 'a: one [0 1ms]\n\na: two [5ms 1ms]\n  a: below two [5ms 1ms]'
  expect(drawn(traceOf(text))).toBe('one\n! other_traces 2')
  expect(drawn(traceOf(text, '2'))).toBe('two\n  below two\n! other_traces 1')
  expect(traceOf(text, 'abc').size).toBe(0)
  expect(buildTrace(new SpanTableBuilder()).size).toBe(0)
})

function wideOrDeep(spans: number, parentOf: (i: number) => number): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const resource = addResource(table, 'a')
  const scope = addScope(table, '')
  const traceId = Uint32Array.of(1, 0, 0, 0)
  for (let i = 0; i < spans; i++) {
    const parent = parentOf(i)
    addSpan(table, {
      traceId,
      spanId: Uint32Array.of(i + 1, 0),
      parentSpanId: parent < 0 ? undefined : Uint32Array.of(parent + 1, 0),
      name: 'n',
      startTime: BigInt(1_000_000_000 + ((i * 7919) % spans)),
      endTime: BigInt(1_000_000_000 + spans),
      resource,
      scope,
    })
  }
  return table
}

test('a million siblings', () => {
  const trace = buildTrace(wideOrDeep(1_000_001, i => (i === 0 ? -1 : 0)))
  expect(trace.size).toBe(1_000_001)
  expect(trace.subtreeEnd[0]).toBe(1_000_001)
  let ascending = true
  for (let i = 2; i < trace.size; i++) if (trace.start[i] < trace.start[i - 1]) ascending = false
  expect(ascending).toBe(true)
})

test('100,000 levels, the deepest first', () => {
  const levels = 100_000
  const trace = buildTrace(wideOrDeep(levels, i => (i === levels - 1 ? -1 : i + 1)))
  expect(trace.maxDepth).toBe(levels - 1)
  expect(trace.parent[levels - 1]).toBe(levels - 2)
})

test('a ring of 100,000 spans, and 100,000 different spans under one id', () => {
  const many = 100_000
  const ring = buildTrace(wideOrDeep(many, i => (i + 1) % many))
  expect(ring.roots).toHaveLength(1)
  expect(ring.problems).toMatchObject([{ kind: 'ring', count: 1 }])

  const table = new SpanTableBuilder()
  const resource = addResource(table, 'a')
  const scope = addScope(table, '')
  for (let i = 0; i < many; i++) {
    addSpan(table, {
      traceId: Uint32Array.of(1, 0, 0, 0),
      spanId: Uint32Array.of(i % 2 === 0 ? 5 : i + 10, 0),
      parentSpanId: i % 2 === 0 ? undefined : Uint32Array.of(5, 0),
      name: `n${i}`,
      startTime: 1n,
      endTime: 2n,
      resource,
      scope,
    })
  }
  const trace = buildTrace(table)
  expect(trace.size).toBe(many)
  expect(trace.problems).toMatchObject([
    { kind: 'same_id', count: many / 2 },
    { kind: 'several_roots', count: many / 2 },
  ])
  expect(trace.problems[0].spans).toHaveLength(1000)
})

test('10,000 random graphs: every span exactly once, parents before children, subtrees whole', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9)
  const random = new Random(seed)
  for (let round = 0; round < 10_000; round++) {
    const table = new SpanTableBuilder()
    const resources = [addResource(table, 'a'), addResource(table, 'b'), addResource(table, undefined)]
    const scope = addScope(table, '')
    const spans = random.below(14)
    const ids = 1 + random.below(10)
    for (let i = 0; i < spans; i++) {
      const start = BigInt(1000 + random.below(20))
      addSpan(table, {
        traceId: Uint32Array.of(1, 0, 0, 0),
        spanId: Uint32Array.of(1 + random.below(ids), 7),
        parentSpanId: random.chance(0.2) ? undefined : Uint32Array.of(1 + random.below(ids + 1), 7),
        name: 'n',
        kind: random.pick(['client', 'server', 'internal'] as const),
        startTime: start,
        endTime: start + BigInt(random.below(9) - 2),
        resource: random.pick(resources),
        scope,
        attributes: [attribute('i', random.below(3))],
      })
    }
    const trace = buildTrace(table)
    const problem = brokenPromise(trace, table.rowCount)
    expect(problem, `SEED=${seed}, round ${round}`).toBe('')
  }
})

function brokenPromise(trace: Trace, rows: number): string {
  const duplicates = trace.problems.find(({ kind }) => kind === 'duplicate')?.count ?? 0
  if (trace.size + duplicates !== rows) return `${trace.size} spans and ${duplicates} copies of ${rows} rows`
  if (new Set(trace.row).size !== trace.size) return 'a row twice'
  let roots = 0
  const children = new Uint32Array(trace.size)
  for (let i = 0; i < trace.size; i++) {
    const parent = trace.parent[i]
    if (parent >= i || parent < -1) return `parent ${parent} of ${i}`
    if (parent < 0) {
      if (trace.roots[roots] !== i || trace.position[i] !== roots) return `root ${i}`
      if (roots > 0 && trace.start[trace.roots[roots - 1]] > trace.start[i]) return 'roots out of order'
      roots++
    } else {
      if (trace.depth[i] !== trace.depth[parent] + 1) return `depth of ${i}`
      if (trace.subtreeEnd[i] > trace.subtreeEnd[parent] || i >= trace.subtreeEnd[parent]) return `subtree of ${parent}`
      if (trace.position[i] !== children[parent]++) return `position of ${i}`
    }
    const next = trace.subtreeEnd[i]
    if (next <= i || next > trace.size) return `end of ${i}`
    if (next < trace.size && trace.parent[next] === parent) {
      if (trace.start[next] < trace.start[i]) return `siblings ${i} and ${next} out of order`
      if (trace.start[next] === trace.start[i] && trace.row[next] < trace.row[i]) return `rows of ${i} and ${next}`
    }
    if (trace.start[i] < 0) return `start of ${i}`
  }
  if (roots !== trace.roots.length) return 'roots'
  if (children.some((count, i) => count !== trace.childCount[i])) return 'child counts'
  return ''
}

import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { spanName, type Trace } from '#shared/trace/trace.ts'
import { diffInput } from './diff-input.ts'
import { diffTraces, type TraceDiff } from './diff-traces.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

function diffOf(a: string, b: string): { a: Trace; b: Trace; diff: TraceDiff } {
  const [traceA, traceB] = [traceOf(a), traceOf(b)]
  return { a: traceA, b: traceB, diff: diffTraces(diffInput(traceA), diffInput(traceB)) }
}

/** The pairs as `name = name`, those of one trace only as `name = –` and `– = name`, in the order of A, then of B. */
function pairs(a: string, b: string): string[] {
  const { a: traceA, b: traceB, diff } = diffOf(a, b)
  return [
    ...Array.from(diff.matchOfA, (other, i) => `${spanName(traceA, i)} = ${other < 0 ? '–' : spanName(traceB, other)}`),
    ...Array.from(diff.matchOfB, (other, i) => (other < 0 ? `– = ${spanName(traceB, i)}` : '')).filter(Boolean),
  ]
}

/** Contributions as `kind place ms`, those without a difference left out. */
function parts(a: string, b: string): string[] {
  const { diff } = diffOf(a, b)
  const name = (place: number): string => (place < 0 ? '' : diff.keys[diff.key[place]].name)
  const sum = diff.contributions.reduce((total, { ns }) => total + ns, 0)
  expect(sum).toBe(diff.durationB - diff.durationA)
  return diff.contributions.map(
    ({ kind, place, ns, before, others }) =>
      `${kind} ${name(place)} ${ns / 1e6}${before < 0 ? '' : ` before ${name(before)}`}${others === 0 ? '' : ` and ${others}`}`,
  )
}

test('a layer that only one trace has does not part what is below it', () => {
  const a = `
shop: buy [0 100ms]
  shop: load [10ms 40ms]
    db: SELECT [15ms 20ms]
  pay: charge [60ms 30ms]`
  const b = `
mesh: proxy [0 150ms]
  shop: buy [5ms 140ms]
    shop: guard [10ms 80ms]
      shop: load [40ms 40ms]
        db: SELECT [45ms 20ms]
    pay: charge [100ms 30ms]`
  expect(pairs(a, b)).toEqual([
    'buy = buy',
    'load = load',
    'SELECT = SELECT',
    'charge = charge',
    '– = proxy',
    '– = guard',
  ])
  expect(parts(a, b)).toEqual(['layer guard 40', 'layer proxy 10'])
  expect(parts(b, a)).toEqual(['layer guard -40', 'layer proxy -10'])
})

test('a layer around some of several like calls', () => {
  const a = 's: r [0 40ms]\n  s: c [0 10ms]\n  s: c [10ms 10ms]\n  s: c [20ms 10ms]'
  const b = 's: r [0 70ms]\n  s: c [0 10ms]\n  s: w [10ms 40ms]\n    s: c [20ms 10ms]\n  s: c [50ms 10ms]'
  expect(pairs(a, b)).toEqual(['r = r', 'c = c', 'c = c', 'c = c', '– = w'])
  expect(parts(a, b)).toEqual(['added w 30'])
})

test('a layer around one of several like calls, beside something shorter', () => {
  const a = 's: r [0 60ms]\n  s: c [5ms 20ms]\n  s: beside [5ms 4ms]\n  s: c [30ms 20ms]'
  const b = 's: r [0 100ms]\n  s: w [5ms 60ms]\n    s: c [6ms 20ms]\n  s: beside [5ms 4ms]\n  s: c [70ms 20ms]'
  expect(parts(a, b)).toEqual(['added w 40'])
  expect(parts(b, a)).toEqual(['removed w -40'])
})

test('renamed spans are told by what is around them: a leaf, one with children, a service', () => {
  const a = `
shop: buy [0 100ms]
  shop: loadCart [0 20ms]
  shop: check v1 [20ms 30ms]
    db: SELECT stock [20ms 10ms]
    db: SELECT price [30ms 10ms]
  pay-blue: POST /charge [60ms 30ms]`
  const b = `
shop: buy [0 160ms]
  shop: fetchBasket [0 80ms]
  shop: verifyAll [80ms 30ms]
    db: SELECT stock [80ms 10ms]
    db: SELECT price [90ms 10ms]
  pay-green: POST /charge [120ms 30ms]`
  expect(pairs(a, b)).toEqual([
    'buy = buy',
    'loadCart = fetchBasket',
    'check v1 = verifyAll',
    'SELECT stock = SELECT stock',
    'SELECT price = SELECT price',
    'POST /charge = POST /charge',
  ])
  expect(parts(a, b)).toEqual(['itself fetchBasket 60'])
})

test('what is unlike is in one trace only', () => {
  const a = 'shop: buy [0 100ms]\n  shop: render [0 10ms]\n  mail: send receipt [20ms 10ms]'
  const b = 'shop: buy [0 100ms]\n  shop: render [0 10ms]\n  risk: score [50ms 10ms]\n    risk: model [52ms 5ms]'
  expect(pairs(a, b)).toEqual(['buy = buy', 'render = render', 'send receipt = –', '– = score', '– = model'])
})

test('order does not matter', () => {
  const a = 's: r [0 60ms]\n  s: x [0 10ms]\n  s: y [10ms 20ms]\n  s: z [30ms 30ms]'
  const b = 's: r [0 60ms]\n  s: z [0 30ms]\n  s: x [30ms 10ms]\n  s: y [40ms 20ms]'
  expect(pairs(a, b)).toEqual(['r = r', 'x = x', 'y = y', 'z = z'])
  expect(diffOf(a, b).diff.contributions.every(({ ns }) => ns === 0)).toBe(true)
})

test('more calls are one part with what is below and between them; the same call, slower, is not', () => {
  const a = 's: r [0 30ms]\n  s: call [5ms 20ms]\n    db: get [6ms 18ms]'
  const calls = (ms: number): string =>
    Array.from(
      { length: 10 },
      (_, i) => `  s: call [${5 + i * 22}ms 20ms]\n    db: get [${6 + i * 22}ms ${ms}ms]`,
    ).join('\n')
  expect(parts(a, `s: r [0 230ms]\n${calls(18)}`)[0]).toBe('calls call 198')
  const slow =
    's: r [0 120ms]\n  s: call [5ms 20ms]\n    db: get [6ms 18ms]\n  s: call [25ms 90ms]\n    db: get [26ms 88ms]'
  expect(parts(a, slow)[0]).toBe('calls call 90')
  const slower = 's: r [0 1030ms]\n  s: call [5ms 1020ms]\n    db: get [6ms 1018ms]'
  expect(parts(a, slower)).toEqual(['itself get 1000'])
})

test('of two failed and repeated calls the one that succeeded is the one that was there before', () => {
  const a = 's: r [0 30ms]\n  s: call [5ms 20ms] #a'
  const b = 's: r [0 80ms]\n  s: call [5ms 25ms] error #b\n  s: call [50ms 20ms] #c'
  const { diff } = diffOf(a, b)
  expect([...diff.matchOfA]).toEqual([0, 2])
  expect(parts(a, b)[0]).toBe('calls call 45')
})

test('a retry that is gone is as large as one that came, beside something that runs on', () => {
  const once = 's: r [0 30ms]\n  s: call [5ms 20ms]\n  s: beside [5ms 19ms]'
  const twice = 's: r [0 90ms]\n  s: call [5ms 40ms] error\n  s: call [65ms 20ms]\n  s: beside [65ms 19ms]'
  expect(parts(once, twice)).toEqual(['calls call 60'])
  expect(parts(twice, once)).toEqual(['calls call -60'])
})

test('waiting is said with what it is waited for', () => {
  const a = 's: r [0 100ms]\n  s: x [0 40ms]\n  pay: charge [50ms 40ms]'
  const b = 's: r [0 400ms]\n  s: x [0 40ms]\n  pay: charge [350ms 40ms]'
  expect(parts(a, b)).toEqual(['waiting r 300 before charge'])
})

test('where the path moves to another branch, the branch that stayed as it was is not called faster', () => {
  const a = 's: r [0 130ms]\n  s: x [0 100ms]\n  s: y [0 120ms]'
  const b = 's: r [0 410ms]\n  s: x [0 400ms]\n  s: y [0 120ms]'
  expect(parts(a, b)).toEqual(['itself x 300', 'itself y -20'])
  expect(parts(b, a)).toEqual(['itself x -300', 'itself y 20'])
  // Beside what is there anyway only the time beyond it counts.
  const added = 's: r [0 410ms]\n  s: y [0 120ms]\n  new: z [0 400ms]'
  expect(parts('s: r [0 130ms]\n  s: y [0 120ms]', added)).toEqual(['added z 280'])
})

test('only what is waited for counts: no consumers, nothing after the answer', () => {
  const a = 's: r [0 100ms]\n  s: publish [10ms 5ms] producer\n    w: work [11ms 2ms] consumer\n  w: late [200ms 50ms]'
  const b = 's: r [0 120ms]\n  s: publish [10ms 25ms] producer\n    w: work [11ms 20ms] consumer\n  w: late [200ms 9s]'
  expect(parts(a, b)).toEqual(['itself publish 20'])
  expect(diffOf(a, b).diff.durationB).toBe(120e6)
})

test('several roots: first start to last end, and what is between them', () => {
  const a = 's: one [0 10ms]\ns: two [20ms 10ms]'
  const b = 's: one [0 10ms]\ns: two [60ms 10ms]'
  expect(parts(a, b)).toEqual(['outside  40'])
})

test('nothing, and something against nothing', () => {
  const empty = diffTraces(diffInput(buildTrace(new SpanTableBuilder())), diffInput(buildTrace(new SpanTableBuilder())))
  expect(empty.places.size).toBe(0)
  expect(empty.named).toBe(0)
  const some = diffInput(traceOf('s: r [0 10ms]'))
  const half = diffTraces(diffInput(buildTrace(new SpanTableBuilder())), some)
  expect(half.contributions.reduce((sum, { ns }) => sum + ns, 0)).toBe(10e6)
})

test('any two tables: matches are mutual, counts are whole, everything adds up (seeds 1 … 60)', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed)
    const inputs = [0, 1].map(() => {
      const table = new SpanTableBuilder()
      addTangle(table, random, 1 + random.below(60))
      return diffInput(buildTrace(table))
    })
    const [a, b] = inputs
    const diff = diffTraces(a, b)
    const sum = (values: Iterable<number>): number => [...values].reduce((x, y) => x + y, 0)
    const mutual = diff.matchOfA.every(
      (other, i) => other < 0 || (diff.matchOfB[other] === i && diff.a.placeOf[i] === diff.b.placeOf[other]),
    )
    const seen = {
      seed,
      mutual,
      downwards: diff.places.parent.every((parent, place) => parent < place),
      spans: [sum(diff.figuresA.count), sum(diff.figuresB.count)],
      critical: [
        sum(diff.figuresA.critical) + diff.figuresA.outside,
        sum(diff.figuresB.critical) + diff.figuresB.outside,
      ],
      contributions: sum(diff.contributions.map(({ ns }) => ns)),
    }
    expect(seen).toEqual({
      seed,
      mutual: true,
      downwards: true,
      spans: [a.size, b.size],
      critical: [diff.durationA, diff.durationB],
      contributions: diff.durationB - diff.durationA,
    })
  }
})

/** Few names, any parents, any times. */
function addTangle(table: SpanTableBuilder, random: Random, spans: number): void {
  const lines = ['x: root [0 1000ms] #1']
  for (let id = 2; id <= spans; id++) {
    const from = random.below(900)
    const kind = random.pick(['', 'client', 'producer', 'consumer'])
    const error = random.chance(0.2) ? 'error' : ''
    const name = random.pick(['a', 'b', 'c', 'load user 1', 'load user 2'])
    const times = `[${from}ms ${random.below(400) - 20}ms]`
    lines.push(
      `${random.pick(['x', 'y'])}: ${name} ${times} ${kind} ${error} #${id.toString(16)} ^${random.below(id + 1).toString(16)}`,
    )
  }
  parseTraces(lines.map(line => line.replaceAll(/ +/gu, ' ').replace(' ^0', '')).join('\n'), table)
}

test('hostile names and times do no harm', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [a, b] = [0, 1].map(k => {
      const table = new SpanTableBuilder()
      addRandomSpans(table, new Random(seed * 2 + k), 50, 1)
      return diffInput(buildTrace(table))
    })
    const { matchOfA } = diffTraces(a, b)
    expect({ seed, spans: matchOfA.length }).toEqual({ seed, spans: a.size })
  }
})

test('100,000 levels, and as many siblings that all changed their names', () => {
  const chain = (spans: number, shift: number): SpanTableBuilder => {
    const table = new SpanTableBuilder()
    const lines = Array.from(
      { length: spans },
      (_, i) =>
        `s: level [${i}us ${spans + shift - i}us] #${(i + 1).toString(16)}${i === 0 ? '' : ` ^${i.toString(16)}`}`,
    )
    parseTraces(lines.join('\n'), table)
    return table
  }
  const deep = diffTraces(diffInput(buildTrace(chain(100_000, 0))), diffInput(buildTrace(chain(100_000, 7))))
  expect(deep.matchOfA[99_999]).toBe(99_999)
  expect(deep.contributions[0]).toMatchObject({ kind: 'itself', ns: 7000 })
  const fan = (word: string): SpanTableBuilder => {
    const table = new SpanTableBuilder()
    const lines = Array.from({ length: 5000 }, (_, i) => `  s: ${word}${i} [${i}us 1us]`)
    parseTraces(`s: r [0 5ms]\n${lines.join('\n')}`, table)
    return table
  }
  const wide = diffTraces(diffInput(buildTrace(fan('item-'))), diffInput(buildTrace(fan('entry-'))))
  expect(wide.matchOfA[0]).toBe(0)
  expect(wide.places.size).toBe(5001)
})

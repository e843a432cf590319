/**
 * Comparing two traces: `npm run bench -- compare` or `node bench/compare.ts`. Ordinary traffic, a chain, a fan of siblings with
 * names of their own, and paths that all differ. Reach: 100,000 × 100,000 spans in at most 3 s.
 */
import os from 'node:os'
import { addResource, addScope, addSpan } from '#shared/generator/add-span.ts'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import { tellFigure } from './figures.ts'

const SPANS = 100_000

interface Shape {
  readonly name: string
  /** Parent of span i (below i), and its name. */
  readonly parent: (i: number, random: Random) => number
  readonly called: (i: number, random: Random, side: number) => string
}

const SHAPES: readonly Shape[] = [
  {
    name: 'tree, 40 names',
    parent: (i, random) => (random.chance(0.3) ? Math.max(0, i - 1) : random.below(i)),
    called: (_, random) => `op ${random.below(40)}`,
  },
  { name: 'chain of 100,000 levels', parent: i => i - 1, called: i => `level ${i % 7}` },
  { name: 'fan, names of their own', parent: () => 0, called: i => `item ${i}` },
  { name: 'fan, every name changed', parent: () => 0, called: (i, _, side) => `${side === 0 ? 'item' : 'entry'} ${i}` },
  {
    name: 'tree, nothing in common',
    parent: (i, random) => random.below(i),
    called: (_, random, side) => `${side} ${random.below(2000)}`,
  },
]

function made({ parent, called }: Shape, side: number): SpanTableBuilder {
  const random = new Random(7)
  const table = new SpanTableBuilder()
  const scope = addScope(table, 'bench')
  const services = Array.from({ length: 12 }, (_, i) => addResource(table, `service-${i}`))
  const traceId = Uint32Array.of(1, 2, 3, side + 1)
  const starts = new Float64Array(SPANS)
  for (let i = 0; i < SPANS; i++) {
    const above = i === 0 ? -1 : parent(i, random)
    starts[i] = above < 0 ? 0 : starts[above] + random.below(1000)
    const startTime = 1_767_225_600_000_000_000n + BigInt(starts[i])
    addSpan(table, {
      traceId,
      spanId: Uint32Array.of(i + 1, side),
      parentSpanId: above < 0 ? undefined : Uint32Array.of(above + 1, side),
      name: called(i, random, side),
      startTime,
      endTime: startTime + BigInt(1000 + random.below(1_000_000)) + BigInt(side * 5000),
      resource: services[i % 12],
      scope,
    })
  }
  return table
}

console.log(`node ${process.version}, load ${os.loadavg()[0].toFixed(1)}, ${SPANS} x ${SPANS} spans`)
for (const shape of SHAPES) {
  const [a, b] = [0, 1].map(side => buildTrace(made(shape, side)))
  const times: number[] = []
  let places = 0
  let matched = 0
  for (let round = 0; round < 5; round++) {
    const from = performance.now()
    const diff = diffTraces(diffInput(a), diffInput(b))
    times.push(performance.now() - from)
    places = diff.places.size
    matched = diff.matchOfA.reduce((sum, other) => sum + Number(other >= 0), 0)
  }
  const [first] = times
  times.sort((x, y) => x - y)
  console.log(
    `${shape.name.padEnd(26)} p50 ${times[2].toFixed(0).padStart(5)} ms  first ${first.toFixed(0).padStart(5)} ms  ${matched} matched in ${places} places`,
  )
  tellFigure({
    name: `diff of ${SPANS} × ${SPANS} spans, ${shape.name}, the first time`,
    value: first,
    unit: 'ms',
    reach: '≤ 3000',
    script: 'bench/compare.ts',
  })
}

import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { diffInput } from './diff-input.ts'
import { changedPlaces, countChange, diffRows, type RowGroup } from './diff-rows.ts'
import { diffTraces, type TraceDiff } from './diff-traces.ts'

function diffOf(a: string, b: string): TraceDiff {
  const [inputA, inputB] = [a, b].map(text => {
    const table = new SpanTableBuilder()
    parseTraces(text, table)
    return diffInput(buildTrace(table))
  })
  return diffTraces(inputA, inputB)
}

const DIFF = diffOf(
  's: r [0 100ms]\n  s: x [0 20ms]\n    db: get [0 10ms]\n  s: y [20ms 10ms]\n    db: get [20ms 10ms]\n?: tick [50ms 5ms] ^77',
  's: r [0 200ms]\n  s: x [0 20ms]\n    db: get [0 10ms] error\n  s: y [20ms 110ms]\n    db: get [20ms 110ms]\n  z: new [150ms 20ms]\n?: tick [50ms 5ms] ^77',
)

const rows = (by: RowGroup): string[] =>
  finishWork(diffRows(DIFF, by)).map(({ service, name, change, a, b }) => {
    const side = (one: typeof a): string =>
      `${one.count}x${one.total / 1e6}/${one.self / 1e6}/${one.critical / 1e6}!${one.errors}`
    return `${service ?? '?'} ${name ?? '*'} ${change} ${side(a)} ${side(b)}`
  })

test('by name: same names on different paths are one row; totals, self, critical and errors of both', () => {
  expect(rows('name')).toEqual([
    's r slower 1x100/70/70!0 1x200/50/50!0',
    's x same 1x20/10/10!0 1x20/10/10!0',
    'db get slower 2x20/20/20!0 2x120/120/120!1',
    's y slower 1x10/0/0!0 1x110/0/0!0',
    'z new added 0x0/0/0!0 1x20/20/20!0',
    '? tick same 1x5/5/0!0 1x5/5/0!0',
  ])
})

test('by path and by service the sums stay what they are', () => {
  expect(rows('path').filter(row => row.startsWith('db'))).toEqual([
    'db get same 1x10/10/10!0 1x10/10/10!1',
    'db get slower 1x10/10/10!0 1x110/110/110!0',
  ])
  expect(rows('service')).toEqual([
    's * slower 3x130/80/80!0 3x330/60/60!0',
    'db * slower 2x20/20/20!0 2x120/120/120!1',
    'z * added 0x0/0/0!0 1x20/20/20!0',
    '? * same 1x5/5/0!0 1x5/5/0!0',
  ])
  for (const by of ['name', 'path', 'service'] as const) {
    const critical = finishWork(diffRows(DIFF, by)).reduce((sum, { a, b }) => sum + b.critical - a.critical, 0)
    expect(critical).toBe(DIFF.durationB - DIFF.durationA)
  }
})

test('numbers alone; what is changed is what itself or something below it is', () => {
  expect([countChange(1, 1), countChange(0, 2), countChange(2, 0), countChange(1, 3), countChange(3, 1)]).toEqual([
    'same',
    'added',
    'removed',
    'more',
    'fewer',
  ])
  const names = Array.from(changedPlaces(DIFF), (changed, place) =>
    changed === 1 ? DIFF.keys[DIFF.key[place]].name : '',
  )
  expect(names.filter(Boolean)).toEqual(['r', 'y', 'get', 'new'])
})

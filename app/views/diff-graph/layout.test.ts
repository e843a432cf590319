import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import type { PlaceTree } from '#shared/trace/diff/place-tree.ts'
import { largestPlaces, layoutDiffGraph } from './layout.ts'

function placesOf(text: string): PlaceTree {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  const input = diffInput(buildTrace(table))
  return diffTraces(input, input).places
}

const TREE = placesOf('s: r [0 9ms]\n  s: a [0 2ms]\n    s: b [0 1ms]\n    s: c [1ms 1ms]\n  s: d [3ms 1ms]')

test('levels stand in columns, leaves under one another, parents in the middle of theirs', () => {
  const { x, y, parent, width, height } = layoutDiffGraph(TREE, Uint32Array.of(0, 1, 2, 3, 4))
  expect([...parent]).toEqual([-1, 0, 1, 1, 0])
  expect([...x]).toEqual([16, 260, 504, 504, 260])
  expect([...y]).toEqual([78.5, 41, 16, 66, 116])
  expect([width, height]).toEqual([728, 172])
})

test('what is left out is bridged; nothing at all has no size', () => {
  expect([...layoutDiffGraph(TREE, Uint32Array.of(0, 3)).parent]).toEqual([-1, 0])
  expect(layoutDiffGraph(TREE, new Uint32Array())).toMatchObject({ width: 0, height: 0 })
})

test('of too many the largest stay, with what is above them', () => {
  const all = Uint32Array.of(0, 1, 2, 3, 4)
  expect([...largestPlaces(TREE, all, place => place, 2)]).toEqual([0, 4])
  expect([...largestPlaces(TREE, all, place => (place === 3 ? 9 : 0), 3)]).toEqual([0, 1, 3])
  expect(largestPlaces(TREE, all, () => 0, 5)).toBe(all)
})

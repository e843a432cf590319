import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import type { PlaceTree } from '#shared/trace/diff/place-tree.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
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

const largest = (...args: Parameters<typeof largestPlaces>): Uint32Array => finishWork(largestPlaces(...args))

test('of too many the largest stay, with what is above them', () => {
  const all = Uint32Array.of(0, 1, 2, 3, 4)
  expect([...largest(TREE, all, place => place, 2)]).toEqual([0, 4])
  expect([...largest(TREE, all, place => (place === 3 ? 9 : 0), 3)]).toEqual([0, 1, 3])
  expect(largest(TREE, all, () => 0, 5)).toBe(all)
})

test('of a chain that is far too deep its top stays, in time that grows with its length alone', () => {
  const size = 50_000
  const parent = Int32Array.from({ length: size }, (_, place) => place - 1)
  const chain = { ...TREE, size, parent, depth: Uint32Array.from(parent.keys()) }
  const all = Uint32Array.from(parent.keys())
  expect([...largest(chain, all, place => place, 4)]).toEqual([0, 1, 2, 3])
  // Of many small ones those that come first; what is not shown takes no room.
  const flat = { ...chain, parent: Int32Array.from(parent, place => (place < 0 ? -1 : 0)) }
  expect([...largest(flat, all, place => (place % 20_000 === 7 ? 1 : 0), 5)]).toEqual([0, 1, 7, 20_007, 40_007])
  expect([...largest(flat, all.subarray(1), place => place, 2)]).toEqual([49_998, 49_999])
})

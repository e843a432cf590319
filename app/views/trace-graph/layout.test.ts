import { expect, test } from 'vitest'
import type { TracePaths } from '#shared/trace/path-graph.ts'
import { pathChildren, withBelow } from '#shared/trace/path-graph.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { layOutPaths, MOST_NODES, NODE_HEIGHT, NODE_WIDTH, pathNodeAt, stepFromNode } from './layout.ts'
import type { PathGraphLayout } from './layout.ts'

/** `parent[p]` < p. */
function laidOut(
  parent: readonly number[],
  self: readonly number[],
  smallPaths = false,
  failed: readonly number[] = [],
): PathGraphLayout {
  const count = parent.length
  const depth = new Uint32Array(count)
  for (let p = 0; p < count; p++) depth[p] = parent[p] < 0 ? 0 : depth[parent[p]] + 1
  const paths: TracePaths = {
    count,
    parent: Int32Array.from(parent),
    depth,
    maxDepth: 0,
    first: new Uint32Array(count),
    pathOf: new Uint32Array(0),
  }
  const errors = new Float64Array(count)
  for (const p of failed) errors[p] = 1
  return finishWork(
    layOutPaths(
      paths,
      finishWork(pathChildren(paths)),
      {
        work: withBelow(paths, self),
        errors: withBelow(paths, errors),
        counted: withBelow(paths, new Float64Array(count).fill(1)),
      },
      smallPaths,
    ),
  )
}

test('a parent stands level with its first child, later ones below; depth goes right', () => {
  const { nodes } = laidOut([-1, 0, 1, 0], [10, 10, 10, 10])
  expect(nodes.map(({ path, depth }) => [path, depth])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 1],
  ])
  expect(nodes[0].y).toBe(nodes[1].y)
  expect(nodes[1].y).toBe(nodes[2].y)
  expect(nodes[3].y).toBeGreaterThanOrEqual(nodes[2].y + NODE_HEIGHT)
  expect(nodes[1].x).toBeGreaterThanOrEqual(nodes[0].x + NODE_WIDTH)
})

test('small paths of one parent are one fold with all below them; one with an error never is', () => {
  const parents = [-1, 0, 0, 2, 0]
  const { nodes, shown, folded, nodeOf } = laidOut(parents, [1000, 500, 1, 1, 1], false, [4])
  expect(nodes.map(({ path, folded: n }) => `${path} ${n}`)).toEqual(['0 0', '1 0', '4 0', '-1 2'])
  expect([shown, folded]).toEqual([3, 2])
  expect(nodes[3].work).toBe(2)
  expect(nodeOf(3)).toBe(3)
  expect(laidOut(parents, [1000, 500, 1, 1, 1], true).folded).toBe(0)
})

test('boxes never overlap, whatever the tree', () => {
  const parent = Array.from({ length: 200 }, (_, p) => (p === 0 ? -1 : Math.floor((p * 7919) % p)))
  const { nodes } = laidOut(
    parent,
    Array.from({ length: 200 }, () => 1),
    true,
  )
  const faults = nodes.flatMap((a, i) =>
    nodes.slice(i + 1).filter(b => a.x === b.x && a.y < b.y + b.height && b.y < a.y + a.height),
  )
  expect(faults).toEqual([])
})

test('a chain of 100,000 levels and a fan of 100,000 paths: the heaviest are drawn, the others counted', () => {
  const n = 100_000
  const chain = laidOut(
    Array.from({ length: n }, (_, p) => p - 1),
    Array.from({ length: n }, () => 1),
    true,
  )
  expect([chain.shown, chain.folded]).toEqual([MOST_NODES, n - MOST_NODES])
  const fan = laidOut(
    Array.from({ length: n }, (_, p) => (p === 0 ? -1 : 0)),
    Array.from({ length: n }, (_, p) => p),
    true,
  )
  expect([fan.shown, fan.folded]).toEqual([MOST_NODES, n - MOST_NODES])
  expect(fan.nodeOf(n - 1)).toBeGreaterThan(0)
  expect(fan.nodes[fan.nodeOf(1)].folded).toBe(n - MOST_NODES)
})

test('what is clicked, and where keys lead', () => {
  const layout = laidOut([-1, 0, 1, 0], [10, 10, 10, 10])
  const { nodes } = layout
  expect(pathNodeAt(layout, nodes[2].x + 5, nodes[2].y + 5)).toBe(2)
  expect(pathNodeAt(layout, 1, 1)).toBe(-1)
  expect(stepFromNode(layout, 0, 'child')).toBe(1)
  expect(stepFromNode(layout, 2, 'parent')).toBe(1)
  expect(stepFromNode(layout, 1, 'below')).toBe(3)
  expect(stepFromNode(layout, 3, 'below')).toBe(3)
})

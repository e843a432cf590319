import { instance } from '@viz-js/viz'
import { expect, test } from 'vitest'
import {
  NODE_HEIGHT,
  NODE_WIDTH,
  layoutRequest,
  nodeAt,
  pointAlong,
  readLayout,
  serviceTotals,
  stepFrom,
} from './layout.ts'
import type { GraphLayout, ServiceCall } from './layout.ts'

const viz = await instance()

function layout(calls: readonly ServiceCall[]): GraphLayout {
  return readLayout(calls, viz.renderJSON(layoutRequest(calls), { engine: 'dot' }))
}

const call = (parent: string, child: string, callCount = 1, errorCount = 0): ServiceCall => ({
  parent,
  child,
  callCount,
  errorCount,
})

const SHOP = [
  call('edge', 'shop', 100),
  call('shop', 'cart', 60),
  call('shop', 'pay', 38, 4),
  call('pay', 'db', 400),
  call('cart', 'db', 90),
  call('db', 'shop', 2),
]

test('sums what goes in and out of each service', () => {
  expect(serviceTotals(SHOP)).toEqual([
    { name: 'cart', callsIn: 60, errorsIn: 0, callsOut: 90 },
    { name: 'db', callsIn: 490, errorsIn: 0, callsOut: 2 },
    { name: 'edge', callsIn: 0, errorsIn: 0, callsOut: 100 },
    { name: 'pay', callsIn: 38, errorsIn: 4, callsOut: 400 },
    { name: 'shop', callsIn: 102, errorsIn: 0, callsOut: 98 },
  ])
})

test('callers stand left of what they call, boxes do not touch, edges end at boxes, a ring is drawn too', () => {
  const { nodes, edges, width, height } = layout(SHOP)
  const at = (name: string) => nodes.find(node => node.name === name)!
  for (const [left, right] of [
    ['edge', 'shop'],
    ['shop', 'cart'],
    ['shop', 'pay'],
    ['pay', 'db'],
  ] as const) {
    expect(at(left).x + NODE_WIDTH).toBeLessThan(at(right).x)
  }
  for (const [i, one] of nodes.entries()) {
    expect(one.x - NODE_WIDTH / 2).toBeGreaterThanOrEqual(-1)
    expect(one.x + NODE_WIDTH / 2).toBeLessThanOrEqual(width + 1)
    expect(one.y + NODE_HEIGHT / 2).toBeLessThanOrEqual(height + 1)
    for (const other of nodes.slice(i + 1)) {
      expect(Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT).toBe(true)
    }
  }
  expect(edges.map(edge => [edge.parent, edge.child, edge.callCount])).toEqual(
    SHOP.map(edge => [edge.parent, edge.child, edge.callCount]),
  )
  for (const { parent, child, curve, tip } of edges) {
    const near = (name: string, x: number, y: number): number =>
      Math.max(Math.abs(at(name).x - x) - NODE_WIDTH / 2, Math.abs(at(name).y - y) - NODE_HEIGHT / 2)
    expect(near(child, tip[0], tip[1])).toBeLessThan(2)
    expect(near(parent, curve[0], curve[1])).toBeLessThan(2)
    expect(pointAlong(curve, 0)).toEqual([curve[0], curve[1]])
    const [x, y] = pointAlong(curve, 1)
    expect([x, y]).toEqual([expect.closeTo(curve[curve.length - 2]), expect.closeTo(curve[curve.length - 1])])
  }
})

test('names are never syntax, and any name is a service', () => {
  const names = ['"', '}', 'a;b', '<b>x</b>', '', '__proto__', 'n0', 'graph', '\\N', '服务']
  const calls = names.map((name, i) => call(name, names[(i + 1) % names.length]))
  expect(new Set(layout(calls).nodes.map(({ name }) => name))).toEqual(new Set(names))
})

test('what is drawn is what is hit', () => {
  const graph = layout(SHOP)
  for (const [i, { x, y }] of graph.nodes.entries()) {
    expect(nodeAt(graph, x + NODE_WIDTH / 2 - 1, y - NODE_HEIGHT / 2 + 1)).toBe(i)
    expect(nodeAt(graph, x, y + NODE_HEIGHT / 2 + 1)).not.toBe(i)
  }
})

test('arrows walk along the busiest edge, and up and down within a rank', () => {
  const graph = layout(SHOP)
  const index = (name: string): number => graph.nodes.findIndex(node => node.name === name)
  const step = (from: string, ...args: [Parameters<typeof stepFrom>[2]]): string =>
    graph.nodes[stepFrom(graph, index(from), ...args)].name
  expect(step('edge', 'caller')).toBe('edge')
  expect(step('edge', 'called')).toBe('shop')
  expect(step('shop', 'called')).toBe('cart')
  expect(step('shop', 'caller')).toBe('edge')
  expect(step('db', 'caller')).toBe('pay')
  const [upper, lower] = graph.nodes[index('cart')].y < graph.nodes[index('pay')].y ? ['cart', 'pay'] : ['pay', 'cart']
  expect(step(upper, 'below')).toBe(lower)
  expect(step(lower, 'above')).toBe(upper)
})

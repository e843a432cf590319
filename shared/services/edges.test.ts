import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addEdges, serviceEdges } from './edges.ts'

function edgesOf(text: string, counts?: (row: number) => boolean): string[] {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return serviceEdges(table, counts).map(edge => `${edge.parent} > ${edge.child} ${edge.callCount}/${edge.errorCount}`)
}

const SHOP = `
web: GET / [0 9ms]
  web: render [1ms 2ms]
    cart: Get [1ms 1ms] server error
      db: SELECT [1ms 1ms]
      db: SELECT [1ms 1ms] error
  cart: Get [4ms 1ms]

web: GET / [0 9ms]
  cart: Get [4ms 1ms]
`

test('children of another service than their parent’s are calls, over all traces', () => {
  expect(edgesOf(SHOP)).toEqual(['web > cart 3/1', 'cart > db 2/1'])
})

test('only some rows count as calls, parents are found all the same', () => {
  expect(edgesOf(SHOP, row => row === 3)).toEqual(['cart > db 1/0'])
})

test('a parent is looked for in the same trace only, and may come after its child', () => {
  expect(edgesOf('a: x [0 1ms] #1\n\nb: y [0 1ms] #2 ^1')).toEqual([])
  expect(edgesOf('b: y [0 1ms] #2 ^1\na: x [0 1ms] #1')).toEqual(['a > b 1/0'])
})

test('spans without a service are those of unknown_service, which a service may also be called', () => {
  expect(edgesOf('a: x [0 1ms]\n  ?: y [0 1ms]\n    b: z [0 1ms]')).toEqual([
    'a > unknown_service 1/0',
    'unknown_service > b 1/0',
  ])
  const both = 'a: x [0 1ms]\n  ?: y [0 1ms] error\n    unknown_service: z [0 1ms]\n  unknown_service: z [0 1ms]'
  expect(edgesOf(both)).toEqual(['a > unknown_service 2/1'])
})

test('a span that is its own parent, and a ring', () => {
  expect(edgesOf('a: x [0 1ms] #1 ^1')).toEqual([])
  expect(edgesOf('a: x [0 1ms] #1 ^2\nb: y [0 1ms] #2 ^1')).toEqual(['b > a 1/0', 'a > b 1/0'])
})

test('client and server under one id: the server is called by the client and calls further', () => {
  const text = `
web: call [0 9ms] client #5
cart: call [1ms 7ms] server #5
db: SELECT [2ms 1ms] #6 ^5
`
  expect(edgesOf(text)).toEqual(['web > cart 1/0', 'cart > db 1/0'])
})

test('lists add up', () => {
  const edge = (parent: string, child: string, callCount: number, errorCount: number) => ({
    parent,
    child,
    callCount,
    errorCount,
  })
  expect(addEdges([[edge('a', 'b', 1, 0), edge('b', '__proto__', 2, 1)], [edge('a', 'b', 3, 2)]])).toEqual([
    edge('a', 'b', 4, 2),
    edge('b', '__proto__', 2, 1),
  ])
})

import { expect, test } from 'vitest'
import { faultsOf } from './tree-check.ts'

// Put together here, so that this file passes its own check.
const host = ['registry', 'example', 'org'].join('.')
const folder = ['', 'root', 'spoor', 'a.ts'].join('/')

test.for([
  ['a.md', `see https://${host}/x`, `a.md:1: the host of a package registry: ${host}`],
  ['a.ts', `\n\nread('${folder}')`, `a.ts:3: a path of one machine: ${folder.slice(0, 7)}`],
  ['a.ts', `${'<'.repeat(7)} HEAD`, 'a.ts:1: a conflict marker'],
  ['package-lock.json', '"resolved": "https://x"', 'package-lock.json: names where'],
] as const)('%s with %s', ([file, text, fault]) => {
  expect(faultsOf(file, text).join('\n')).toContain(fault)
})

test('what only looks like one passes', () => {
  expect(faultsOf('a.ts', `'/api/work/x', '#app/root/a', 'a/work/b', '../work/b', 'proxy.local'`)).toEqual([])
  expect(faultsOf('server/fixtures/a.json', folder)).toEqual([])
})

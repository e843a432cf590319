import { expect, test } from 'vitest'
import { parseSvcFilter, withSvcFilter } from './svc-filter.ts'

// 7d06 is what Jaeger UI's function gives for these services, whatever their order.
const NAMES = ['db', 'cache', 'api', 'auth']

test.each([
  ['f9', ['db', 'api']],
  ['9', ['db', 'api']],
  ['6', ['cache', 'auth']],
  ['F', undefined],
  ['0', undefined],
  ['10', undefined],
  ['xyz', undefined],
])('the mask %s', (mask, shown) => {
  const found = parseSvcFilter(`7d06.${mask}`, NAMES)
  expect(found).toEqual(shown && new Set(shown))
})

test.each(['', '.9', 'abcdef', '12345.9', 'ffff.9', `7d06.${'f'.repeat(5000)}`])('%s hides nothing', text => {
  expect(parseSvcFilter(text, NAMES)).toBeUndefined()
})

test('it becomes the chip of the filter menu, beside other chips', () => {
  expect(withSvcFilter(['status=error'], '7d06.9', NAMES)).toEqual(['status=error', 'service=db service=api'])
  expect(withSvcFilter(['service=api service=auth'], '7d06.9', NAMES)).toEqual(['service=api'])
  expect(withSvcFilter(['status=error'], 'ffff.9', NAMES)).toEqual(['status=error'])
})

test('spans without a service name count under Jaeger’s name for them', () => {
  const services = ['shop', undefined]
  expect(withSvcFilter([], 'd26e.1', services)).toEqual(['service=""'])
})

import { expect, test } from 'vitest'
import {
  filterChoices,
  isDuration,
  shownServices,
  withAtLeast,
  withCritical,
  withErrors,
  withServices,
} from './filter-choices.ts'

const ALL = ['cart', 'Search index', 'db', 'mail']

test('no chips: nothing is chosen and all services show', () => {
  const choices = filterChoices([])
  expect(choices).toEqual({ errors: false, critical: false, atLeast: '', services: undefined })
  expect([...shownServices(choices, ALL)]).toEqual(ALL)
})

test('a choice makes one chip, stands in its place when changed, and goes without touching the others', () => {
  let filter: readonly string[] = ['http.route=/x']
  filter = withErrors(filter, true)
  filter = withAtLeast(filter, '10 ms')
  filter = withCritical(filter, true)
  expect(filter).toEqual(['http.route=/x', 'status=error', 'duration>=10ms', 'critical=true'])
  filter = withAtLeast(filter, '2s')
  expect(filter).toEqual(['http.route=/x', 'status=error', 'duration>=2s', 'critical=true'])
  expect(filterChoices(filter)).toMatchObject({ errors: true, critical: true, atLeast: '2s' })
  filter = withAtLeast(withErrors(withCritical(filter, false), false), '')
  expect(filter).toEqual(['http.route=/x'])
})

test('few services are named, many are named by what is missing, and both read back', () => {
  const one = withServices([], ALL, new Set(['Search index']))
  expect(one).toEqual(['service="Search index"'])
  expect([...shownServices(filterChoices(one), ALL)]).toEqual(['Search index'])
  const three = withServices(one, ALL, new Set(['cart', 'Search index', 'mail']))
  expect(three).toEqual(['service!=db'])
  expect([...shownServices(filterChoices(three), ALL)]).toEqual(['cart', 'Search index', 'mail'])
  expect(withServices(three, ALL, new Set(ALL))).toEqual([])
  expect(withServices(three, ALL, new Set())).toEqual([])
})

test('a typed chip about services is the same choice; one that says more is left alone', () => {
  expect([...shownServices(filterChoices(['service=db service=mail']), ALL)]).toEqual(['db', 'mail'])
  expect(filterChoices(['service=db kind=client']).services).toBeUndefined()
  expect(withServices(['service=db kind=client'], ALL, new Set(['cart']))).toEqual([
    'service=db kind=client',
    'service=cart',
  ])
})

test.each(['10ms', '1.5 s', '250', '3µs'])('%s is a duration', text => {
  expect(isDuration(text)).toBe(true)
})

test.each(['', 'soon', '-1ms', '0', '10 parsecs'])('%j is none', text => {
  expect(isDuration(text)).toBe(false)
})

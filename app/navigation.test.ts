import { expect, test } from 'vitest'
import { isComparison, navigation } from './navigation.ts'
import type { LoadPage } from './pages.ts'

const load: LoadPage = () => Promise.reject(new Error('not fetched here'))
const keys = (...parameters: Parameters<typeof navigation>): readonly string[] =>
  navigation(...parameters).map(({ key }) => key)

test('only pages that exist have an entry', () => {
  expect(keys({}, '/search')).toEqual([])
  expect(keys({ status: load, search: load, trace: load, upload: load }, '/search')).toEqual(['search', 'status'])
})

test('Compare has an entry while a comparison is on screen, before Status', () => {
  const all = { search: load, trace: load, compare: load, dependencies: load, status: load }
  expect(keys(all, '/search')).toEqual(['search', 'map', 'status'])
  expect(keys(all, '/trace/a...b')).toEqual(['search', 'map', 'compare', 'status'])
  expect(navigation(all, '/trace/a...b')[2].to).toBe('/trace/a...b')
})

test('a comparison is told from a trace by its dots', () => {
  expect(isComparison('/trace/abc...def')).toBe(true)
  expect(isComparison('/trace/abc...')).toBe(true)
  expect(isComparison('/trace/abc')).toBe(false)
  expect(isComparison('/search')).toBe(false)
})

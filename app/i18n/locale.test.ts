import { expect, test } from 'vitest'
import { parseLocalePreference, resolveLocale } from './locale.ts'

test.each([
  ['system', ['zh-TW', 'en'], 'zh-CN'],
  ['system', ['zh-Hans-CN'], 'zh-CN'],
  ['system', ['zh'], 'zh-CN'],
  ['system', ['nl-NL', 'en-GB', 'zh-CN'], 'en'],
  ['system', ['fr', 'de'], 'en'],
  ['system', [], 'en'],
  ['zh-CN', ['en'], 'zh-CN'],
  ['en', ['zh-CN'], 'en'],
] as const)('preference %s with languages %j shows %s', (preference, languages, locale) => {
  expect(resolveLocale(preference, languages)).toBe(locale)
})

test('a kept value that is no language of ours counts as system', () => {
  for (const value of ['fr', 3, null, undefined, {}]) expect(parseLocalePreference(value)).toBe('system')
  expect(parseLocalePreference('zh-CN')).toBe('zh-CN')
})

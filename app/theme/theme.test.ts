import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { THEME_STORAGE_KEY, nextThemePreference, parseThemePreference } from './theme.ts'

const script = readFileSync(new URL('../public/before-paint.js', import.meta.url), 'utf8')

function paintedTheme(getItem: (key: string) => string | null): string | undefined {
  const dataset: { theme?: string } = {}
  runInNewContext(script, { localStorage: { getItem }, document: { documentElement: { dataset } }, JSON })
  return dataset.theme
}

test('the script before the first paint reads what the store keeps', () => {
  const kept = (preference: string) => (key: string) =>
    key === THEME_STORAGE_KEY ? JSON.stringify({ state: { preference }, version: 0 }) : null
  expect(paintedTheme(kept('dark'))).toBe('dark')
  expect(paintedTheme(kept('light'))).toBe('light')
  expect(paintedTheme(kept('system'))).toBeUndefined()
  expect(paintedTheme(kept('pink'))).toBeUndefined()
})

test('the script before the first paint survives no entry, no JSON and no storage', () => {
  expect(paintedTheme(() => null)).toBeUndefined()
  expect(paintedTheme(() => '{')).toBeUndefined()
  expect(paintedTheme(() => '7')).toBeUndefined()
  expect(
    paintedTheme(() => {
      throw new Error('blocked')
    }),
  ).toBeUndefined()
})

test('the switch walks through all three and back', () => {
  expect(nextThemePreference('system')).toBe('light')
  expect(nextThemePreference('light')).toBe('dark')
  expect(nextThemePreference('dark')).toBe('system')
})

test('a kept value of another shape counts as system', () => {
  for (const value of [undefined, null, 3, 'Dark', {}]) expect(parseThemePreference(value)).toBe('system')
})

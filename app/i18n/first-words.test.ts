import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { enFirst } from './en-first.ts'
import { en } from './en.ts'

/** What is on screen before the rest of the words is there. */
const FIRST = [
  'app/pages/search',
  'app/shell',
  'app/ui',
  'app/commands',
  'app/views/scatter',
  'app/navigation.ts',
  'app/pages.ts',
]
/** Opened over the page, with all words. */
const LATER = ['app/shell/Palette.tsx']

test('the frame and the search page say nothing that comes later', () => {
  const later = new Set(Object.keys(en).filter(id => !Object.hasOwn(enFirst, id)))
  const files = FIRST.flatMap(place => (place.includes('.') ? [place] : globSync(`${place}/**/*.{ts,tsx}`)))
  expect(files.length).toBeGreaterThan(50)
  const said = files
    .filter(file => !LATER.includes(file) && !file.includes('.test.'))
    .flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/['"`]([a-z][\w]*(?:\.[\w]+)+)['"`]/gu)]
        .filter(([, id]) => later.has(id))
        .map(([, id]) => `${file}: ${id}`),
    )
  expect(said).toEqual([])
})

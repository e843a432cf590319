import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NO_UI_CONFIG, UiConfig } from '#shared/api/ui-config.ts'
import { openUiConfig, parseUiConfig } from './ui-config-file.ts'

/** Every part that Jaeger's documentation of the file shows, in the form it shows it. */
const DOCUMENTED = {
  dependencies: { dagMaxNumServices: 200, menuEnabled: true },
  monitor: { menuEnabled: true },
  themes: { enabled: true },
  archiveEnabled: true,
  tracking: { gaID: 'UA-000000-2', trackErrors: true },
  menu: [
    {
      label: 'About Jaeger',
      items: [
        { label: 'GitHub', url: 'https://github.com/jaegertracing/jaeger' },
        { label: 'Docs', url: 'http://jaeger.readthedocs.io/en/latest/' },
      ],
    },
  ],
  search: { maxLookback: { label: '2 Days', value: '2d' }, maxLimit: 1500 },
  linkPatterns: [
    {
      type: 'process',
      key: 'jaeger.version',
      url: 'https://example.com/#{jaeger.version}',
      text: 'Release #{jaeger.version}',
    },
    { type: 'tags', key: 'uniqueId', url: 'https://kibana.example.com/#{uniqueId}?t=#{trace.traceID}', text: 'Logs' },
    { type: 'traces', url: 'https://t.example.com/#{traceID}', text: 'All of #{traceID | pad_start 32 0}' },
  ],
}

test('the documented example is taken over, and what has no effect is told with the reason', () => {
  const { config, notes } = parseUiConfig(JSON.stringify(DOCUMENTED))
  expect(UiConfig.parse(config)).toEqual({
    menu: [{ label: 'About Jaeger', items: DOCUMENTED.menu[0].items }],
    linkPatterns: [
      {
        place: 'resource',
        keys: ['jaeger.version'],
        url: 'https://example.com/#{jaeger.version}',
        text: 'Release #{jaeger.version}',
      },
      {
        place: 'span',
        keys: ['uniqueId'],
        url: 'https://kibana.example.com/#{uniqueId}?t=#{trace.traceID}',
        text: 'Logs',
      },
      {
        place: 'traces',
        keys: [],
        url: 'https://t.example.com/#{traceID}',
        text: 'All of #{traceID | pad_start 32 0}',
      },
    ],
    archive: true,
    themes: true,
    search: { maxLookbackMs: 2 * 86_400_000, maxLimit: 1500 },
  })
  expect(notes.map(note => note.split(' ')[0])).toEqual(['dependencies', 'monitor', 'tracking'])
})

test.each([
  ['[]', 'the file: got [], expected an object'],
  ['{"menu": 7}', 'menu: got 7, expected a list'],
  ['{"menu": [{"label": "x"}]}', 'menu[0]: got {"label":"x"}, expected a url or items'],
  [
    '{"menu": [{"label": "x", "url": "javascript:alert(1)"}]}',
    'menu[0].url: got "javascript:alert(1)", expected an address',
  ],
  [
    '{"linkPatterns": [{"type": "span", "key": "a", "url": "b", "text": "c"}]}',
    'linkPatterns[0].type: got "span", expected one of traces',
  ],
  ['{"linkPatterns": [{"type": "tags", "url": "b", "text": "c"}]}', 'linkPatterns[0].key: got nothing, expected a key'],
  [
    '{"linkPatterns": [{"type": "tags", "key": ["a", 1], "url": "b", "text": "c"}]}',
    'linkPatterns[0].key[1]: got 1, expected a text',
  ],
  ['{"search": {"maxLookback": {"value": "soon"}}}', 'search.maxLookback.value: got "soon", expected a duration'],
  ['{"themes": {"enabled": "dark"}}', 'themes.enabled: got "dark", expected true or false'],
  ['{"themes": "dark"}', 'themes: got "dark", expected an object'],
  ['{"archiveEnabled": "yes"}', 'archiveEnabled: got "yes", expected true or false'],
  ['{"search": {"maxLimit": "many"}}', 'search.maxLimit: got "many", expected a whole number'],
  ['function UIConfig(){ return {} }', 'only the JSON form is read'],
])('%s is refused', (text, message) => {
  expect(() => parseUiConfig(text)).toThrow(message)
})

test('the choice between light and dark can be taken off the pages', () => {
  expect(parseUiConfig('{"themes": {"enabled": false}}')).toMatchObject({ config: { themes: false }, notes: [] })
  for (const text of ['{}', '{"themes": {}}']) expect(parseUiConfig(text).config.themes).toBe(true)
})

test('archiving can be taken off the pages', () => {
  expect(parseUiConfig('{"archiveEnabled": false}').config.archive).toBe(false)
  expect(parseUiConfig('{}').config.archive).toBe(true)
})

test('a changed file is in force at the next look; one that is wrong keeps what was and is told once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-ui-'))
  const file = join(folder, 'ui.json')
  const problems: string[] = []
  let at = 1
  const write = (text: string): void => {
    writeFileSync(file, text)
    utimesSync(file, at, at++)
  }
  write('{"search": {"maxLimit": 100}}')
  const source = openUiConfig(file, problem => void problems.push(problem))
  expect(source.current().search.maxLimit).toBe(100)
  write('{"search": {"maxLimit": 200}}')
  expect(source.current().search.maxLimit).toBe(200)
  write('{"search": 1}')
  expect([source.current(), source.current()].map(({ search }) => search.maxLimit)).toEqual([200, 200])
  expect(problems).toEqual(['search: got 1, expected an object'])
  rmSync(folder, { recursive: true })
  expect(source.current().search.maxLimit).toBe(200)
  expect(() => openUiConfig(file, () => undefined)).toThrow('ENOENT')
  expect(openUiConfig('', () => undefined).current()).toEqual(NO_UI_CONFIG)
})

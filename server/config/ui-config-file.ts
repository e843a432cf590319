/** Jaeger UI's configuration file (JSON): what of it this screen takes, and a word about the rest. */
import { readFileSync, statSync } from 'node:fs'
import { NO_UI_CONFIG, type UiConfig } from '#shared/api/ui-config.ts'
import { parseDuration } from './quantities.ts'

export interface ReadUiConfig {
  readonly config: UiConfig
  /** What is in the file and changes nothing here, a line each. */
  readonly notes: readonly string[]
}

/** A file that is no configuration: what was seen where, and what was expected. */
export class UiConfigError extends Error {
  override readonly name = 'UiConfigError'
}

const MOST_BYTES = 4 * 1024 * 1024
const MOST_ENTRIES = 1000

/** Jaeger's types of link patterns, by its newer and its older names. */
const PLACES: Readonly<Record<string, UiConfig['linkPatterns'][number]['place']>> = {
  traces: 'traces',
  tags: 'span',
  attributes: 'span',
  process: 'resource',
  resource: 'resource',
  logs: 'events',
  events: 'events',
}

/** Keys of Jaeger's file that have no meaning here, with the reason. */
const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  tracking: 'no page tells anybody else who looks at it',
  scripts: 'no page runs scripts of others',
  dependencies: 'the map is always there and has no limit of services',
  monitor: 'pages that exist are shown',
  deepDependencies: 'pages that exist are shown',
  qualityMetrics: 'pages that exist are shown',
  traceDiff: 'the comparison has help of its own',
  topTagPrefixes: 'attributes are grouped by their prefix',
  storageCapabilities: 'the server knows what its store can do',
  criticalPathEnabled: 'every reader chooses',
  useOpenTelemetryTerms: 'the words are OpenTelemetry’s',
}

interface Reading {
  readonly notes: string[]
}

export function parseUiConfig(text: string): ReadUiConfig {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (error) {
    const hint = /^\s*(function|\/\/|\/\*)/u.test(text) ? ': it looks like JavaScript; only the JSON form is read' : ''
    throw new UiConfigError(`${error instanceof Error ? error.message : String(error)}${hint}`)
  }
  const notes: string[] = []
  const reading: Reading = { notes }
  const file = objectAt(root, 'the file')
  for (const key of Object.keys(file)) {
    if (['menu', 'linkPatterns', 'search', 'archiveEnabled', 'themes'].includes(key)) continue
    notes.push(
      `${key} has no effect: ${Object.hasOwn(WITHOUT_MEANING, key) ? WITHOUT_MEANING[key] : 'it is not known here'}`,
    )
  }
  return {
    config: {
      menu: listAt(file['menu'], 'menu').map((one, at) => menuEntry(one, `menu[${at}]`)),
      linkPatterns: listAt(file['linkPatterns'], 'linkPatterns').flatMap((one, at) =>
        linkPattern(one, `linkPatterns[${at}]`, reading),
      ),
      archive: flagAt(file['archiveEnabled'], 'archiveEnabled', NO_UI_CONFIG.archive),
      themes: themesEnabled(file['themes']),
      search: searchLimits(file['search']),
    },
    notes,
  }
}

type Fields = Readonly<Record<string, unknown>>

function menuEntry(value: unknown, at: string): UiConfig['menu'][number] {
  const fields = objectAt(value, at)
  const label = textAt(fields['label'], `${at}.label`)
  const url = fields['url'] === undefined ? undefined : addressAt(fields['url'], `${at}.url`)
  const items = listAt(fields['items'], `${at}.items`).map((one, k) => {
    const item = objectAt(one, `${at}.items[${k}]`)
    const where = `${at}.items[${k}]`
    return { label: textAt(item['label'], `${where}.label`), url: addressAt(item['url'], `${where}.url`) }
  })
  if (url === undefined && items.length === 0) throw unexpected(value, at, 'a url or items')
  return { label, url, items }
}

function linkPattern(value: unknown, at: string, { notes }: Reading): UiConfig['linkPatterns'] {
  const fields = objectAt(value, at)
  const type = textAt(fields['type'], `${at}.type`)
  const place = Object.hasOwn(PLACES, type) ? PLACES[type] : undefined
  if (place === undefined) {
    throw unexpected(fields['type'], `${at}.type`, `one of ${Object.keys(PLACES).join(', ')}`)
  }
  if (fields['value'] !== undefined) notes.push(`${at}.value has no effect: links go by key`)
  const key = fields['key']
  const keys = place === 'traces' ? [] : typeof key === 'string' ? [key] : textsAt(key, `${at}.key`)
  if (place !== 'traces' && keys.length === 0) throw unexpected(key, `${at}.key`, 'a key or a list of keys')
  return [
    { place, keys: [...keys], url: textAt(fields['url'], `${at}.url`), text: textAt(fields['text'], `${at}.text`) },
  ]
}

function themesEnabled(value: unknown): boolean {
  if (value === undefined) return NO_UI_CONFIG.themes
  return flagAt(objectAt(value, 'themes')['enabled'], 'themes.enabled', NO_UI_CONFIG.themes)
}

function searchLimits(value: unknown): UiConfig['search'] {
  if (value === undefined) return NO_UI_CONFIG.search
  const fields = objectAt(value, 'search')
  const lookback = fields['maxLookback']
  const most = fields['maxLimit']
  if (most !== undefined && !(typeof most === 'number' && Number.isInteger(most) && most > 0)) {
    throw unexpected(most, 'search.maxLimit', 'a whole number of traces')
  }
  let maxLookbackMs: number | null = null
  if (lookback !== undefined) {
    const word = textAt(objectAt(lookback, 'search.maxLookback')['value'], 'search.maxLookback.value')
    const ms = parseDuration(word)
    if (ms === undefined) throw unexpected(word, 'search.maxLookback.value', 'a duration such as 2d or 12h')
    maxLookbackMs = ms
  }
  return { maxLookbackMs, maxLimit: most === undefined ? null : (most as number) }
}

function objectAt(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw unexpected(value, at, 'an object')
}

function listAt(value: unknown, at: string): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw unexpected(value, at, 'a list')
  if (value.length > MOST_ENTRIES) throw new UiConfigError(`${at}: ${value.length} entries, of at most ${MOST_ENTRIES}`)
  return value
}

function flagAt(value: unknown, at: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value === 'boolean') return value
  throw unexpected(value, at, 'true or false')
}

function textsAt(value: unknown, at: string): readonly string[] {
  return listAt(value, at).map((one, k) => textAt(one, `${at}[${k}]`))
}

function textAt(value: unknown, at: string): string {
  if (typeof value === 'string') return value
  throw unexpected(value, at, 'a text')
}

/** A link that may stand on a page: of the web, or a path of this server. */
function addressAt(value: unknown, at: string): string {
  const text = textAt(value, at)
  const path = text.startsWith('/') && !text.startsWith('//')
  const address = URL.canParse(text) && ['http:', 'https:', 'mailto:'].includes(new URL(text).protocol)
  if (path || address) return text
  throw unexpected(text, at, 'an address that begins with https://, http://, mailto: or a slash')
}

function unexpected(value: unknown, at: string, expected: string): UiConfigError {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  const seen = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return new UiConfigError(`${at}: got ${seen}, expected ${expected}`)
}

/** The configuration in force: read again when the file has changed; one that is wrong keeps what was. */
export interface UiConfigSource {
  current(): UiConfig
  readonly notes: readonly string[]
}

/** Rejects a file that is wrong at the start. `onProblem` is told of one that became wrong, once. */
export function openUiConfig(path: string, onProblem: (problem: string) => void): UiConfigSource {
  if (path === '') return { current: () => NO_UI_CONFIG, notes: [] }
  const read = (): { readonly stamp: string; readonly found: ReadUiConfig } => {
    const { mtimeMs, size } = statSync(path)
    if (size > MOST_BYTES) throw new UiConfigError(`${size} bytes, of at most ${MOST_BYTES}`)
    return { stamp: `${mtimeMs} ${size}`, found: parseUiConfig(readFileSync(path, 'utf8')) }
  }
  let { stamp, found } = read()
  let told = ''
  return {
    current() {
      try {
        const { mtimeMs, size } = statSync(path)
        if (`${mtimeMs} ${size}` !== stamp) {
          ;({ stamp, found } = read())
          told = ''
        }
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error)
        if (problem !== told) onProblem(problem)
        told = problem
      }
      return found.config
    },
    get notes() {
      return found.notes
    },
  }
}

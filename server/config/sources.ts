import { parseDocument } from 'yaml'
import { nearestName } from './nearest-name.ts'
import { isToggle, jaegerVariableOf, settingEntries, variableOf } from './settings-table.ts'

/**
 * The three places that settings are read from. Each gives texts by name of setting, with where they stood, and knows nothing of
 * what they mean.
 */

/** A value as it was written, and where: `--query-port`, `SPOOR_QUERY_PORT`, `spoor.yaml: query-port`. */
export interface GivenValue {
  readonly text: string
  readonly where: string
}

/** Values by name of setting. */
export type GivenValues = ReadonlyMap<string, GivenValue>

/** A line for the person who started the program. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** What the command line says besides values. */
export interface CommandLine {
  readonly values: GivenValues
  readonly help: boolean
  readonly version: boolean
}

/** Names whose value is a list: given twice, a flag adds. */
const listNames: ReadonlySet<string> = new Set(
  settingEntries()
    .filter(([, entry]) => entry.placeholder === 'LIST')
    .map(([, entry]) => entry.name),
)
const names: readonly string[] = settingEntries().map(([, entry]) => entry.name)
/** Names by Jaeger's. */
const ownNames: ReadonlyMap<string, string> = new Map(
  settingEntries().flatMap(([, { name, jaegerName }]) =>
    jaegerName === undefined ? [] : [[jaegerName, name] as const],
  ),
)
const toggles: ReadonlySet<string> = new Set(
  settingEntries()
    .filter(([, entry]) => isToggle(entry))
    .map(([, entry]) => entry.name),
)

/**
 * Reads `--name value`, `--name=value`, and `--toggle`; a flag given twice counts the last time, a list adds. Throws `SettingsError` for
 * an unknown flag, a missing value, and anything that is no flag.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const values = new Map<string, GivenValue>()
  let help = false
  let version = false
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]
    if (argument === '--help' || argument === '-h') {
      help = true
      continue
    }
    if (argument === '--version' || argument === '-v') {
      version = true
      continue
    }
    if (!argument.startsWith('--') || argument === '--') {
      throw new SettingsError(
        `${JSON.stringify(shorten(argument))}: unexpected argument, expected --NAME VALUE (see --help)`,
      )
    }
    const equals = argument.indexOf('=')
    const given = argument.slice(2, equals < 0 ? undefined : equals)
    const name = ownNames.get(given) ?? given
    if (!names.includes(name)) throw unknown(`--${name}`, 'flag', nearestName(name, names), '--')
    let text: string
    if (equals >= 0) {
      text = argument.slice(equals + 1)
    } else if (toggles.has(name)) {
      text = 'true'
    } else {
      i++
      // A value may begin with one dash, never with two: that is a forgotten value before the next flag.
      if (i >= argv.length || argv[i].startsWith('--'))
        throw new SettingsError(`--${given}: a value is missing after it`)
      text = argv[i]
    }
    const before = listNames.has(name) ? values.get(name) : undefined
    values.set(name, { text: before === undefined ? text : `${before.text},${text}`, where: `--${given}` })
  }
  return { values, help, version }
}

/**
 * Reads the variables that begin with `SPOOR_`, and those of settings with Jaeger's names. An empty one counts as absent (compose files pass those on). What Kubernetes sets in
 * every container for a service whose name begins with `spoor` is passed over. Throws `SettingsError` for any other unknown one.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): GivenValues {
  const byVariable = new Map(names.map(name => [variableOf(name), name]))
  const values = new Map<string, GivenValue>()
  for (const [, entry] of settingEntries()) {
    const { name } = entry
    const variable = jaegerVariableOf(entry)
    const text = variable === undefined ? undefined : env[variable]
    if (variable !== undefined && text !== undefined && text !== '') values.set(name, { text, where: variable })
  }
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('SPOOR_') || text === undefined || text === '') continue
    // SPOOR_QUERY_PORT=tcp://10.0.0.1:16686 is the address of a service called spoor-query, not a port to listen on.
    if (/^(tcp|udp|sctp):\/\//.test(text)) continue
    const name = byVariable.get(variable)
    if (name !== undefined) {
      values.set(name, { text, where: variable })
    } else if (!/_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(variable)) {
      throw unknown(variable, 'variable', nearestName(variable, [...byVariable.keys()]), '')
    }
  }
  return values
}

/** More than a settings file has ever needed: a wrong path to a large file is told before it is parsed. */
const fileLimit = 1024 * 1024

/**
 * Reads a YAML file whose keys are names of settings, flat (`query-port: 80`) or nested at the dashes (`query: { port: 80 }`). An empty
 * file is legal. Throws `SettingsError` for what is not YAML, an unknown key, one key given in both forms, and a value that is no text,
 * number, toggle, or list of those.
 */
export function readSettingsFile(path: string, content: string): GivenValues {
  if (content.length > fileLimit) {
    throw new SettingsError(
      `--config ${path}: ${content.length} characters, expected a settings file of at most ${fileLimit}`,
    )
  }
  const document = parseDocument(content, { merge: false, uniqueKeys: true })
  const problem = document.errors[0]
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line
    throw new SettingsError(
      `--config ${path}${line === undefined ? '' : `, line ${line}`}: not YAML: ${problem.message.split('\n', 1)[0]}`,
    )
  }
  // Aliases can multiply: a hundred are more than a file of settings needs.
  const root: unknown = document.toJS({ maxAliasCount: 100 })
  const values = new Map<string, GivenValue>()
  if (root === null) return values
  collect(path, root, '', values)
  return values
}

function collect(path: string, node: unknown, prefix: string, values: Map<string, GivenValue>): void {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    throw new SettingsError(
      `${path}: ${prefix === '' ? 'the file' : prefix} is ${seen(node)}, expected keys with values`,
    )
  }
  for (const [key, value] of Object.entries(node)) {
    // Nested at dashes, or at the dots of Jaeger's names.
    const joined = prefix === '' ? key : `${prefix}-${key}`
    const name = names.find(known => atDashes(known) === atDashes(joined)) ?? joined
    const where = `${path}: ${name}`
    if (names.includes(name)) {
      if (values.has(name)) throw new SettingsError(`${where}: given twice, flat and nested`)
      if (name === 'config') throw new SettingsError(`${where}: a settings file cannot name another one`)
      values.set(name, { text: scalarText(where, value, listNames.has(name)), where })
    } else if (
      names.some(known => atDashes(known).startsWith(`${atDashes(name)}-`)) &&
      typeof value === 'object' &&
      value !== null
    ) {
      collect(path, value, name, values)
    } else {
      throw unknown(where, 'key', nearestName(name, names), '')
    }
  }
}

function atDashes(name: string): string {
  return name.replaceAll('.', '-')
}

function scalarText(where: string, value: unknown, list: boolean): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (list && Array.isArray(value)) return value.map(entry => scalarText(where, entry, false)).join(',')
  throw new SettingsError(`${where}: got ${seen(value)}, expected ${list ? 'a list of texts' : 'one value'}`)
}

function seen(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a group of keys' : JSON.stringify(value)
}

function unknown(where: string, what: string, meant: string | undefined, dashes: string): SettingsError {
  const advice = meant === undefined ? '--help lists all' : `did you mean ${dashes}${meant}?`
  return new SettingsError(`${shorten(where)}: unknown ${what}, ${advice}`)
}

/** Texts of unbounded length, for one line. */
export function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`
}

import { formatHelp } from './help.ts'
import { thisMachine } from './machine.ts'
import type { Machine } from './setting.ts'
import { settingEntries, type SettingKey, type Settings } from './settings-table.ts'
import {
  readCommandLine,
  readEnvironment,
  readSettingsFile,
  SettingsError,
  shorten,
  type GivenValue,
  type GivenValues,
} from './sources.ts'

/** Where settings are read from. */
export interface SettingSources {
  /** The command line without the program: `process.argv.slice(2)`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string
  /** What defaults depend on; this machine when absent. */
  readonly machine?: Machine
  /** What is started; the whole server when absent. */
  readonly role?: Machine['role']
}

/** What to do: start with these settings, or print and leave (`error` with exit code 1). */
export type LoadedSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'error'; readonly message: string }

/**
 * Reads all settings: flags before variables before the file before defaults. A wrong one gives `error` with one line that names the
 * setting where it was written, what was seen and what is expected; of several, the first.
 */
export function loadSettings(sources: SettingSources): LoadedSettings {
  try {
    const machine = { ...(sources.machine ?? thisMachine(sources.env)), role: sources.role }
    const flags = readCommandLine(sources.argv)
    if (flags.help) return { kind: 'help', text: formatHelp(machine) }
    if (flags.version) return { kind: 'version' }
    const variables = readEnvironment(sources.env)
    const file = fileValues(flags.values.get('config') ?? variables.get('config'), sources.readFile)
    return { kind: 'settings', settings: applyOffset(resolve([flags.values, variables, file], machine)) }
  } catch (error) {
    if (error instanceof SettingsError) return { kind: 'error', message: error.message }
    throw error
  }
}

function fileValues(config: GivenValue | undefined, readFile: (path: string) => string): GivenValues {
  if (config === undefined) return new Map()
  let content: string
  try {
    content = readFile(config.text)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const problem =
      code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not readable for this user' : (error as Error).message
    throw new SettingsError(`${config.where} ${shorten(config.text)}: ${problem}`)
  }
  return readSettingsFile(config.text, content)
}

function resolve(given: readonly GivenValues[], machine: Machine): Settings {
  const values: [SettingKey, unknown][] = []
  for (const [key, entry] of settingEntries()) {
    const found = given.find(source => source.has(entry.name))?.get(entry.name)
    const text = found?.text ?? (typeof entry.default === 'function' ? entry.default(machine) : entry.default)
    const result = entry.schema.safeParse(text)
    if (!result.success) {
      const where = found?.where ?? `default of ${entry.name}`
      throw new SettingsError(
        `${where}: got ${JSON.stringify(shorten(text))}, expected ${result.error.issues[0].message}`,
      )
    }
    values.push([key, result.data])
  }
  // Each value came through the schema of its key, which is what the type says of it.
  return Object.fromEntries(values) as unknown as Settings
}

/** The settings that are ports of this program. */
const portKeys = [
  'queryPort',
  'otlpGrpcPort',
  'otlpHttpPort',
  'jaegerGrpcPort',
  'jaegerHttpPort',
  'jaegerCompactPort',
  'jaegerBinaryPort',
  'samplingPort',
  'samplingGrpcPort',
  'zipkinPort',
  'zipkinCompactPort',
  'adminPort',
] as const satisfies readonly SettingKey[]

/** The name of a setting by its field: `queryPort` is `query-port`. */
export function settingName(key: SettingKey): string {
  return settingEntries().find(([each]) => each === key)?.[1].name ?? key
}

/** Adds the offset to the ports; a port beyond the last one and two equal ports are refused. */
function applyOffset(settings: Settings): Settings {
  const moved = Object.fromEntries(portKeys.map(key => [key, 0])) as Record<(typeof portKeys)[number], number>
  const owners = new Map<number, string>()
  for (const key of portKeys) {
    const port = settings[key] === 0 ? 0 : settings[key] + settings.portOffset
    if (port > 65_535) {
      throw new SettingsError(
        `--port-offset: ${settings.portOffset} moves ${settingName(key)} from ${settings[key]} to ${port}, expected at most 65535`,
      )
    }
    const owner = owners.get(port)
    if (port !== 0 && owner !== undefined) {
      throw new SettingsError(`--${settingName(key)}: ${port} is the ${owner} already, expected a port of its own`)
    }
    owners.set(port, settingName(key))
    moved[key] = port
  }
  return { ...settings, ...moved }
}

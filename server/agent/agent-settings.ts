/**
 * What an agent is started with: the flags of Jaeger's agent (1.x), each of them also a variable in upper case with `_` for `.` and `-`
 * (`REPORTER_GRPC_HOST_PORT`) and a key of the file that `--config-file` names; and a few of ours, whose variables begin with `SPOOR_`.
 * Apart from the settings of the server, because an agent loads neither their schemas nor a parser of YAML unless it is told of a file.
 */
import { isIPv6 } from 'node:net'
import { nearestName } from '#server/config/nearest-name.ts'
import { formatBytes, parseBytes } from '#server/config/quantities.ts'
import { agentHelp, ALIASES, FLAGS, IGNORED, NAMES, TOGGLES, variableOf } from './agent-flags.ts'

/** An address to listen on or to send to. */
export interface HostPort {
  /** Empty: as `--listen-host` says. IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** Where spans go. */
export interface Target extends HostPort {
  /** Each address that the name has is a collector of its own (`dns:///`). */
  readonly everyAddress: boolean
}

export interface ReporterTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly serverName: string
  readonly skipHostVerify: boolean
}

export interface AgentSettings {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'auto' | 'json' | 'text'
  readonly listenHost: string
  readonly allowUnauthenticated: boolean
  readonly admin: HostPort
  readonly http: HostPort
  readonly compact: HostPort
  readonly binary: HostPort
  readonly zipkin: HostPort
  readonly targets: readonly Target[]
  readonly tls: ReporterTls | undefined
  /** A file whose first line goes with every call as bearer token; empty: none. */
  readonly tokenFile: string
  /** Times that a batch is sent before it is given up; 0: until it arrives or the buffer is full. */
  readonly retryMax: number
  readonly bufferBytes: number
  readonly tags: readonly (readonly [key: string, value: string])[]
}

/** What to do with a command line. */
export type LoadedAgentSettings =
  | { readonly kind: 'settings'; readonly settings: AgentSettings; readonly ignored: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'error'; readonly message: string }

interface Given {
  readonly text: string
  readonly where: string
}

class AgentSettingsError extends Error {}

export interface AgentSettingSources {
  /** After the word `agent`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The content of a YAML or JSON file as plain values; throws with the problem. */
  readonly readFile: (path: string) => Promise<unknown>
}

/** Flags before variables before the file before defaults; of what is wrong, the first as one line. */
export async function loadAgentSettings({ argv, env, readFile }: AgentSettingSources): Promise<LoadedAgentSettings> {
  try {
    const ignored: string[] = []
    const flags = readFlags(argv, ignored)
    if (flags === 'help') return { kind: 'help', text: agentHelp() }
    if (flags === 'version') return { kind: 'version' }
    const variables = readVariables(env)
    const path = flags.get('config-file') ?? variables.get('config-file')
    const file = path === undefined ? new Map<string, Given>() : await readGivenFile(path, readFile, ignored)
    const read = (name: string): Given =>
      flags.get(name) ??
      variables.get(name) ??
      file.get(name) ?? { text: FLAGS.find(each => each.name === name)?.default ?? '', where: `--${name}` }
    return { kind: 'settings', settings: settingsOf(read, env), ignored }
  } catch (error) {
    if (error instanceof AgentSettingsError) return { kind: 'error', message: error.message }
    throw error
  }
}

/** `--name=value`, `--name value`, `--toggle`, `--toggle=false`. */
function readFlags(argv: readonly string[], ignored: string[]): Map<string, Given> | 'help' | 'version' {
  const values = new Map<string, Given>()
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]
    if (argument === '--help' || argument === '-h' || argument === 'help') return 'help'
    if (argument === '--version' || argument === '-v' || argument === 'version') return 'version'
    if (!argument.startsWith('--')) {
      throw new AgentSettingsError(
        `${JSON.stringify(argument.slice(0, 100))}: unexpected argument, expected --NAME=VALUE`,
      )
    }
    const equals = argument.indexOf('=')
    const written = argument.slice(2, equals < 0 ? undefined : equals)
    const name = known(written, `--${written}`)
    let text: string
    if (equals >= 0) text = argument.slice(equals + 1)
    else if (TOGGLES.has(name)) text = 'true'
    else {
      i++
      if (i >= argv.length) throw new AgentSettingsError(`--${written}: a value is missing after it`)
      text = argv[i]
    }
    if (IGNORED.has(name)) ignored.push(name)
    else values.set(name, { text, where: `--${written}` })
  }
  return values
}

function readVariables(env: Readonly<Record<string, string | undefined>>): Map<string, Given> {
  const values = new Map<string, Given>()
  const take = (variable: string, name: string): void => {
    const text = env[variable]
    // An empty one counts as absent: compose files pass those on.
    if (text !== undefined && text !== '' && !values.has(name)) values.set(name, { text, where: variable })
  }
  for (const { name, ours } of FLAGS) take(variableOf(name, ours), name)
  for (const [alias, name] of ALIASES) take(variableOf(alias), name)
  return values
}

async function readGivenFile(
  path: Given,
  readFile: AgentSettingSources['readFile'],
  ignored: string[],
): Promise<Map<string, Given>> {
  let content: unknown
  try {
    content = await readFile(path.text)
  } catch (error) {
    throw new AgentSettingsError(
      `${path.where} ${path.text}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const values = new Map<string, Given>()
  const collect = (node: unknown, prefix: string): void => {
    if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
      for (const [key, value] of Object.entries(node)) collect(value, prefix === '' ? key : `${prefix}.${key}`)
      return
    }
    if (node === null || node === undefined) return
    const where = `${path.text}: ${prefix}`
    const name = known(prefix, where)
    if (typeof node !== 'string' && typeof node !== 'number' && typeof node !== 'boolean') {
      throw new AgentSettingsError(`${where}: got a list, expected one value`)
    }
    if (IGNORED.has(name)) ignored.push(name)
    else values.set(name, { text: String(node), where })
  }
  collect(content, '')
  return values
}

/** The name that is meant; throws for one that is none. */
function known(written: string, where: string): string {
  const name = ALIASES.get(written) ?? written
  if (NAMES.includes(name) || IGNORED.has(name)) return name
  if (/^collector\.host-port$|^reporter\.tchannel/.test(name)) {
    throw new AgentSettingsError(
      `${where}: TChannel is not spoken any more, expected --reporter.grpc.host-port with the collector’s port 14250`,
    )
  }
  const meant = nearestName(name, NAMES)
  throw new AgentSettingsError(
    `${where.slice(0, 200)}: unknown, ${meant === undefined ? '--help lists all' : `did you mean --${meant}?`}`,
  )
}

function settingsOf(read: (name: string) => Given, env: AgentSettingSources['env']): AgentSettings {
  const text = (name: string): string => read(name).text.trim()
  const wrong = (name: string, expected: string): never => {
    const { text: seen, where } = read(name)
    throw new AgentSettingsError(`${where}: got ${JSON.stringify(seen.slice(0, 100))}, expected ${expected}`)
  }
  const toggle = (name: string): boolean => {
    const value = text(name)
    return value === 'true' || value === '1'
      ? true
      : value === 'false' || value === '0'
        ? false
        : wrong(name, 'true or false')
  }
  const word = <Word extends string>(name: string, words: readonly Word[]): Word =>
    words.find(each => each === text(name)) ?? wrong(name, words.join(', '))
  const listen = (name: string): HostPort =>
    parseHostPort(text(name), '') ?? wrong(name, 'HOST:PORT or :PORT, such as :6831')
  const targets = (): Target[] => {
    const name = 'reporter.grpc.host-port'
    const expected = 'the collector’s address, such as jaeger-collector:14250'
    if (text(name) === '') {
      throw new AgentSettingsError(
        `--${name}: nothing is given, expected ${expected} (the variable is REPORTER_GRPC_HOST_PORT)`,
      )
    }
    return text(name)
      .split(',')
      .map(each => parseTarget(each.trim()) ?? wrong(name, expected))
  }
  const retryMax = text('reporter.grpc.retry.max')
  const buffer = parseBytes(text('reporter.buffer'))
  const tls = (part: string): string => text(`reporter.grpc.tls.${part}`)
  if ((tls('cert') === '') !== (tls('key') === '')) {
    const missing = tls('cert') === '' ? 'cert' : 'key'
    throw new AgentSettingsError(`--reporter.grpc.tls.${missing}: nothing is given; certificate and key go together`)
  }
  return {
    logLevel: word('log-level', ['debug', 'info', 'warn', 'error']),
    logFormat: word('log-format', ['auto', 'json', 'text']),
    listenHost: text('listen-host').replace(/^\[(.*)\]$/, '$1'),
    allowUnauthenticated: toggle('allow-unauthenticated'),
    admin: listen('admin.http.host-port'),
    http: listen('http-server.host-port'),
    compact: listen('processor.jaeger-compact.server-host-port'),
    binary: listen('processor.jaeger-binary.server-host-port'),
    zipkin: listen('processor.zipkin-compact.server-host-port'),
    targets: targets(),
    tls: toggle('reporter.grpc.tls.enabled')
      ? {
          ca: tls('ca'),
          cert: tls('cert'),
          key: tls('key'),
          serverName: tls('server-name'),
          skipHostVerify: toggle('reporter.grpc.tls.skip-host-verify'),
        }
      : undefined,
    tokenFile: text('reporter.grpc.token-file'),
    retryMax: /^\d{1,9}$/.test(retryMax) ? Number(retryMax) : wrong('reporter.grpc.retry.max', 'a whole number'),
    bufferBytes:
      buffer !== undefined && buffer >= 2 ** 20 && buffer <= 2 ** 36
        ? buffer
        : wrong('reporter.buffer', `a size from ${formatBytes(2 ** 20)} to ${formatBytes(2 ** 36)}`),
    tags: parseTags(text('agent.tags'), env) ?? wrong('agent.tags', 'key=value pairs, separated by commas'),
  }
}

/** `host:port`, `:port`, `[::1]:port`, or a bare port. */
function parseHostPort(text: string, scheme: string): HostPort | undefined {
  const match = /^(?:(?:\[([0-9a-f:.%]+)\]|([^:\s[\]/]*)):)?(\d{1,5})$/i.exec(text.slice(scheme.length))
  if (match === null) return undefined
  const host = match[1] ?? match[2] ?? ''
  const port = Number(match[3])
  if (port > 65_535 || (match[1] !== undefined && !isIPv6(match[1]))) return undefined
  return { host, port }
}

function parseTarget(text: string): Target | undefined {
  const scheme = /^(?:dns|passthrough):\/\/[^/]*\//.exec(text)?.[0] ?? /^dns:/.exec(text)?.[0] ?? ''
  const target = parseHostPort(text, scheme)
  if (target === undefined || target.host === '' || target.port === 0) return undefined
  return { ...target, everyAddress: scheme.startsWith('dns') }
}

/** `k=v,k2=${VARIABLE:default}`; a variable that is not set and has no default gives the empty text. */
function parseTags(text: string, env: AgentSettingSources['env']): [string, string][] | undefined {
  const tags: [string, string][] = []
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue
    const equals = pair.indexOf('=')
    if (equals < 1) return undefined
    const value = pair.slice(equals + 1).trim()
    const variable = /^\$\{([^:}]+)(?::([^}]*))?\}$/.exec(value)
    const told = variable === null ? value : env[variable[1]]
    tags.push([pair.slice(0, equals).trim(), told === undefined || told === '' ? (variable?.[2] ?? '') : told])
  }
  return tags
}

/** The flags of an agent by name, with what they mean; agent-settings.ts reads them. */

interface Flag {
  readonly name: string
  readonly default: string
  readonly meaning: string
  /** Takes no value on the command line. */
  readonly toggle?: true
  /** Its variable begins with SPOOR_. */
  readonly ours?: true
}

export const FLAGS: readonly Flag[] = [
  {
    name: 'reporter.grpc.host-port',
    default: '',
    meaning: 'The collector: HOST:PORT, several with commas, or dns:///HOST:PORT for all addresses of a name',
  },
  {
    name: 'reporter.grpc.retry.max',
    default: '0',
    meaning: 'Times that a batch is sent before it is given up; 0: until it arrives or the buffer is full',
  },
  { name: 'reporter.grpc.tls.enabled', default: 'false', toggle: true, meaning: 'Speak TLS with the collector' },
  {
    name: 'reporter.grpc.tls.ca',
    default: '',
    meaning: 'A file of the authorities that are trusted; those of Node when empty',
  },
  { name: 'reporter.grpc.tls.cert', default: '', meaning: 'A file with the certificate to show' },
  { name: 'reporter.grpc.tls.key', default: '', meaning: 'A file with its key' },
  {
    name: 'reporter.grpc.tls.server-name',
    default: '',
    meaning: 'The name that the collector’s certificate must be for',
  },
  { name: 'reporter.grpc.tls.skip-host-verify', default: 'false', toggle: true, meaning: 'Take any certificate' },
  {
    name: 'reporter.grpc.token-file',
    default: '',
    ours: true,
    meaning: 'A file whose first line is sent as bearer token',
  },
  {
    name: 'reporter.buffer',
    default: '32MiB',
    ours: true,
    meaning: 'Spans that wait for the collector may take so much; above, datagrams are dropped and counted',
  },
  { name: 'agent.tags', default: '', meaning: 'Tags of every process: key=value,key=${VARIABLE:default}' },
  {
    name: 'processor.jaeger-compact.server-host-port',
    default: ':6831',
    meaning: 'Jaeger clients, compact Thrift over UDP',
  },
  {
    name: 'processor.jaeger-binary.server-host-port',
    default: ':6832',
    meaning: 'Jaeger clients, binary Thrift over UDP',
  },
  {
    name: 'processor.zipkin-compact.server-host-port',
    default: ':5775',
    meaning: 'The oldest Jaeger clients over UDP',
  },
  { name: 'http-server.host-port', default: ':5778', meaning: 'What clients ask about sampling and baggage' },
  { name: 'admin.http.host-port', default: ':14271', meaning: 'Health and /metrics' },
  {
    name: 'listen-host',
    default: 'loopback',
    ours: true,
    meaning: 'The address of listeners that name none; any that others reach needs --allow-unauthenticated',
  },
  {
    name: 'allow-unauthenticated',
    default: 'false',
    toggle: true,
    ours: true,
    meaning: 'Listen on an address that others can reach although nobody has to log in',
  },
  { name: 'log-level', default: 'info', meaning: 'debug, info, warn or error' },
  { name: 'log-format', default: 'auto', ours: true, meaning: 'json, text, or auto: text on a terminal' },
  { name: 'config-file', default: '', meaning: 'A YAML or JSON file with any of these, flat or nested at the dots' },
]

/** Other names of the same. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['jaeger.tags', 'agent.tags'],
  ['reporter.grpc.tls', 'reporter.grpc.tls.enabled'],
  ['admin-http-port', 'admin.http.host-port'],
  ['admin.http-port', 'admin.http.host-port'],
])

/** Flags of Jaeger's agent that have nothing to set here; taken, and said once. */
export const IGNORED: ReadonlySet<string> = new Set([
  'reporter.type',
  'reporter.grpc.discovery.min-peers',
  'reporter.grpc.tls.min-version',
  'reporter.grpc.tls.max-version',
  'reporter.grpc.tls.cipher-suites',
  'metrics-backend',
  'metrics-http-route',
  'log-encoding',
  'span-storage.type',
  ...['jaeger-compact', 'jaeger-binary', 'zipkin-compact'].flatMap(name =>
    ['workers', 'server-queue-size', 'server-max-packet-size', 'server-socket-buffer-size'].map(
      part => `processor.${name}.${part}`,
    ),
  ),
])

export const TOGGLES: ReadonlySet<string> = new Set(
  FLAGS.flatMap(({ name, toggle }) => (toggle === true ? [name] : [])),
)
export const NAMES: readonly string[] = FLAGS.map(({ name }) => name)

/** `reporter.grpc.host-port` is `REPORTER_GRPC_HOST_PORT`, as of Jaeger’s; ours begin with `SPOOR_`. */
export function variableOf(name: string, ours?: true): string {
  return `${ours === true ? 'SPOOR_' : ''}${name.toUpperCase().replace(/[.-]/g, '_')}`
}

/** `--help`. */
export function agentHelp(): string {
  const lines = [
    'Usage: spoor agent [--NAME=VALUE]...',
    '',
    'Takes what Jaeger’s clients send over UDP and hands it to a collector over gRPC; answers what they ask about sampling.',
    '',
  ]
  for (const { name, default: fallback, meaning, toggle, ours } of FLAGS) {
    lines.push(`  --${name}${toggle === true ? '' : '=VALUE'}   ${variableOf(name, ours)}`)
    lines.push(`        ${meaning}${toggle === true || fallback === '' ? '' : ` [${fallback}]`}`)
  }
  lines.push('', '  --help, -h', '  --version, -v', '')
  return lines.join('\n')
}

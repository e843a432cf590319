import type { z } from 'zod'
import type { Setting } from './setting.ts'
import { samplingSettings } from './sampling-settings.ts'
import { tlsSettings } from './tls-settings.ts'
import {
  byteSize,
  duration,
  filePath,
  filePathOrNone,
  hostPatternList,
  listenHost,
  oneOf,
  originList,
  port,
  toggle,
  urlPrefix,
  wholeNumber,
} from './values.ts'

/**
 * Every setting, once. The command line, the environment, the configuration file, `--help`, docs/configuration.md and the type
 * `Settings` all come from this table; a new setting is one entry here.
 *
 * `--query-port 80`, `SPOOR_QUERY_PORT=80`, `query-port: 80` and `query: { port: 80 }` are the same; of those given, the first in
 * this order counts: flag, environment, file, default.
 */

function setting<Schema extends z.ZodType<unknown, string>>(entry: Setting<Schema>): Setting<Schema> {
  return entry
}

const MiB = 2 ** 20

/** The table; its keys are the fields of `Settings`, with their unit in the name where they have one. */
export const settingsTable = {
  configFile: setting({
    group: 'Program',
    name: 'config',
    schema: filePathOrNone,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'FILE',
    meaning: 'A YAML file with any of these settings by their names, flat or nested at the dashes',
  }),
  demo: setting({
    group: 'Program',
    name: 'demo',
    schema: toggle,
    default: 'false',
    meaning: 'Load the demonstration traces at the start',
  }),
  uiConfigFile: setting({
    group: 'Program',
    name: 'ui-config',
    jaegerName: 'query.ui-config',
    schema: filePathOrNone,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'FILE',
    meaning:
      'Jaeger UI’s configuration file (JSON): links in the menu, links made of attributes, limits of the search form, archiving, themes',
  }),
  noOpen: setting({
    group: 'Program',
    name: 'no-open',
    schema: toggle,
    default: 'false',
    meaning: 'Do not open a browser at the start; one is opened only when started from a terminal',
  }),
  logLevel: setting({
    group: 'Program',
    name: 'log-level',
    schema: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    placeholder: 'LEVEL',
    meaning: 'Log lines below this level are left out: debug, info, warn, error',
  }),
  logFormat: setting({
    group: 'Program',
    name: 'log-format',
    schema: oneOf('auto', 'json', 'text'),
    default: 'auto',
    placeholder: 'FORMAT',
    meaning: 'json: one object a line; text: for reading; auto: text on a terminal, otherwise json',
  }),

  listenHost: setting({
    group: 'Listening',
    name: 'listen-host',
    schema: listenHost,
    default: 'loopback',
    placeholder: 'HOST',
    meaning:
      'The address of every listener. loopback is 127.0.0.1 and ::1; any other that can be reached from outside needs ' +
      '--allow-unauthenticated',
  }),
  queryPort: setting({
    group: 'Listening',
    name: 'query-port',
    schema: port,
    default: '16686',
    placeholder: 'PORT',
    meaning: 'The screens, the query API and OTLP/HTTP',
  }),
  otlpGrpcPort: setting({
    group: 'Listening',
    name: 'otlp-grpc-port',
    schema: port,
    default: '4317',
    placeholder: 'PORT',
    meaning: 'OTLP over gRPC',
  }),
  otlpHttpPort: setting({
    group: 'Listening',
    name: 'otlp-http-port',
    schema: port,
    default: '4318',
    placeholder: 'PORT',
    meaning: 'OTLP over HTTP, protobuf and JSON',
  }),
  jaegerGrpcPort: setting({
    group: 'Listening',
    name: 'jaeger-grpc-port',
    schema: port,
    default: '14250',
    placeholder: 'PORT',
    meaning: 'Jaeger clients and agents over gRPC',
  }),
  jaegerHttpPort: setting({
    group: 'Listening',
    name: 'jaeger-http-port',
    schema: port,
    default: '14268',
    placeholder: 'PORT',
    meaning: 'Jaeger clients over HTTP (Thrift), and their sampling',
  }),
  jaegerCompactPort: setting({
    group: 'Listening',
    name: 'jaeger-compact-port',
    schema: port,
    default: '6831',
    placeholder: 'PORT',
    meaning: 'Jaeger clients over UDP, compact Thrift',
  }),
  jaegerBinaryPort: setting({
    group: 'Listening',
    name: 'jaeger-binary-port',
    schema: port,
    default: '6832',
    placeholder: 'PORT',
    meaning: 'Jaeger clients over UDP, binary Thrift (Node)',
  }),
  samplingPort: setting({
    group: 'Listening',
    name: 'sampling-port',
    schema: port,
    default: '5778',
    placeholder: 'PORT',
    meaning: 'Sampling and baggage restrictions, as a Jaeger agent answers',
  }),
  samplingGrpcPort: setting({
    group: 'Listening',
    name: 'sampling-grpc-port',
    schema: port,
    default: '5779',
    placeholder: 'PORT',
    meaning: 'Sampling over gRPC',
  }),
  zipkinPort: setting({
    group: 'Listening',
    name: 'zipkin-port',
    schema: port,
    default: '9411',
    placeholder: 'PORT',
    meaning: 'Zipkin over HTTP: v1 and v2, JSON, Thrift and protobuf',
  }),
  zipkinCompactPort: setting({
    group: 'Listening',
    name: 'zipkin-compact-port',
    schema: port,
    default: '5775',
    placeholder: 'PORT',
    meaning: 'The oldest Jaeger clients over UDP, Zipkin’s spans in compact Thrift',
  }),
  adminPort: setting({
    group: 'Listening',
    name: 'admin-port',
    schema: port,
    default: '14269',
    placeholder: 'PORT',
    meaning: 'Health and /metrics',
  }),
  portOffset: setting({
    group: 'Listening',
    name: 'port-offset',
    schema: wholeNumber(0, 65_535),
    default: '0',
    placeholder: 'N',
    meaning: 'Added to every port except 0: 10000 lets a Jaeger run beside this',
  }),
  basePath: setting({
    group: 'Listening',
    name: 'base-path',
    jaegerName: 'query.base-path',
    schema: urlPrefix,
    default: '/',
    placeholder: 'PATH',
    meaning: 'The path before every page and API address of the query port, for a proxy that shares a host',
  }),

  allowUnauthenticated: setting({
    group: 'Access',
    name: 'allow-unauthenticated',
    schema: toggle,
    default: 'false',
    meaning: 'Listen on an address that others can reach although nobody has to log in',
  }),
  allowedHosts: setting({
    group: 'Access',
    name: 'allowed-hosts',
    schema: hostPatternList,
    default: '',
    defaultMeaning: 'on loopback its names, elsewhere any',
    placeholder: 'LIST',
    meaning: 'Host names that requests may be addressed to, without ports; * for any',
  }),
  corsOrigins: setting({
    group: 'Access',
    name: 'cors-origins',
    schema: originList,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'LIST',
    meaning: 'Origins whose pages may send spans to the OTLP/HTTP port; * for any',
  }),

  embedOrigins: setting({
    group: 'Access',
    name: 'embed-origins',
    schema: originList,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'LIST',
    meaning: 'Origins whose pages may show pages of this server inside of them; * for any',
  }),

  ingestTokenFile: setting({
    group: 'Access',
    name: 'ingest-token-file',
    schema: filePathOrNone,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'FILE',
    meaning:
      'Who sends spans over TCP must show one of the bearer tokens of this file, one a line; read again when it changes',
  }),
  ingestPasswordFile: setting({
    group: 'Access',
    name: 'ingest-password-file',
    schema: filePathOrNone,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'FILE',
    meaning:
      'Who sends spans over TCP must show a user and password of this file, user:password a line, or as htpasswd -s writes it',
  }),

  ...tlsSettings,

  storage: setting({
    group: 'Storage',
    name: 'storage',
    schema: oneOf('blocks', 'memory', 'discard'),
    default: 'blocks',
    placeholder: 'KIND',
    meaning: 'blocks: on disk in --data-dir; memory: gone at the end; discard: decoded, counted, thrown away',
  }),
  dataDir: setting({
    group: 'Storage',
    name: 'data-dir',
    schema: filePath,
    default: machine => `${machine.dataHome}/spoor`,
    defaultMeaning: '~/.local/share/spoor',
    placeholder: 'DIR',
    meaning: 'The folder of the blocks store; created when it is not there',
  }),
  durability: setting({
    group: 'Storage',
    name: 'durability',
    schema: oneOf('synced', 'buffered', 'memory'),
    default: 'synced',
    placeholder: 'WHEN',
    meaning:
      'When a sender gets its answer: synced: when the disk has the spans; buffered: when the system has them, which a power ' +
      'cut can undo; memory: when the process has them',
  }),
  retentionAgeMs: setting({
    group: 'Storage',
    name: 'retention-age',
    schema: duration('0', '36500d'),
    default: '7d',
    placeholder: 'DURATION',
    meaning: 'Spans are deleted this long after they came in; 0 for never',
  }),
  retentionBytes: setting({
    group: 'Storage',
    name: 'retention-bytes',
    schema: byteSize('0', '8000TiB'),
    default: '0',
    defaultMeaning: '80 % of what the store has plus what is free',
    placeholder: 'SIZE',
    meaning: 'The oldest spans are deleted above this size on disk',
  }),
  archiveBytes: setting({
    group: 'Storage',
    name: 'archive-bytes',
    schema: byteSize('0', '8000TiB'),
    default: '1GiB',
    placeholder: 'SIZE',
    meaning:
      'Archived traces, which are never deleted by age or size, take at most this much; further ones are refused',
  }),
  diskReserveBytes: setting({
    group: 'Storage',
    name: 'disk-reserve',
    schema: byteSize('0', '8000TiB'),
    default: '0',
    defaultMeaning: 'the larger of 5 % of the disk and 1GiB',
    placeholder: 'SIZE',
    meaning: 'Spans are refused, and reads go on, while less than this is free on the disk',
  }),
  memoryStoreSpans: setting({
    group: 'Storage',
    name: 'memory-store-spans',
    schema: wholeNumber(1000, 1_000_000_000),
    default: '1000000',
    placeholder: 'N',
    meaning: 'With --storage memory, the oldest spans are dropped above this many',
  }),
  memoryStoreBytes: setting({
    group: 'Storage',
    name: 'memory-store-bytes',
    schema: byteSize('16MiB', '8TiB'),
    default: '512MiB',
    placeholder: 'SIZE',
    meaning: 'With --storage memory, the oldest spans are dropped above this size',
  }),

  ingestWorkers: setting({
    group: 'Ingest',
    name: 'ingest-workers',
    schema: wholeNumber(1, 64),
    default: machine => String(Math.min(4, Math.max(1, machine.cores - 1))),
    defaultMeaning: 'processors - 1, from 1 to 4',
    placeholder: 'N',
    meaning: 'Threads that take spans in; one of them where the system cannot share a port',
  }),
  memoryBudgetBytes: setting({
    group: 'Ingest',
    name: 'memory-budget',
    schema: byteSize('16MiB', '1TiB'),
    default: machine => String(Math.min(2 ** 40, Math.max(192 * MiB, Math.floor(machine.memoryBytes / 10)))),
    defaultMeaning: 'a tenth of the memory, at least 192MiB',
    placeholder: 'SIZE',
    meaning:
      'Requests being read or not yet stored may hold this much; above half new ones wait, over it they are refused',
  }),
  maxRequestBytes: setting({
    group: 'Ingest',
    name: 'max-request-bytes',
    schema: byteSize('1KiB', '1GiB'),
    default: '64MiB',
    placeholder: 'SIZE',
    meaning: 'The largest request taken, as sent and again as unpacked',
  }),
  headerTimeoutMs: setting({
    group: 'Ingest',
    name: 'header-timeout',
    schema: duration('100ms', '10m'),
    default: '10s',
    placeholder: 'DURATION',
    meaning: 'The headers of a request must be there within this time',
  }),
  bodyTimeoutMs: setting({
    group: 'Ingest',
    name: 'body-timeout',
    schema: duration('100ms', '1h'),
    default: '60s',
    placeholder: 'DURATION',
    meaning: 'The body of a request must be there within this time',
  }),
  maxConnections: setting({
    group: 'Ingest',
    name: 'max-connections',
    schema: wholeNumber(1, 1_000_000),
    default: '1000',
    placeholder: 'N',
    meaning: 'Open connections of one listener; further ones are closed at once',
  }),

  ...samplingSettings,

  maxAttributes: setting({
    group: 'Limits of one span',
    name: 'max-attributes',
    schema: wholeNumber(1, 65_535),
    default: '1024',
    placeholder: 'N',
    meaning: 'Attributes of a span, an event, a link, a scope or a resource; further ones are dropped and counted',
  }),
  maxEvents: setting({
    group: 'Limits of one span',
    name: 'max-events',
    schema: wholeNumber(0, 65_535),
    default: '1024',
    placeholder: 'N',
    meaning: 'Events of a span; further ones are dropped and counted',
  }),
  maxLinks: setting({
    group: 'Limits of one span',
    name: 'max-links',
    schema: wholeNumber(0, 65_535),
    default: '1024',
    placeholder: 'N',
    meaning: 'Links of a span; further ones are dropped and counted',
  }),
  maxValueBytes: setting({
    group: 'Limits of one span',
    name: 'max-value-bytes',
    schema: byteSize('64', '16MiB'),
    default: '64KiB',
    placeholder: 'SIZE',
    meaning: 'The length of one attribute value; a longer one is cut, marked and counted',
  }),
  maxNesting: setting({
    group: 'Limits of one span',
    name: 'max-nesting',
    schema: wholeNumber(1, 256),
    default: '32',
    placeholder: 'N',
    meaning: 'How deep arrays and maps may be nested in one value',
  }),

  queryWorkers: setting({
    group: 'Queries',
    name: 'query-workers',
    schema: wholeNumber(1, 64),
    default: machine => String(Math.min(4, Math.max(1, machine.cores - 1))),
    defaultMeaning: 'processors - 1, from 1 to 4',
    placeholder: 'N',
    meaning: 'Threads that run queries',
  }),
  queryDeadlineMs: setting({
    group: 'Queries',
    name: 'query-deadline',
    schema: duration('100ms', '1h'),
    default: '30s',
    placeholder: 'DURATION',
    meaning: 'A query that takes longer is stopped',
  }),
  queryConcurrency: setting({
    group: 'Queries',
    name: 'query-concurrency',
    schema: wholeNumber(1, 1024),
    default: '16',
    placeholder: 'N',
    meaning: 'Queries that run at once; further ones wait',
  }),
  queryQueueMs: setting({
    group: 'Queries',
    name: 'query-queue',
    schema: duration('0', '10m'),
    default: '10s',
    placeholder: 'DURATION',
    meaning: 'A query that has waited this long for its turn is refused',
  }),
} as const

type Table = typeof settingsTable

/** All settings with their values. Sizes in bytes, times in milliseconds; ports with the offset applied. */
export type Settings = { readonly [Key in keyof Table]: z.output<Table[Key]['schema']> }

/** A field of `Settings`. */
export type SettingKey = keyof Table

/** The table as a list, in the order of `--help`. */
export function settingEntries(): readonly (readonly [SettingKey, Setting<z.ZodType<unknown, string>>])[] {
  return Object.entries(settingsTable) as unknown as [SettingKey, Setting<z.ZodType<unknown, string>>][]
}

/** `query-port` -> `SPOOR_QUERY_PORT`. */
export function variableOf(name: string): string {
  return `SPOOR_${name.toUpperCase().replace(/[.-]/g, '_')}`
}

/** The variable of a setting that has a name of Jaeger's, as Jaeger has it: `collector.grpc.tls.cert` -> `COLLECTOR_GRPC_TLS_CERT`. */
export function jaegerVariableOf({ name: own, jaegerName }: Setting<z.ZodType<unknown, string>>): string | undefined {
  const name = jaegerName ?? own
  return name.includes('.') && !name.startsWith('tls.') ? name.toUpperCase().replace(/[.-]/g, '_') : undefined
}

/** Whether the setting takes no value on the command line. */
export function isToggle(entry: Setting<z.ZodType<unknown, string>>): boolean {
  return entry.placeholder === undefined
}

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatReference } from './help.ts'
import { loadSettings, type LoadedSettings } from './load-settings.ts'
import { tlsDoors } from './tls-settings.ts'
import { nearestName } from './nearest-name.ts'
import type { Machine } from './setting.ts'
import { settingEntries, variableOf, type Settings } from './settings-table.ts'

const machine: Machine = { cores: 8, memoryBytes: 16 * 2 ** 30, dataHome: '/home/ada/.local/share' }

function load(argv: string, env: Record<string, string> = {}, files: Record<string, string> = {}): LoadedSettings {
  return loadSettings({
    argv: argv === '' ? [] : argv.split(' '),
    env,
    readFile: path => {
      if (path in files) return files[path]
      throw Object.assign(new Error('no'), { code: 'ENOENT' })
    },
    machine,
  })
}

function settings(...given: Parameters<typeof load>): Settings {
  const loaded = load(...given)
  if (loaded.kind !== 'settings') throw new Error(JSON.stringify(loaded))
  return loaded.settings
}

function complaint(...given: Parameters<typeof load>): string {
  const loaded = load(...given)
  return loaded.kind === 'error' ? loaded.message : `(${loaded.kind})`
}

test('defaults', () => {
  expect(settings('')).toMatchObject({
    listenHost: 'loopback',
    queryPort: 16686,
    otlpGrpcPort: 4317,
    otlpHttpPort: 4318,
    adminPort: 14269,
    storage: 'blocks',
    dataDir: '/home/ada/.local/share/spoor',
    ingestWorkers: 4,
    retentionAgeMs: 604_800_000,
    maxRequestBytes: 67_108_864,
    memoryBudgetBytes: Math.floor((16 * 2 ** 30) / 10),
    basePath: '',
    corsOrigins: [],
    demo: false,
    configFile: '',
  })
})

test('defaults of a small machine', () => {
  const loaded = loadSettings({
    argv: [],
    env: {},
    readFile: () => '',
    machine: { cores: 1, memoryBytes: 2 ** 29, dataHome: '/d' },
  })
  expect(loaded).toMatchObject({ settings: { ingestWorkers: 1, queryWorkers: 1, memoryBudgetBytes: 192 * 2 ** 20 } })
})

test('flag before variable before file before default', () => {
  const files = { 'a.yaml': 'query-port: 1\nadmin-port: 1001\nlog-level: debug\n' }
  const env = { SPOOR_QUERY_PORT: '2', SPOOR_ADMIN_PORT: '1002', SPOOR_CONFIG: 'a.yaml' }
  expect(settings('--query-port=3', env, files)).toMatchObject({
    queryPort: 3,
    adminPort: 1002,
    logLevel: 'debug',
    otlpGrpcPort: 4317,
  })
})

test('a file may be nested at any dash', () => {
  const nested = `
otlp:
  grpc: { port: 5317 }
  http-port: 5318
storage: memory
memory:
  store-spans: 5000
demo: true
allowed-hosts: [a.example, '*.b.example']
cors-origins: https://a.example, http://[::1]:3000
`
  expect(settings('--config x', {}, { x: nested })).toMatchObject({
    otlpGrpcPort: 5317,
    otlpHttpPort: 5318,
    storage: 'memory',
    memoryStoreSpans: 5000,
    demo: true,
    allowedHosts: ['a.example', '*.b.example'],
    corsOrigins: ['https://a.example', 'http://[::1]:3000'],
  })
  expect(settings('--config x', {}, { x: '' }).queryPort).toBe(16686)
})

test('Jaeger’s names: dotted flags, variables without a prefix, files nested at dots', () => {
  const expected = { jaegerGrpcTlsEnabled: true, jaegerGrpcTlsCert: '/c', otlpHttpTlsKey: '/k', allTlsClientCa: '/ca' }
  const files = {
    x: 'collector:\n  grpc: { tls: { enabled: true, cert: /c } }\n  otlp: { http.tls.key: /k }\ntls.client-ca: /ca\n',
  }
  expect(settings('--config x', {}, files)).toMatchObject(expected)
  const flags = '--collector.grpc.tls.enabled --collector.grpc.tls.cert=/c --collector.otlp.http.tls.key /k'
  expect(settings(`${flags} --tls.client-ca /ca`)).toMatchObject(expected)
  const env = {
    COLLECTOR_GRPC_TLS_ENABLED: 'true',
    SPOOR_COLLECTOR_GRPC_TLS_CERT: '/c',
    COLLECTOR_OTLP_HTTP_TLS_KEY: '/k',
  }
  expect(settings('', { ...env, SPOOR_TLS_CLIENT_CA: '/ca', TLS_CERT: '/of-something-else' })).toMatchObject(expected)
  expect(settings('', { TLS_CERT: '/of-something-else' }).allTlsCert).toBe('')
})

test('settings of sampling have Jaeger’s flags and variables too, and a collector tells 1 in 1,000', () => {
  const expected = {
    samplingType: 'adaptive',
    samplingStrategiesFile: '/s',
    ingestSampleRate: 0.25,
    adaptiveTargetPerSecond: 5,
  }
  const ours = '--sampling-type adaptive --sampling-strategies-file /s --ingest-sample-rate 0.25'
  expect(settings(`${ours} --sampling.target-samples-per-second 5`)).toMatchObject(expected)
  const env = {
    SAMPLING_CONFIG_TYPE: 'adaptive',
    SAMPLING_STRATEGIES_FILE: '/s',
    DOWNSAMPLING_RATIO: '0.25',
    SAMPLING_TARGET_SAMPLES_PER_SECOND: '5.0',
  }
  expect(settings('', env)).toMatchObject(expected)
  expect(settings('--sampling.strategies-file /s --downsampling.ratio=0.25').ingestSampleRate).toBe(0.25)
  const wrong = load('--downsampling.ratio=2')
  expect(wrong).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('--downsampling.ratio: got "2"') as string,
  })
  expect(settings('').samplingDefaultProbability).toBe(1)
  const collector = loadSettings({ argv: [], env: {}, readFile: () => '', role: 'collector' })
  expect(collector).toMatchObject({ settings: { samplingDefaultProbability: 0.001 } })
})

test('a door speaks TLS by its own switch or the general one, with its own files before the general ones', () => {
  const of = (flags: string) => tlsDoors(settings(flags))
  expect(of('--tls.cert=/c --tls.key=/k')).toEqual([])
  expect(of('--collector.grpc.tls.enabled --tls.cert=/c --tls.key=/k --collector.grpc.tls.key=/own')).toEqual([
    { name: 'collector.grpc.tls', listener: 'jaeger-grpc', cert: '/c', key: '/own', clientCa: '' },
  ])
  expect(of('--tls.enabled --tls.cert=/c --tls.key=/k').map(({ listener }) => listener)).toEqual([
    'otlp-grpc',
    'otlp-http',
    'jaeger-grpc',
    'jaeger-http',
    'zipkin',
    'sampling',
    'sampling-grpc',
    'query',
    'admin',
  ])
})

test('every setting is taken from flag, variable and file alike', () => {
  const samples: Readonly<Record<string, string>> = {
    config: 'x', 'log-level': 'warn', 'log-format': 'json', 'listen-host': '[::1]', 'base-path': '/jaeger/', 'allowed-hosts': 'a,*.b',
    'cors-origins': '*', 'embed-origins': '*', storage: 'discard', 'data-dir': '/data', durability: 'buffered', 'port-offset': '7',
    'sampling-type': 'adaptive', 'sampling.buckets-for-calculation': '3', 'sampling.aggregation-buckets': '3',
  } // prettier-ignore
  for (const [key, entry] of settingEntries()) {
    const text =
      samples[entry.name] ??
      { PORT: '1234', N: '12345', SIZE: '32MiB', DURATION: '5s', SHARE: '0.5' }[entry.placeholder ?? ''] ??
      'true'
    const sample = ['ingest-workers', 'query-workers', 'query-concurrency', 'max-nesting'].includes(entry.name)
      ? '3'
      : entry.name === 'max-value-bytes'
        ? '1MiB'
        : text
    const byFlag = settings(`--${entry.name}=${sample}`, {}, { x: '' })
    const byVariable = settings('', { [variableOf(entry.name)]: sample }, { x: '' })
    expect(byVariable).toEqual(byFlag)
    const inFile = entry.name === 'config' ? '' : `${entry.name}: "${sample}"`
    expect({ ...settings('--config x', {}, { x: inFile }), configFile: byFlag.configFile }).toEqual(byFlag)
    expect({ [entry.name]: byFlag[key] }).not.toEqual({ [entry.name]: settings('')[key] })
  }
})

test('the offset moves every port but 0', () => {
  expect(settings('--port-offset 10000 --admin-port 0')).toMatchObject({
    queryPort: 26686,
    otlpGrpcPort: 14317,
    otlpHttpPort: 14318,
    adminPort: 0,
  })
})

test('a toggle alone is true, a list given twice adds, other flags count the last time', () => {
  expect(
    settings('--demo --allowed-hosts a --allowed-hosts b,c --query-port 1 --query-port 2 --no-open=false'),
  ).toMatchObject({ demo: true, allowedHosts: ['a', 'b', 'c'], queryPort: 2, noOpen: false })
})

test.each([
  ['--qurey-port 1', '--qurey-port: unknown flag, did you mean --query-port?'],
  ['--nonsense-entirely', '--nonsense-entirely: unknown flag, --help lists all'],
  ['--query-port', '--query-port: a value is missing after it'],
  ['--query-port --demo', '--query-port: a value is missing after it'],
  ['--query-port 99999', '--query-port: got "99999", expected a whole number from 0 to 65535'],
  ['--query-port -1', '--query-port: got "-1", expected a whole number from 0 to 65535'],
  ['--query-port 1e3', '--query-port: got "1e3", expected a whole number from 0 to 65535'],
  ['--demo=yes', '--demo: got "yes", expected true or false'],
  ['--storage disk', '--storage: got "disk", expected blocks, memory or discard'],
  ['--retention-age 7', '--retention-age: got "7", expected a duration from 0 to 36500d, such as 90s or 1h30m'],
  ['--max-request-bytes 2GiB', '--max-request-bytes: got "2GiB", expected a size from 1KiB to 1GiB, such as 512MiB or 2GB'],
  ['--listen-host 300.1.1.1', '--listen-host: got "300.1.1.1", expected loopback, an address such as 0.0.0.0 or ::1, or a host name'],
  ['--base-path /a/../b', '--base-path: got "/a/../b", expected a path that begins with a slash, such as /traces'],
  ['--cors-origins shop.example', '--cors-origins: got "shop.example", expected * or origins such as https://shop.example, separated by commas'],
  ['serve', '"serve": unexpected argument, expected --NAME VALUE (see --help)'],
  ['-p 1', '"-p": unexpected argument, expected --NAME VALUE (see --help)'],
  ['--config no.yaml', '--config no.yaml: no such file'],
  ['--query-port 60000 --port-offset 10000', '--port-offset: 10000 moves query-port from 60000 to 70000, expected at most 65535'],
  ['--admin-port 4318', '--admin-port: 4318 is the otlp-http-port already, expected a port of its own'],
])('%s', (argv, message) => {
  expect(complaint(argv)).toBe(message)
}) // prettier-ignore

test.each([
  ['query-prot: 1', 'f: query-prot: unknown key, did you mean query-port?'],
  ['query: 5', 'f: query: unknown key, --help lists all'],
  ['query: { prt: 5 }', 'f: query-prt: unknown key, did you mean query-port?'],
  ['query-port: [1]', 'f: query-port: got a list, expected one value'],
  ['query-port:', 'f: query-port: got nothing, expected one value'],
  ['query-port: 70000', 'f: query-port: got "70000", expected a whole number from 0 to 65535'],
  ['query-port: 1\nquery: { port: 2 }', 'f: query-port: given twice, flat and nested'],
  ['- a', 'f: the file is a list, expected keys with values'],
  ['just text', 'f: the file is "just text", expected keys with values'],
  ['config: other', 'f: config: a settings file cannot name another one'],
  ['__proto__: { query-port: 1 }', 'f: __proto__: unknown key, --help lists all'],
])('file %j', (content, message) => {
  expect(complaint('--config f', {}, { f: content })).toBe(message)
})

test('a file that is not YAML is named with its line', () => {
  expect(complaint('--config f', {}, { f: 'query-port: 1\nadmin-port: [1' })).toMatch(/^--config f, line 2: not YAML: /)
  expect(complaint('--config f', {}, { f: 'query-port: 1\nquery-port: 2' })).toMatch(/^--config f, line 2: not YAML: /)
  expect(complaint('--config f', {}, { f: ' '.repeat(2 ** 20 + 1) })).toMatch(/1048577 characters/)
})

test('variables: unknown ones stop, empty ones and what Kubernetes sets for services do not', () => {
  expect(complaint('', { SPOOR_QUERY_PROT: '1' })).toBe(
    'SPOOR_QUERY_PROT: unknown variable, did you mean SPOOR_QUERY_PORT?',
  )
  expect(complaint('', { SPOOR_QUERY_PORT: 'x' })).toMatch(/^SPOOR_QUERY_PORT: got "x", expected a whole number/)
  const kubernetes = {
    SPOOR_QUERY_PORT: 'tcp://10.0.0.1:16686',
    SPOOR_QUERY_SERVICE_HOST: '10.0.0.1',
    SPOOR_QUERY_SERVICE_PORT: '16686',
    SPOOR_QUERY_SERVICE_PORT_HTTP: '16686',
    SPOOR_QUERY_PORT_16686_TCP: 'tcp://10.0.0.1:16686',
    SPOOR_QUERY_PORT_16686_TCP_PROTO: 'tcp',
    SPOOR_QUERY_PORT_16686_TCP_PORT: '16686',
    SPOOR_QUERY_PORT_16686_TCP_ADDR: '10.0.0.1',
    SPOOR_ADMIN_PORT: '',
    OTHER: 'x',
  }
  expect(settings('', kubernetes)).toEqual(settings(''))
})

test('help fits a terminal and names every setting', () => {
  const loaded = load('--help --nothing'.split(' ')[0])
  if (loaded.kind !== 'help') throw new Error(loaded.kind)
  expect(loaded.text.split('\n').filter(line => line.length > 80)).toEqual([])
  const listed = settingEntries().filter(([, entry]) => entry.unlisted !== true)
  for (const [, entry] of listed) expect(loaded.text).toContain(`--${entry.name}`)
  expect(load('-v')).toEqual({ kind: 'version' })
})

test('names are unique, and no name is a group of another in a way a file could not say', () => {
  const names = settingEntries().map(([, entry]) => entry.name)
  expect(new Set(names).size).toBe(names.length)
})

test('docs/configuration.md is what the table says (node server/config/write-reference.ts)', () => {
  const written = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  expect(written).toBe(formatReference())
})

test('the nearest name', () => {
  expect(nearestName('retention-aeg', ['retention-age', 'retention-bytes'])).toBe('retention-age')
  expect(nearestName('x', ['config', 'demo'])).toBeUndefined()
  expect(nearestName('a'.repeat(1e6), ['config'])).toBeUndefined()
})

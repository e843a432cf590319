import { expect, test } from 'vitest'
import { type AgentSettings, loadAgentSettings } from './agent-settings.ts'

const load = (argv: string[], env: Record<string, string> = {}, file?: unknown) =>
  loadAgentSettings({ argv, env, readFile: () => Promise.resolve(file) })

async function settings(...given: Parameters<typeof load>): Promise<AgentSettings> {
  const loaded = await load(...given)
  if (loaded.kind !== 'settings') throw new Error(JSON.stringify(loaded))
  return loaded.settings
}

async function problem(...given: Parameters<typeof load>): Promise<string> {
  const loaded = await load(...given)
  return loaded.kind === 'error' ? loaded.message : `no problem: ${loaded.kind}`
}

const target = '--reporter.grpc.host-port=c:14250'

test('one variable is enough', async () => {
  expect(await settings([], { REPORTER_GRPC_HOST_PORT: 'jaeger-collector:14250' })).toMatchObject({
    targets: [{ host: 'jaeger-collector', port: 14_250, everyAddress: false }],
    compact: { host: '', port: 6831 },
    binary: { host: '', port: 6832 },
    zipkin: { host: '', port: 5775 },
    http: { host: '', port: 5778 },
    admin: { host: '', port: 14_271 },
    listenHost: 'loopback',
    tls: undefined,
    retryMax: 0,
    tags: [],
  })
})

test('what Jaeger’s operator writes beside a container', async () => {
  const loaded = await load(
    [
      '--agent.tags=cluster=undefined,pod.name=${POD_NAME:},host.ip=${HOST_IP:none},container.name=app',
      '--reporter.grpc.host-port=dns:///simplest-collector-headless.shop.svc:14250',
      '--reporter.type=grpc',
      '--processor.jaeger-compact.workers=10',
    ],
    { POD_NAME: 'web-1' },
  )
  expect(loaded).toMatchObject({ kind: 'settings', ignored: ['reporter.type', 'processor.jaeger-compact.workers'] })
  if (loaded.kind !== 'settings') return
  expect(loaded.settings.targets).toEqual([
    { host: 'simplest-collector-headless.shop.svc', port: 14_250, everyAddress: true },
  ])
  expect(loaded.settings.tags).toEqual([
    ['cluster', 'undefined'],
    ['pod.name', 'web-1'],
    ['host.ip', 'none'],
    ['container.name', 'app'],
  ])
})

test('flags count before variables, those before the file; an older name is the same', async () => {
  const file = { reporter: { grpc: { 'host-port': 'f:1', tls: { enabled: true, ca: '/ca' } } }, 'log-level': 'warn' }
  const given = await settings(
    ['--config-file', '/x', '--jaeger.tags=a=flag'],
    { JAEGER_TAGS: 'a=variable', LOG_LEVEL: 'error', SPOOR_LISTEN_HOST: '0.0.0.0' },
    file,
  )
  expect(given).toMatchObject({
    targets: [{ host: 'f', port: 1 }],
    tls: { ca: '/ca', skipHostVerify: false },
    logLevel: 'error',
    tags: [['a', 'flag']],
    listenHost: '0.0.0.0',
  })
})

test('several collectors, IPv6, an address to listen on', async () => {
  const given = await settings(['--reporter.grpc.host-port=a:1, [::1]:2', '--http-server.host-port=0.0.0.0:80'])
  expect(given.targets).toEqual([
    { host: 'a', port: 1, everyAddress: false },
    { host: '::1', port: 2, everyAddress: false },
  ])
  expect(given.http).toEqual({ host: '0.0.0.0', port: 80 })
})

test('what is wrong is told in one line', async () => {
  expect(await problem([])).toContain('--reporter.grpc.host-port: nothing is given')
  expect(await problem([target, '--processor.jaeger-compact.server-host-por=:1'])).toBe(
    '--processor.jaeger-compact.server-host-por: unknown, did you mean --processor.jaeger-compact.server-host-port?',
  )
  expect(await problem(['--collector.host-port=c:14267'])).toContain('TChannel is not spoken')
  expect(await problem([], { REPORTER_GRPC_HOST_PORT: 'nonsense' })).toBe(
    'REPORTER_GRPC_HOST_PORT: got "nonsense", expected the collector’s address, such as jaeger-collector:14250',
  )
  expect(await problem([target, '--admin.http.host-port=:99999'])).toContain('got ":99999", expected HOST:PORT')
  expect(await problem([target, '--agent.tags=novalue'])).toContain('expected key=value pairs')
  expect(await problem([target, '--reporter.grpc.tls.cert=/c'])).toContain('--reporter.grpc.tls.key: nothing is given')
  expect(await problem([target, '--reporter.grpc.tls.enabled=perhaps'])).toContain('expected true or false')
  expect(await problem([target, '--reporter.buffer'])).toBe('--reporter.buffer: a value is missing after it')
  expect(await problem([target, 'odd'])).toContain('"odd": unexpected argument')
  expect(await problem([target, '--config-file=/x'], {}, { reporter: ['a'] })).toContain('/x: reporter')
})

test('help and version', async () => {
  expect(await load(['--help'])).toMatchObject({
    kind: 'help',
    text: expect.stringContaining('REPORTER_GRPC_HOST_PORT'),
  })
  expect(await load(['version'])).toEqual({ kind: 'version' })
})

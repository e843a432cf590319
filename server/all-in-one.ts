/**
 * The composition root of the main thread of the whole server: settings, store, ingest workers, the query and admin ports.
 * Everything that can be wrong at the start is one line on stderr that names the setting, and exit code 1.
 */
import { accessSync, constants, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import {
  allowedHosts,
  describeDataDirError,
  describeListenError,
  type ListenAddress,
  listenAddresses,
  refusedBinding,
} from '#server/config/listening.ts'
import { loadSettings } from '#server/config/load-settings.ts'
import type { Settings } from '#server/config/settings-table.ts'
import { StoreUnavailableError } from './errors.ts'
import { datagramPorts, type PortSetting, portSettings } from '#server/protocols/protocol.ts'
import { buildAdminApp } from '#server/routes/admin-app.ts'
import { buildApp } from '#server/routes/build-app.ts'
import { buildSamplingApp, SAMPLING_PATHS } from '#server/routes/sampling-app.ts'
import { openUiConfig, type UiConfigSource } from '#server/config/ui-config-file.ts'
import { makeDirectory } from '#server/config/make-directory.ts'
import { tlsDoors } from '#server/config/tls-settings.ts'
import { createLogger, type Log } from '#server/telemetry/logger.ts'
import { QueryCounts } from '#server/telemetry/query-counts.ts'
import { ByteBudget, createSharedByteBudget } from '#server/transport/byte-budget.ts'
import { type Credentials, CredentialsError, openCredentials } from '#server/transport/credentials.ts'
import { type DoorTls, openDoorTls, TlsError } from '#server/transport/tls.ts'
import type { ForwardedRequest } from '#server/transport/listener.ts'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { openStore } from './adapters.ts'
import { type PortKind, PortProbes, PortTaken } from './port-probes.ts'
import { IngestThreads, ListenFailure } from './ingest-threads.ts'
import { openBrowser } from './open-browser.ts'
import { openSampling } from './open-sampling.ts'
import { readStatus } from './status.ts'
import { VERSION } from './version.ts'

/** How long requests in progress may take after SIGTERM. */
const DRAIN_MS = 10_000
const STARTED_MS = Date.now()

/**
 * Starts it with the flags of the command line, in the role of a collector with the defaults of Jaeger’s. Resolves when it is ready, or when
 * what was asked for is printed.
 */
export async function startAllInOne(argv: readonly string[], role?: 'collector'): Promise<void> {
  const loaded = loadSettings({ argv, role, env: process.env, readFile: path => readFileSync(path, 'utf8') })
  if (loaded.kind === 'settings') await serve(loaded.settings)
  else if (loaded.kind === 'help') process.stdout.write(loaded.text)
  else if (loaded.kind === 'version') process.stdout.write(`spoor ${VERSION}\n`)
  else fail(loaded.message)
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function prepareDataDirectory(settings: Settings): void {
  if (settings.storage !== 'blocks') return
  try {
    makeDirectory(settings.dataDir)
    accessSync(settings.dataDir, constants.W_OK | constants.R_OK)
  } catch (error) {
    fail(describeDataDirError(error, settings.dataDir))
  }
}

function readUiConfig(settings: Settings, log: Log): UiConfigSource {
  const file = settings.uiConfigFile
  try {
    const source = openUiConfig(file, problem =>
      log.error({ file }, `the configuration of the pages: ${problem}; the one read before stays in force`),
    )
    for (const note of source.notes) log.info({ file }, `the configuration of the pages: ${note}`)
    return source
  } catch (error) {
    return fail(`--ui-config: ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What the doors speak TLS with, and who may send. What is wrong with their files ends the program with a line. */
function readSecrets(
  settings: Settings,
  log: Log,
): { readonly tls: ReadonlyMap<string, DoorTls>; readonly credentials: Credentials | undefined } {
  try {
    const tls = openDoorTls(tlsDoors(settings), log)
    const files = { tokens: settings.ingestTokenFile, passwords: settings.ingestPasswordFile }
    return { tls, credentials: openCredentials(files, log) }
  } catch (error) {
    if (error instanceof TlsError || error instanceof CredentialsError) fail(error.message)
    throw error
  }
}

/** One Fastify listens on several hosts: the first is its own server, the others are handed to its handler. */
async function listenOn(
  app: FastifyInstance,
  hosts: readonly ListenAddress[],
  port: number,
  setting: string,
  tls: DoorTls | undefined,
): Promise<{ address: string; port: number; close: () => void; closeAll: () => void }> {
  const [first, ...others] = hosts
  try {
    await app.listen({ host: first.host, port })
  } catch (error) {
    fail(describeListenError(error, setting, port, first.host))
  }
  const address = app.server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  // With TLS the server that Fastify makes is one of node:https.
  tls?.follow(app.server as unknown as TlsServer)
  const servers = await Promise.all(
    others.map(async ({ host, required }) => {
      const answer: RequestListener = (request, response) => app.routing(request, response)
      const server = tls === undefined ? createHttpServer(answer) : createTlsServer(tls.options, answer)
      if (server instanceof TlsServer) tls?.follow(server)
      await new Promise<void>(resolve => {
        server.once('error', error => {
          if (required) fail(describeListenError(error, setting, bound, host))
          resolve()
        })
        server.listen({ host, port: bound }, resolve)
      })
      return server
    }),
  )
  return {
    address: first.host,
    port: bound,
    close: () => {
      for (const server of servers) {
        server.close()
        server.closeIdleConnections()
      }
    },
    closeAll: () => {
      for (const server of [app.server, ...servers]) server.closeAllConnections()
    },
  }
}

async function serve(settings: Settings): Promise<void> {
  const refused = refusedBinding(settings)
  if (refused !== undefined) fail(refused)
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat })
  const hosts = listenAddresses(settings)
  const names = allowedHosts(settings)
  const { tls, credentials } = readSecrets(settings, log)
  prepareDataDirectory(settings)
  const probes = new PortProbes(hosts)
  const find = (setting: string, port: number, kind: PortKind): Promise<number> =>
    probes.find(setting, port, kind).catch((error: unknown) => {
      if (error instanceof PortTaken) fail(error.message)
      throw error
    })
  const queryPort = await find('query-port', settings.queryPort, 'stream')
  const adminPort = await find('admin-port', settings.adminPort, 'stream')
  const asked: Readonly<Record<PortSetting, number>> = {
    'otlp-grpc-port': settings.otlpGrpcPort,
    'otlp-http-port': settings.otlpHttpPort,
    'jaeger-grpc-port': settings.jaegerGrpcPort,
    'jaeger-http-port': settings.jaegerHttpPort,
    'jaeger-compact-port': settings.jaegerCompactPort,
    'jaeger-binary-port': settings.jaegerBinaryPort,
    'sampling-port': settings.samplingPort,
    'sampling-grpc-port': settings.samplingGrpcPort,
    'zipkin-port': settings.zipkinPort,
    'zipkin-compact-port': settings.zipkinCompactPort,
  }
  let ports = { ...asked }
  for (const name of portSettings) {
    ports[name] = await find(name, asked[name], datagramPorts.has(name) ? 'datagram' : 'stream')
  }

  const store = await openStore(settings, log).catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) fail(`--data-dir: ${error.message}`)
    throw error
  })
  let available = false
  const uiConfig = readUiConfig(settings, log)
  const { sampling, startRounds } = await openSampling(settings, log, () => threads.takeRoots()).catch(
    (error: unknown) => fail(`--sampling-strategies-file: ${error instanceof Error ? error.message : String(error)}`),
  )
  const samplingApp = buildSamplingApp({ strategyOf: service => sampling.strategyOf(service), log })
  const budget = createSharedByteBudget(settings.memoryBudgetBytes)
  const count = process.platform === 'linux' ? settings.ingestWorkers : 1
  const ingestThreads = {
    count,
    settings,
    hosts,
    allowedHosts: names,
    reusePort: count > 1,
    budget,
    connectWriter: (port: MessagePort) => store.connectWriter(port),
    forward: async (request: ForwardedRequest) => {
      const samplingPaths: readonly string[] = Object.values(SAMPLING_PATHS)
      const asked = samplingPaths.includes(request.path.split('?')[0]) ? samplingApp : app
      const answer = await asked.inject({
        method: request.method as InjectOptions['method'],
        url: request.path,
        headers: { ...request.headers },
        payload: Buffer.from(request.body),
      })
      const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as const],
      )
      return { status: answer.statusCode, headers: Object.fromEntries(headers), body: answer.rawPayload }
    },
    log,
    onFailure: (error: Error) => {
      log.error({ err: error }, 'an ingest worker failed: the process ends, the log is read at the next start')
      process.exit(1)
    },
  }
  const start = (free: typeof ports): Promise<IngestThreads> => {
    ports = free
    return IngestThreads.start({ ...ingestThreads, ports })
  }
  const takenOf = (error: unknown) => (error instanceof ListenFailure ? error.taken : undefined)
  const threads = await probes.open(ports, start, takenOf).catch((error: unknown) => {
    if (error instanceof ListenFailure) fail(error.message)
    throw error
  })

  startRounds()

  const requests = { query: 0, admin: 0, unauthenticated: 0 }
  const listeners = (): StatusAnswer['listeners'] => [
    {
      name: 'query',
      address: hosts[0].host,
      port: queryPort,
      requests: requests.query,
      refused: requests.unauthenticated === 0 ? {} : { unauthenticated: requests.unauthenticated },
    },
    { name: 'admin', address: hosts[0].host, port: adminPort, requests: requests.admin, refused: {} },
  ]
  const status = (): Promise<StatusAnswer> =>
    readStatus({
      version: VERSION,
      settings,
      reader: store.reader,
      reports: () => threads.reports(),
      listeners,
      queryWorkers: settings.queryWorkers,
      sampling: () => sampling.state,
      budgetBytes: () => new ByteBudget(budget).usedBytes,
    })
  const app = await buildApp({
    version: VERSION,
    reader: store.reader,
    log,
    status,
    demo: {
      load: async () => {
        await store.reader.removeDemo()
        return await threads.loadDemo(BigInt(Date.now()) * 1_000_000n)
      },
      remove: () => store.reader.removeDemo(),
    },
    uiConfig: () => uiConfig.current(),
    otlp: request => threads.otlp(request),
    importFile: request => threads.importFile(request),
    bodyTimeoutMs: settings.bodyTimeoutMs,
    allowedHosts: names,
    embedOrigins: settings.embedOrigins,
    basePath: settings.basePath,
    maxRequestBytes: settings.maxRequestBytes,
    tls: tls.get('query'),
    credentials,
    appDirectory: join(import.meta.dirname, '../dist/app'),
  })
  app.addHook('onRequest', async () => void requests.query++)
  const queries = new QueryCounts()
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 401) requests.unauthenticated++
    queries.note(request.method, request.url, reply.statusCode, reply.elapsedTime)
  })
  const admin = buildAdminApp({
    version: VERSION,
    log,
    status,
    queries,
    available: () => available,
    allowedHosts: names,
    startedMs: STARTED_MS,
    tls: tls.get('admin'),
  })
  admin.addHook('onRequest', async () => void requests.admin++)
  await probes.release(['admin-port'])
  const openAdmin = await listenOn(admin, hosts, adminPort, 'admin-port', tls.get('admin'))
  await probes.release(['query-port'])
  const openQuery = await listenOn(app, hosts, queryPort, 'query-port', tls.get('query'))
  if (settings.demo) await threads.loadDemo(BigInt(Date.now()) * 1_000_000n)
  // Before anyone is told that it is ready: who reads that may send the signal at once.
  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    available = false
    log.info({ signal }, 'stopping: requests in progress may end')
    const late = setTimeout(() => {
      for (const open of [openQuery, openAdmin]) open.closeAll()
    }, DRAIN_MS)
    await threads.stop(DRAIN_MS)
    openQuery.close()
    openAdmin.close()
    await app.close()
    await store.close()
    await admin.close()
    await samplingApp.close()
    sampling.close()
    clearTimeout(late)
    log.info({}, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  available = true

  const url = `${tls.has('query') ? 'https' : 'http'}://${hosts[0].host.includes(':') ? `[${hosts[0].host}]` : hosts[0].host}:${openQuery.port}${settings.basePath}`
  if (settings.storage === 'blocks') log.info({ dataDir: settings.dataDir }, 'spans are kept here')
  else log.warn({ storage: settings.storage }, 'spans are gone when this process ends')
  if (settings.allowUnauthenticated) {
    log.warn(
      { listenHost: settings.listenHost },
      credentials === undefined
        ? 'anyone who reaches these ports can read and send spans'
        : 'anyone who reaches these ports can read spans, and send some over UDP',
    )
  }
  log.info(
    {
      url,
      port: openQuery.port,
      otlpHttpPort: ports['otlp-http-port'],
      otlpGrpcPort: ports['otlp-grpc-port'],
      jaegerGrpcPort: ports['jaeger-grpc-port'],
      jaegerHttpPort: ports['jaeger-http-port'],
      jaegerCompactPort: ports['jaeger-compact-port'],
      jaegerBinaryPort: ports['jaeger-binary-port'],
      samplingPort: ports['sampling-port'],
      samplingGrpcPort: ports['sampling-grpc-port'],
      zipkinPort: ports['zipkin-port'],
      zipkinCompactPort: ports['zipkin-compact-port'],
      adminPort: openAdmin.port,
      version: VERSION,
    },
    'ready',
  )
  if (!settings.noOpen && process.stdout.isTTY) openBrowser(url)
}

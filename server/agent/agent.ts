/**
 * The composition root of an agent: UDP listeners, the pipeline, a reporter to the collector, and two small HTTP ports. One thread, no store,
 * no framework: it stands beside every container or on every node, and its memory is paid for each time.
 */
import { allowedHosts, isLoopback, listenAddresses } from '#server/config/listening.ts'
import { createIngest } from '#server/pipeline/pipeline.ts'
import { Ledger } from '#server/pipeline/ledger.ts'
import { Senders } from '#server/pipeline/senders.ts'
import { listenAgentHttp } from '#server/protocols/jaeger/agent-http.ts'
import { createJaegerDecoders } from '#server/protocols/jaeger/decoders.ts'
import { listenJaegerUdp } from '#server/protocols/jaeger/jaeger-udp.ts'
import { createZipkinDecoders } from '#server/protocols/zipkin/decoders.ts'
import { listenZipkinUdp } from '#server/protocols/zipkin/zipkin-udp.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { ByteBudget, createSharedByteBudget } from '#server/transport/byte-budget.ts'
import { type HttpRoute, listenHttp } from '#server/transport/http-listener.ts'
import type { HttpAnswer, Listener, ListenerContext } from '#server/transport/listener.ts'
import { DEFAULT_SPAN_LIMITS } from '#shared/spans/span-table-builder.ts'
import { formatAgentMetrics } from './agent-metrics.ts'
import type { AgentSettings, HostPort } from './agent-settings.ts'
import { Collectors, type CollectorsOptions, readTls, readToken } from './collectors.ts'
import { Reporter, type ReporterStats } from './reporter.ts'
import { createReporterWriter } from './reporter-writer.ts'
import { SamplingProxy } from './sampling-proxy.ts'

/** Datagrams that are being decoded: each is handed on within one turn, so this is never near. */
const DATAGRAM_BYTES = 16 * 2 ** 20
/** Questions are a line, and those who ask many. */
const HTTP_LIMITS = { maxRequestBytes: 64 * 1024, headerTimeoutMs: 5000, bodyTimeoutMs: 5000, maxConnections: 1000 }

/** What can't be started with; `message` is the line to print. */
export class AgentStartError extends Error {
  override readonly name = 'AgentStartError'
}

export interface AgentOptions extends Pick<CollectorsOptions, 'timeoutMs' | 'backoffMs'> {
  readonly settings: AgentSettings
  readonly version: string
  readonly log: Log
}

export interface Agent {
  /** By listener: `jaeger-compact`, `jaeger-binary`, `zipkin-compact`, `sampling`, `admin`. */
  readonly ports: Readonly<Record<string, number>>
  metrics(): string
  reporter(): ReporterStats
  /** Takes nothing more, delivers what was taken for at most `drainMs`; resolves with the spans that were lost by that. */
  stop(drainMs: number): Promise<number>
}

/** Opens everything; rejects with AgentStartError when something can't be. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { settings, version, log } = options
  checkFiles(settings)
  const collectors = new Collectors({
    ...options,
    targets: settings.targets,
    tls: settings.tls,
    tokenFile: settings.tokenFile,
  })
  const reporter = new Reporter({ collectors, bufferBytes: settings.bufferBytes, retryMax: settings.retryMax, log })
  const writer = createReporterWriter(reporter, settings.tags)
  const ledger = new Ledger()
  const ingest = createIngest({
    writers: new Map([['main', writer]]),
    limits: DEFAULT_SPAN_LIMITS,
    ledger,
    senders: new Senders(),
    now: Date.now,
  })
  const proxy = new SamplingProxy(collectors, log)
  const jaeger = createJaegerDecoders()
  const zipkin = createZipkinDecoders()
  const stopping = new AbortController()
  const budget = new ByteBudget(createSharedByteBudget(DATAGRAM_BYTES))
  const startedMs = Date.now()
  const listeners: Listener[] = []
  let available = false

  const contextOf = (host: string, forward: ListenerContext['forward']): ListenerContext => ({
    hosts: listenAddresses({ listenHost: host }),
    reusePort: false,
    limits: HTTP_LIMITS,
    budget,
    corsOrigins: [],
    allowedHosts: allowedHosts({ listenHost: host, allowedHosts: [] }),
    forward,
    log,
    signal: stopping.signal,
  })
  const metrics = (): string => {
    const { user, system } = process.cpuUsage()
    return formatAgentMetrics({
      version,
      startedMs,
      ledger: ledger.report(),
      refused: writer.refused(),
      reporter: reporter.stats(),
      bufferBytes: settings.bufferBytes,
      proxy: proxy.counts,
      listeners: listeners.map(listener => ({ name: listener.name, stats: listener.stats() })),
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
    })
  }
  const health = (): HttpAnswer => {
    const status = available ? 'Server available' : 'Server not available'
    const uptime = `${((Date.now() - startedMs) / 1000).toFixed(3)}s`
    const body = JSON.stringify({ status, upSince: new Date(startedMs).toISOString(), uptime })
    return { status: available ? 200 : 503, headers: { 'content-type': 'application/json' }, body }
  }
  const adminRoutes: readonly HttpRoute[] = [
    { method: 'GET', path: '/', handle: health },
    {
      method: 'GET',
      path: '/metrics',
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: metrics(),
      }),
    },
    {
      method: 'GET',
      path: '/version',
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ version }),
      }),
    },
  ]
  const nothingElse: ListenerContext['forward'] = ({ method, path }) =>
    Promise.resolve({ status: 404, body: `${method} ${path.slice(0, 200)} is not answered here\n` })

  const doors: readonly (readonly [
    setting: string,
    at: HostPort,
    open: (context: ListenerContext, port: number) => Promise<Listener>,
    forward?: ListenerContext['forward'],
  ])[] = [
    [
      'processor.jaeger-compact.server-host-port',
      settings.compact,
      (context, port) => listenJaegerUdp(context, port, 'compact', ingest, jaeger),
    ],
    [
      'processor.jaeger-binary.server-host-port',
      settings.binary,
      (context, port) => listenJaegerUdp(context, port, 'binary', ingest, jaeger),
    ],
    [
      'processor.zipkin-compact.server-host-port',
      settings.zipkin,
      (context, port) => listenZipkinUdp(context, port, ingest, zipkin),
    ],
    ['http-server.host-port', settings.http, listenAgentHttp, proxy.answer],
    [
      'admin.http.host-port',
      settings.admin,
      (context, port) => listenHttp(context, { name: 'admin', port, routes: adminRoutes }),
    ],
  ]
  let stopped: Promise<number> | undefined
  const stop = (drainMs: number): Promise<number> => (stopped ??= stopAll(drainMs))
  const stopAll = async (drainMs: number): Promise<number> => {
    available = false
    stopping.abort()
    const admin = listeners.find(({ name }) => name === 'admin')
    const doorsOpen = listeners.filter(listener => listener !== admin)
    const begun = performance.now()
    await Promise.all(doorsOpen.map(listener => listener.close(drainMs)))
    const lost = await reporter.close(Math.max(0, drainMs - (performance.now() - begun)))
    await admin?.close(0)
    return lost
  }
  try {
    for (const [setting, { host, port }, open, forward = nothingElse] of doors) {
      const at = host === '' ? settings.listenHost : host
      if (!isLoopback(at) && !settings.allowUnauthenticated) {
        throw new AgentStartError(
          `--${host === '' ? 'listen-host' : setting}: ${at} can be reached from outside and nobody would have to log in; ` +
            'add --allow-unauthenticated (SPOOR_ALLOW_UNAUTHENTICATED=true) if that is meant, or listen on loopback',
        )
      }
      listeners.push(await openDoor(setting, at, port, () => open(contextOf(at, forward), port)))
    }
  } catch (error) {
    await stop(0)
    throw error
  }
  available = true
  return {
    ports: Object.fromEntries(listeners.map(({ name, port }) => [name, port])),
    metrics,
    reporter: () => reporter.stats(),
    stop,
  }
}

async function openDoor(setting: string, host: string, port: number, open: () => Promise<Listener>): Promise<Listener> {
  try {
    return await open()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EADDRINUSE'
        ? 'is in use by another program (a Jaeger’s agent, or this one a second time?)'
        : code === 'EACCES'
          ? 'may not be opened by this user'
          : `can not be opened: ${code ?? message}`
    throw new AgentStartError(`--${setting}: ${host}:${port} ${why}`)
  }
}

/** What is read later must be there now: a wrong path is told at the start. */
function checkFiles({ tls, tokenFile }: AgentSettings): void {
  try {
    if (tls !== undefined) readTls(tls, '')
  } catch (error) {
    throw new AgentStartError(`--reporter.grpc.tls.*: ${(error as Error).message}`)
  }
  try {
    if (tokenFile !== '') readToken(tokenFile)
  } catch (error) {
    throw new AgentStartError(`--reporter.grpc.token-file: ${(error as Error).message}`)
  }
}

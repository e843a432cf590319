/**
 * Composition root of an ingest worker: transport, protocols, pipeline and the store's writers, in one thread. No span
 * crosses a thread on the way in.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { describeListenError } from '#server/config/listening.ts'
import { tlsDoors } from '#server/config/tls-settings.ts'
import { createIngest } from '#server/pipeline/pipeline.ts'
import { Ledger } from '#server/pipeline/ledger.ts'
import { Senders } from '#server/pipeline/senders.ts'
import { handleOtlpHttp } from '#server/protocols/otlp/otlp-http.ts'
import { importFile } from '#server/protocols/import/import-file.ts'
import { createOtlpProtocol } from '#server/protocols/otlp/otlp.ts'
import { createOtlpDecoders } from '#server/protocols/otlp/receive.ts'
import { createJaegerProtocol } from '#server/protocols/jaeger/jaeger.ts'
import { createZipkinProtocol } from '#server/protocols/zipkin/zipkin.ts'
import { PortError } from '#server/protocols/protocol.ts'
import { RootCounter } from '#server/sampling/sampled-roots.ts'
import { traceSampler } from '#server/sampling/trace-sampler.ts'
import type { SpanClass, SpanWriter } from '#server/storage/store.ts'
import { createLogger } from '#server/telemetry/logger.ts'
import { ByteBudget } from '#server/transport/byte-budget.ts'
import { openCredentials } from '#server/transport/credentials.ts'
import { openDoorTls } from '#server/transport/tls.ts'
import type { ForwardedRequest, HttpAnswer, Listener, ListenerContext } from '#server/transport/listener.ts'

import type { SpanLimits } from '#shared/spans/span-table-builder.ts'
import { createWriter } from './adapters.ts'
import { ChunksInterruptedError, readChunks } from './chunk-channel.ts'
import { LimitError, OverloadedError, StoreUnavailableError } from './errors.ts'
import type {
  FromWorker,
  ImportMessage,
  ImportOutcome,
  IngestReport,
  IngestWorkerData,
  ToWorker,
} from './ingest-protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const data = workerData as IngestWorkerData
const { settings } = data

const log = createLogger({
  level: settings.logLevel,
  format: settings.logFormat,
  fields: { worker: `ingest-${data.index}` },
})
const tell = (message: FromWorker): void => port.postMessage(message)

const writers = new Map<SpanClass, SpanWriter>(
  data.writers.map(({ spanClass, init, port: storePort }) => [
    spanClass,
    createWriter(settings.storage, init, storePort, spanClass),
  ]),
)
const ledger = new Ledger()
const senders = new Senders()
const limits: SpanLimits = {
  attributes: settings.maxAttributes,
  events: settings.maxEvents,
  links: settings.maxLinks,
  valueBytes: settings.maxValueBytes,
  depth: settings.maxNesting,
}
const roots = new RootCounter()
const ingest = createIngest({
  writers,
  ledger,
  senders,
  now: Date.now,
  limits,
  sampled: traceSampler(settings.ingestSampleRate),
  ...(settings.samplingType === 'adaptive' ? { onRows: (table, from) => roots.note(table, from) } : {}),
})
const notKept = new Map<string, number>()
function onNotKept(signal: string): void {
  const before = notKept.get(signal) ?? 0
  notKept.set(signal, before + 1)
  // The senders are not told (protocols/otlp/receive.ts), so whoever runs the server is; once a worker, counted ever after.
  if (before === 0) log.info({ signal }, 'a signal that is not kept comes in: this server keeps traces only')
}

const receiver = { ingest, onNotKept, decoders: createOtlpDecoders() }

// ---- requests that are main's to answer ----

let nextForward = 1
const forwarded = new Map<number, (answer: HttpAnswer) => void>()

function forward(request: ForwardedRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const id = nextForward++
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      forwarded.delete(id)
      tell({ kind: 'forward-cancelled', id })
      reject(new Error('the client has left'))
    }
    signal.addEventListener('abort', gone, { once: true })
    forwarded.set(id, answer => {
      signal.removeEventListener('abort', gone)
      resolve(answer)
    })
    tell({ kind: 'forward', id, request })
  })
}

// ---- listeners ----

const stopping = new AbortController()
const context: ListenerContext = {
  hosts: data.hosts,
  reusePort: data.reusePort,
  limits: {
    maxRequestBytes: settings.maxRequestBytes,
    headerTimeoutMs: settings.headerTimeoutMs,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    maxConnections: settings.maxConnections,
  },
  budget: new ByteBudget(data.budget),
  corsOrigins: settings.corsOrigins,
  allowedHosts: data.allowedHosts,
  // Main has read them once, so that what is wrong with them is told as a line.
  tls: openDoorTls(tlsDoors(settings), log),
  credentials: openCredentials({ tokens: settings.ingestTokenFile, passwords: settings.ingestPasswordFile }, log),
  forward,
  log,
  signal: stopping.signal,
}
let listeners: readonly Listener[] = []

function report(): IngestReport {
  return {
    ledger: ledger.report(),
    senders: senders.report(Date.now()),
    listeners: listeners.map(listener => ({
      name: listener.name,
      address: listener.address,
      port: listener.port,
      stats: listener.stats(),
    })),
    notKept: Object.fromEntries(notKept),
  }
}

async function loadDemo(now: bigint): Promise<number> {
  const { makeDemo } = await import('#shared/generator/demo/demo.ts')
  const demo = makeDemo({ now })
  let stored = 0
  for (const batch of demo.batches) {
    const fate = await ingest({ protocol: 'demo', wireBytes: 0, bytes: 0, spanClass: 'demo' }, table =>
      batch.write(table),
    )
    stored += fate.stored
  }
  return stored
}

const imports = new Set<Promise<ImportOutcome>>()

async function takeFile({ name, peer, userAgent, port: source }: ImportMessage): Promise<ImportOutcome> {
  const { signal } = stopping
  try {
    const { budget } = context
    const file = await importFile(readChunks(source, signal), { ingest, budget, limits, name, peer, userAgent, signal })
    return { kind: 'file', file }
  } catch (error) {
    if (error instanceof OverloadedError) {
      const { message, reason, retryAfterMs } = error
      return { kind: 'overloaded', message, reason, retryAfterMs }
    }
    if (error instanceof StoreUnavailableError) {
      return { kind: 'unavailable', message: error.message, retryAfterMs: error.retryAfterMs }
    }
    if (error instanceof LimitError) return { kind: 'limit', message: error.message, limit: error.limit }
    if (error instanceof ChunksInterruptedError) return { kind: 'interrupted', message: error.message }
    if (signal.aborted) return { kind: 'unavailable', message: 'the server is stopping', retryAfterMs: 5000 }
    throw error
  } finally {
    // The body flows off unread when nobody read it to its end.
    source.close()
  }
}

function importOf(message: ImportMessage): Promise<ImportOutcome> {
  const work = takeFile(message)
  imports.add(work)
  void work.finally(() => imports.delete(work)).catch(() => undefined)
  return work
}

async function stop(drainMs: number): Promise<void> {
  stopping.abort()
  await Promise.allSettled(imports)
  await Promise.all(listeners.map(listener => listener.close(drainMs)))
  await Promise.all(Array.from(writers.values(), writer => writer.close()))
  tell({ kind: 'stopped' })
}

function answer(id: number, work: Promise<unknown>): void {
  work.then(
    value => tell({ kind: 'answer', id, value }),
    (error: unknown) => {
      log.error({ err: error }, 'a request of the main thread failed')
      tell({ kind: 'refused', id, message: error instanceof Error ? error.message : String(error) })
    },
  )
}

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'report':
      answer(message.id, Promise.resolve(report()))
      break
    case 'roots':
      answer(message.id, Promise.resolve(roots.take()))
      break
    case 'otlp':
      answer(message.id, handleOtlpHttp(receiver, message.request))
      break
    case 'import':
      answer(message.id, importOf(message.message))
      break
    case 'load-demo':
      answer(message.id, loadDemo(message.now))
      break
    case 'forwarded':
      forwarded.get(message.id)?.(message.answer)
      forwarded.delete(message.id)
      break
    case 'stop':
      void stop(message.drainMs)
      break
  }
})

const protocols = [createOtlpProtocol({ onNotKept }), createJaegerProtocol(), createZipkinProtocol()]
try {
  const opened = await Promise.all(
    protocols.map(protocol => protocol.listen({ ...context, ports: data.ports, ingest })),
  )
  listeners = opened.flat()
  tell({ kind: 'listening', listeners: report().listeners })
} catch (error) {
  if (!(error instanceof PortError)) throw error
  const { cause, setting, code } = error
  const message = describeListenError(cause, setting, error.port)
  tell({ kind: 'failed', message, setting, taken: code === 'EADDRINUSE' })
}

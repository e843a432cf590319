/** For tests: the query port over a reader, without listening; the page is a small one of the test's own, or none. */
import type { FastifyInstance } from 'fastify'
import type { TraceReader } from '#server/storage/store.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { NO_UI_CONFIG } from '#shared/api/ui-config.ts'
import { type AppOptions, buildApp } from './build-app.ts'

/** Lines that the app wrote, as `level message`. */
export interface TestApp {
  readonly app: FastifyInstance
  readonly lines: readonly string[]
}

export async function openTestApp(reader: TraceReader, options: Partial<AppOptions> = {}): Promise<TestApp> {
  const lines: string[] = []
  const write =
    (level: string) =>
    (_fields: object, message: string): void =>
      void lines.push(`${level} ${message}`)
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  }
  const app = await buildApp({
    version: '0.0.0',
    reader,
    log,
    status: () => Promise.reject(new Error('this test has no status')),
    uiConfig: () => NO_UI_CONFIG,
    demo: { load: () => Promise.resolve(0), remove: () => reader.removeDemo() },
    otlp: () => Promise.resolve({ status: 200, headers: {} }),
    importFile: () => Promise.reject(new Error('this test takes no files')),
    bodyTimeoutMs: 5000,
    allowedHosts: ['localhost'],
    basePath: '/',
    maxRequestBytes: 1_000_000,
    appDirectory: 'no page here',
    ...options,
  })
  return { app, lines }
}

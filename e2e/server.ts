/** A real Spoor on free ports and an empty store, for journeys. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test as base } from '@playwright/test'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'

export interface Spoor {
  /** `http://127.0.0.1:…` of the page and the API. */
  readonly origin: string
  readonly otlpHttpPort: number
  readonly otlpGrpcPort: number
  readonly adminPort: number
  /** Of its process. */
  readonly pid: number
  /** Every line that it has written so far. */
  readonly lines: readonly string[]
}

/** Starts one; `stop` ends it, removes its data, and fails when its ledger does not add up or a line of its log has no form. */
export async function startSpoor(flags: readonly string[] = []): Promise<Spoor & { stop(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'spoor-e2e-'))
  const ports = [
    'query-port',
    'otlp-http-port',
    'otlp-grpc-port',
    'jaeger-grpc-port',
    'jaeger-http-port',
    'jaeger-compact-port',
    'jaeger-binary-port',
    'sampling-port',
    'sampling-grpc-port',
    'zipkin-port',
    'zipkin-compact-port',
    'admin-port',
  ].flatMap(name => [`--${name}`, '0'])
  const args = ['server/main.ts', ...ports, '--data-dir', directory, '--log-format', 'json', '--no-open', ...flags]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const { stdout, pid } = child
  if (stdout === null || pid === undefined) throw new Error('no output of the server')
  const lines: string[] = []
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      lines.push(line)
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] === 'ready') resolve(entry)
    })
    void exited.then(code => reject(new Error(`the server ended with code ${code} before it was ready`)))
  })
  const origin = `http://127.0.0.1:${Number(ready['port'])}`
  return {
    origin,
    otlpHttpPort: Number(ready['otlpHttpPort']),
    otlpGrpcPort: Number(ready['otlpGrpcPort']),
    adminPort: Number(ready['adminPort']),
    pid,
    lines,
    async stop() {
      const status = await fetch(`${origin}/api/spoor/status`)
      const { ledger } = StatusAnswer.parse(await status.json())
      child.kill('SIGTERM')
      const code = await exited
      rmSync(directory, { recursive: true, force: true })
      if (code !== 0) throw new Error(`the server ended with code ${code}`)
      const faults = ledgerFaults(ledger)
      if (faults.length > 0) throw new Error(`the ledger does not add up: ${faults.join('; ')}`)
      for (const line of lines) checkLine(line)
    },
  }
}

/** Whatever a journey made the server say has the form of its log. */
function checkLine(line: string): void {
  const { level, ts, msg } = JSON.parse(line) as Record<string, unknown>
  const known = typeof level === 'string' && ['debug', 'info', 'warn', 'error'].includes(level)
  if (!known || typeof ts !== 'number' || typeof msg !== 'string') throw new Error(`no line of a log: ${line}`)
}

/** `spoor`: one server for all tests of a file's worker. */
export const test = base.extend<object, { spoor: Spoor }>({
  spoor: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright insists on a pattern, and there is nothing to name in it
    async ({}, use) => {
      const server = await startSpoor()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
})
export { expect } from '@playwright/test'

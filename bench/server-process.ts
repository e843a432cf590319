/** A Spoor of this checkout as a child process, on free ports, and what it has used. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'

export interface ServerProcess {
  readonly child: ChildProcess
  readonly pid: number
  readonly queryPort: number
  readonly otlpHttpPort: number
  readonly otlpGrpcPort: number
  readonly jaegerGrpcPort: number
  readonly jaegerHttpPort: number
  readonly jaegerCompactPort: number
  readonly jaegerBinaryPort: number
  readonly samplingPort: number
  readonly samplingGrpcPort: number
  readonly zipkinPort: number
  readonly zipkinCompactPort: number
  readonly adminPort: number
  /** From start to the line that says it is ready, ms. */
  readonly startedInMs: number
  /** User and system seconds since its start. */
  cpuSeconds(): number
  residentBytes(): number
  /** SIGTERM, and its exit code. Throws when it was still running and its ledger does not add up. */
  stop(): Promise<number | null>
}

/** Linux only: CPU time and memory are read from /proc. */
export async function startServer(flags: readonly string[], role?: 'collector'): Promise<ServerProcess> {
  const begun = performance.now()
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
  const roles = role === undefined ? [] : [role]
  const child = spawn(
    process.execPath,
    ['server/main.ts', ...roles, ...ports, '--log-format', 'json', '--no-open', ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // As `npm start` does: code that was compiled before takes a quarter less memory and half of the time.
      env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled'), ...process.env },
    },
  )
  const { stdout, pid } = child
  if (stdout === null || pid === undefined) throw new Error('the server did not start')
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  let ready: Record<string, unknown> | undefined
  const lines = createInterface({ input: stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', line => {
      const entry = JSON.parse(line) as Record<string, unknown>
      if (entry['msg'] !== 'ready') return
      ready = entry
      resolve()
    })
    void exited.then(code => reject(new Error(`the server ended with code ${code} before it was ready`)))
  })
  const port = (name: string): number => Number(ready?.[name])
  return {
    child,
    pid,
    queryPort: port('port'),
    otlpHttpPort: port('otlpHttpPort'),
    otlpGrpcPort: port('otlpGrpcPort'),
    jaegerGrpcPort: port('jaegerGrpcPort'),
    jaegerHttpPort: port('jaegerHttpPort'),
    jaegerCompactPort: port('jaegerCompactPort'),
    jaegerBinaryPort: port('jaegerBinaryPort'),
    samplingPort: port('samplingPort'),
    samplingGrpcPort: port('samplingGrpcPort'),
    zipkinPort: port('zipkinPort'),
    zipkinCompactPort: port('zipkinCompactPort'),
    adminPort: port('adminPort'),
    startedInMs: performance.now() - begun,
    cpuSeconds() {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime and stime in clock ticks, of which Linux has 100 a second.
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    residentBytes() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
    },
    async stop() {
      const faults = child.exitCode === null && child.signalCode === null ? await faultsOf(port('port')) : []
      child.kill('SIGTERM')
      const code = await exited
      if (faults.length > 0) throw new Error(`the ledger does not add up: ${faults.join('; ')}`)
      return code
    },
  }
}

async function faultsOf(queryPort: number): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${queryPort}/api/spoor/status`)
  return ledgerFaults(StatusAnswer.parse(await answer.json()).ledger)
}

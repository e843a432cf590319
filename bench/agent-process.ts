/** A `spoor agent` of this checkout as a child process, on free ports, and what it takes of the machine. Linux only. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface AgentProcess {
  readonly pid: number
  /** By listener: `jaeger-compact`, `jaeger-binary`, `zipkin-compact`, `sampling`, `admin`. */
  readonly ports: Readonly<Record<string, number>>
  readonly startedInMs: number
  memory(): Memory
  cpuSeconds(): number
  /** The samples of `/metrics`: name with its labels, and value. */
  metrics(): Promise<ReadonlyMap<string, number>>
  stop(): Promise<number | null>
}

/** Bytes, of /proc/PID/smaps_rollup. */
export interface Memory {
  readonly resident: number
  /** Written to by this process alone: what a second one on the machine costs. */
  readonly privateDirty: number
}

export async function startAgentProcess(collector: string, flags: readonly string[] = []): Promise<AgentProcess> {
  const begun = performance.now()
  const any = ['processor.jaeger-compact.server-host-port', 'processor.jaeger-binary.server-host-port']
    .concat(['processor.zipkin-compact.server-host-port', 'http-server.host-port', 'admin.http.host-port'])
    .map(name => `--${name}=:0`)
  const child = spawn(process.execPath, ['server/main.ts', 'agent', ...any, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled'),
      ...process.env,
      REPORTER_GRPC_HOST_PORT: collector,
      SPOOR_LOG_FORMAT: 'json',
    },
  })
  const { stdout, pid } = child
  if (stdout === null || pid === undefined) throw new Error('the agent did not start')
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const ports = await new Promise<Readonly<Record<string, number>>>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => {
      const entry = JSON.parse(line) as { msg: string; ports: Readonly<Record<string, number>> }
      if (entry.msg === 'ready') resolve(entry.ports)
    })
    void exited.then(code => reject(new Error(`the agent ended with code ${code} before it was ready`)))
  })
  return {
    pid,
    ports,
    startedInMs: performance.now() - begun,
    memory() {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
      return { resident: bytes('Rss'), privateDirty: bytes('Private_Dirty') }
    },
    cpuSeconds() {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    async metrics() {
      const text = await (await fetch(`http://127.0.0.1:${ports['admin']}/metrics`)).text()
      const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
      return new Map(
        samples.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
      )
    },
    async stop() {
      child.kill('SIGTERM')
      return await exited
    },
  }
}

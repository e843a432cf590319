/**
 * The command `spoor agent`. It starts twice in one process: the first time everything is loaded once, so that Node keeps its compiled code
 * (and the TypeScript without types), and then the process becomes this file alone, with flags for a small heap. What takes types out of
 * TypeScript costs 16 MB of resident memory as long as a process lives; so that one lives for a quarter of a second.
 */
import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VERSION } from '#server/version.ts'
import { createAgentLog } from './agent-log.ts'
import { type AgentSettings, loadAgentSettings } from './agent-settings.ts'

/** Says in the environment that this is the second start. Not `SPOOR_…`: those are settings. */
const SECOND_START = 'AGENT_SECOND_START'
/** How long what was taken is still delivered after SIGTERM. */
const DRAIN_MS = 10_000
/**
 * Measured at 20,000 spans a second (bench/agent.ts): with a young generation of 2 MiB 96 MiB are resident, with Node's own 118; threads of the
 * garbage collector would take a third more of the processor and 7 MiB.
 */
const NODE_FLAGS = ['--max-semi-space-size=2', '--single-threaded-gc', '--disable-warning=ExperimentalWarning']

/** Runs an agent with the flags after the word `agent`; resolves when it is ready, or when what was asked for is printed. */
export async function startAgentRole(argv: readonly string[]): Promise<void> {
  const loaded = await loadAgentSettings({ argv, env: process.env, readFile: readSettings })
  switch (loaded.kind) {
    case 'help':
      process.stdout.write(loaded.text)
      return
    case 'version':
      process.stdout.write(`spoor ${VERSION}\n`)
      return
    case 'error':
      fail(loaded.message)
  }
  if (process.env[SECOND_START] === undefined) await startAgain(argv)
  await run(loaded.settings, loaded.ignored)
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Returns only where a process can't be replaced or nothing can be kept. */
async function startAgain(argv: readonly string[]): Promise<void> {
  const directory = getCompileCacheDir()
  if (typeof process.execve !== 'function' || directory === undefined) return
  await Promise.all([
    import('./agent.ts'),
    import('#shared/formats/jaeger/decode-thrift.ts'),
    import('#shared/formats/zipkin/zipkin-thrift-decoder.ts'),
  ])
  flushCompileCache()
  // Node's own folder in it is named for its version.
  const env: NodeJS.ProcessEnv = { ...process.env, [SECOND_START]: '1', NODE_COMPILE_CACHE: dirname(directory) }
  const file = import.meta.filename
  process.execve(process.execPath, [process.execPath, ...NODE_FLAGS, ...process.execArgv, file, ...argv], env)
}

async function run(settings: AgentSettings, ignored: readonly string[]): Promise<void> {
  const { AgentStartError, startAgent } = await import('./agent.ts')
  const log = createAgentLog({ level: settings.logLevel, format: settings.logFormat })
  if (process.env[SECOND_START] === undefined) {
    log.info(
      {},
      'compiled code can not be kept in .cache/compiled or NODE_COMPILE_CACHE: this process takes more memory',
    )
  }
  if (ignored.length > 0) log.info({ ignored }, 'settings of Jaeger’s agent that have nothing to set here')
  const starting = startAgent({ settings, version: VERSION, log })
  // From here on spans come in: a signal before the word that it is ready must deliver them too.
  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    const agent = await starting
    log.info({ signal, waiting: agent.reporter().waitingSpans }, 'stopping: what was taken is delivered')
    const lost = await agent.stop(DRAIN_MS)
    if (lost > 0) log.error({ spans: lost }, 'the collector did not take these spans in time: they are lost')
    log.info({}, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  const agent = await starting.catch((error: unknown) => {
    if (error instanceof AgentStartError) fail(error.message)
    throw error
  })
  if (settings.allowUnauthenticated) {
    log.warn({ listenHost: settings.listenHost }, 'anyone who reaches these ports can send spans')
  }
  const collectors = settings.targets.map(({ host, port }) => `${host}:${port}`)
  log.info({ ports: agent.ports, collectors, tls: settings.tls !== undefined, version: VERSION }, 'ready')
}

async function readSettings(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  const { parse } = await import('yaml')
  return parse(text, { maxAliasCount: 100 }) as unknown
}

if (import.meta.main) await startAgentRole(process.argv.slice(2))

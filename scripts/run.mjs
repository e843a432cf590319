/**
 * The door of `npm start`, `npm test` and every `npm run …`: works on a fresh clone of a machine with Node 20 and npm, nothing else.
 *
 *   node scripts/run.mjs start [flags of the server]     everything prepared, then the server
 *   node scripts/run.mjs FILE [arguments]                everything prepared, then this TypeScript file
 *
 * Prepared means: a new enough Node (node-runtime.mjs), packages as the lock says, and for `start` an app that is built from the
 * sources as they are. What is already there is only looked at, so that a second start costs a fraction of a second.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { nodeRuntime, root, runNpm, SetupError } from './node-runtime.mjs'

/** True when `node_modules` holds every package of the lock in the lock's version (npm writes down there what it installed). */
function installed() {
  const there = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(there)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const found = JSON.parse(readFileSync(there, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || entry.peer === true || found[path]?.version === entry.version,
  )
}

function install() {
  console.error('Installing packages (once, and again when the lock changes)')
  const { status } = runNpm(['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new SetupError(`npm ci failed (exit code ${status}).`)
}

/** Flags that are answered without a screen, and roles and commands that have none. */
function needsApp(args) {
  const role = args.find(arg => !arg.startsWith('-'))
  return (
    !args.some(arg => ['--help', '-h', '--version'].includes(arg)) &&
    !['agent', 'collector', 'ingester', 'import'].includes(role)
  )
}

/** Ends this process as `child` ends, and hands on what asks it to stop. */
function follow(child) {
  // A terminal sends Ctrl-C to everything in the foreground, the child too: a second one from here would mean "at once".
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => terminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  // npm passes a signal to its shell, which ends without passing it on: when whoever started this is gone, so is its purpose.
  const starter = process.ppid
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => process.ppid === starter || child.kill('SIGTERM'), 250).unref()
  }
  child.on('error', error => {
    console.error(`${child.spawnfile} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function main([file, ...args]) {
  if (file === undefined) throw new SetupError('usage: node scripts/run.mjs start|FILE [arguments]')
  const node = nodeRuntime()
  if (!installed()) install()
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    // Without types being taken out at every start, in every thread: 166 MB idle instead of 222, and up in half the time.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compiled'),
  }
  const program = file === 'start' ? join('server', 'main.ts') : file
  if (file === 'start' && needsApp(args)) {
    const built = spawnSync(node, [join('scripts', 'build.ts'), '--if-stale'], { cwd: root, env, stdio: 'inherit' })
    if (built.status !== 0) throw new SetupError('The app could not be built.')
  }
  follow(spawn(node, [program, ...args], { cwd: root, env, stdio: 'inherit' }))
}

try {
  main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/**
 * `npm run dev [-- flags of the server]`: the server on its usual ports, restarted when its sources change, and Vite in front of
 * it on port 5173 with the app reloading as it is written.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './programs.ts'

const vite = join('node_modules', 'vite', 'bin', 'vite.js')
const children = [
  ['--watch-path=server', '--watch-path=shared', join('server', 'main.ts'), '--no-open', ...process.argv.slice(2)],
  [vite, '--clearScreen', 'false'],
].map(args => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }))

function stop(): void {
  for (const child of children) child.kill('SIGTERM')
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
// When one ends, the other has no purpose.
for (const child of children) {
  child.on('exit', code => {
    process.exitCode ??= code ?? 1
    stop()
  })
}

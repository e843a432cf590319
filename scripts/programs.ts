/** Starting the project's tools: packages' programs with this Node, in the project's folder, output to the terminal. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

/** The project's folder. */
export const root = join(import.meta.dirname, '..')

/** Where test runners leave their counts, screenshots and traces. */
export const results = join(root, '.cache', 'test-results')

/** The script that a package names as its program `name`, to be run by Node: works wherever `.bin` links do not. */
function programOf(packageName: string, name: string): string {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const script = typeof bin === 'string' ? bin : bin[name]
  if (script === undefined) throw new Error(`${packageName} has no program ${name}`)
  return join(folder, script)
}

/** What can be run: a program of an installed package, or a script of ours. */
export type Program = { readonly package: string; readonly name?: string } | { readonly script: string }

/**
 * Runs `program` to its end and returns its exit code (128 + number when a signal ended it). `limit` (ms) ends one that hangs.
 */
export async function run(program: Program, args: readonly string[], limit?: number): Promise<number> {
  const file = 'script' in program ? program.script : programOf(program.package, program.name ?? program.package)
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...(limit !== undefined && { timeout: limit, killSignal: 'SIGTERM' }),
  })
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/**
 * Other people's SDKs, fetched by their own installers into .cache/peers: never into the project's packages, which they would
 * bring older versions into. Installed once; again when the list of what is wanted has changed.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const cache = join(root, '.cache', 'peers')

/** Where programs of tests are. */
export const programs = join(import.meta.dirname, 'programs')

/** A folder of installed packages, or why there is none. */
export type Installed = { readonly folder: string } | { readonly missing: string }

/** Runs `install` unless the folder of this name was filled from the same list before. */
export async function installOnce(
  name: string,
  list: string,
  install: (folder: string) => Promise<void>,
): Promise<Installed> {
  const folder = join(cache, name)
  const done = join(folder, '.installed')
  if (existsSync(done) && readFileSync(done, 'utf8') === list) return { folder }
  try {
    mkdirSync(folder, { recursive: true })
    await install(folder)
    writeFileSync(done, list)
    return { folder }
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n')
    return { missing: `can not be installed: ${lines.slice(0, 3).join(' ')}` }
  }
}

/** OpenTelemetry for Python in a virtual environment: `bin/python`, `bin/opentelemetry-instrument`. */
export async function pythonPackages(): Promise<Installed> {
  const file = join(programs, 'requirements.txt')
  return await installOnce('python', readFileSync(file, 'utf8'), async folder => {
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', file])
  })
}

/** Node's zero-code instrumentation: `node_modules/@opentelemetry/…`. */
export async function nodePackages(): Promise<Installed> {
  const list = readFileSync(join(programs, 'package.json'), 'utf8')
  return await installOnce('node', list, async folder => {
    writeFileSync(join(folder, 'package.json'), list)
    // No script of a package runs: none of them needs one.
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder })
  })
}

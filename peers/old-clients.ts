/** The clients of peers/programs/old-clients, fetched into .cache/peers: those for Node, and two sets of Python's. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installOnce, type Installed, programs } from './packages.ts'

const run = promisify(execFile)

/** Where their programs are. */
export const oldClientPrograms = join(programs, 'old-clients')

/** For `NODE_PATH`: `node_modules`. */
export async function oldNodeClients(): Promise<Installed> {
  const list = readFileSync(join(oldClientPrograms, 'package.json'), 'utf8')
  return await installOnce('old-clients', list, async folder => {
    writeFileSync(join(folder, 'package.json'), list)
    // No script of a package runs: none of them needs one.
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder })
  })
}

/** A virtual environment with what examples/django wants: `bin/python`. */
export async function djangoPackages(requirements: string): Promise<Installed> {
  return await pythonSet('django', requirements)
}

async function pythonSet(name: string, requirements: string): Promise<Installed> {
  return await installOnce(name, readFileSync(requirements, 'utf8'), async folder => {
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  })
}

/** A virtual environment: `bin/python`. `older` has what later versions no longer speak. */
export async function oldPythonClients(which: 'newest' | 'older'): Promise<Installed> {
  const file = join(oldClientPrograms, which === 'older' ? 'requirements-older.txt' : 'requirements.txt')
  return await pythonSet(`old-python-${which}`, file)
}

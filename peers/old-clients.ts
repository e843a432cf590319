/**
 * The clients of peers/programs/old-clients, fetched into .cache/peers: those for Node, two sets of Python's, Java's by Maven and Go's as a
 * built program. Ruby's is a package of Debian, which is used where it is installed.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
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

/** A folder of jars for `java -cp`. Wants a JDK of 17 or later and Maven. */
export async function oldJavaClient(): Promise<Installed> {
  const pom = join(oldClientPrograms, 'java', 'pom.xml')
  return await installOnce('old-java', readFileSync(pom, 'utf8'), async folder => {
    await run('java', ['-version'])
    const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]
    await run('mvn', args)
  })
}

/** A folder with the built program: `old-clients`. Wants Go. */
export async function oldGoClient(): Promise<Installed> {
  const files = ['main.go', 'go.mod', 'go.sum'].map(name => [name, join(oldClientPrograms, 'go', name)] as const)
  const list = files.map(([, path]) => readFileSync(path, 'utf8')).join('')
  return await installOnce('old-go', list, async folder => {
    for (const [name, path] of files) copyFileSync(path, join(folder, name))
    await run('go', ['build', '-o', 'old-clients', '.'], { cwd: folder })
  })
}

/** Whether Ruby finds the client; if not, why. */
export async function oldRubyClient(): Promise<{ readonly missing: string | undefined }> {
  return await run('ruby', ['-e', "require 'jaeger/client'"]).then(
    () => ({ missing: undefined }),
    () => ({ missing: 'ruby does not find jaeger/client: apt-get install ruby-jaeger-client' }),
  )
}

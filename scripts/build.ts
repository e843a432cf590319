/**
 * Builds the app into dist/app: `node scripts/build.ts [--if-stale]`. Stale means that a source has another size or time than when
 * dist/app was written, or that one came or went; looking takes some 20 ms.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './programs.ts'

const stamp = join(root, 'dist', 'app', '.built-from')
const sources = ['app', 'shared', 'vite.config.ts', 'package.json', 'package-lock.json']
const notBuilt = /\.(test|bench)\.tsx?$/

/** One hash over names, sizes and times of everything that the app is built from. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    const path = join(root, source)
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map(name => join(path, name))
      : [path]
    for (const file of files.toSorted()) {
      const { mtimeMs, size } = statSync(file)
      if (!notBuilt.test(file)) hash.update(`${file} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

/** Builds the app unless it is built from the sources as they are; returns the exit code of the build. */
export async function buildApp(onlyIfStale: boolean): Promise<number> {
  const now = fingerprint()
  if (onlyIfStale && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return 0
  console.error('Building the app')
  const code = await run({ package: 'vite' }, ['build', '--logLevel', 'warn'])
  if (code === 0) writeFileSync(stamp, now)
  return code
}

if (import.meta.main) process.exitCode = await buildApp(process.argv.includes('--if-stale'))

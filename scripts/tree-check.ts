/**
 * What must not stand in a tracked file: a registry's host (whoever installs uses their own), a path of the machine that somebody
 * happened to work on, a conflict marker.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './programs.ts'

/** Captured from other people's programs, byte by byte: what stands there is theirs. */
const captured = /(^|\/)(fixtures|captured|corpus)\//

const faults: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'the host of a package registry',
    /\b(?:registry|proxy|deb|mirrors?)\.[\w-]+(?:\.[\w-]+)*\.(?:org|com|io|net|dev)\b/,
  ],
  ['a path of one machine', /(?<![\w.~/-])\/(?:work|root)\/[\w.]/],
  ['a conflict marker', /^(?:<{7}|>{7}) /m],
]

/** The faults of one file's text, each with its line: `a.ts:12: a path of one machine: /…`. */
export function faultsOf(file: string, text: string): readonly string[] {
  const found: string[] = []
  if (captured.test(file)) return found
  for (const [what, pattern] of faults) {
    const match = pattern.exec(text)
    if (match === null) continue
    const line = text.slice(0, match.index).split('\n').length
    found.push(`${file}:${line}: ${what}: ${match[0]}`)
  }
  if (file === 'package-lock.json' && /"resolved": "http/.test(text)) {
    found.push(`${file}: names where a package was fetched; .npmrc's omit-lockfile-registry-resolved keeps that out`)
  }
  return found
}

function main(): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0')
  const found: string[] = []
  for (const file of files) {
    const path = join(root, file)
    if (file === '' || !existsSync(path)) continue
    const bytes = readFileSync(path)
    if (!bytes.includes(0)) found.push(...faultsOf(file, bytes.toString('utf8')))
  }
  for (const fault of found) console.error(fault)
  process.exitCode = found.length > 0 ? 1 : 0
}

if (import.meta.main) main()

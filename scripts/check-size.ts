/**
 * The JavaScript that a browser must have before it shows the first search result: the entry with the first English
 * messages, the search page, and everything that these import, gzipped. Read from the build's manifest; fails above the limit.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from './programs.ts'

/** A second on a slow mobile line (2 Mbit/s), which is where the project draws the line. */
const limitBytes = 250 * 1024

/**
 * The entry and the page that are loaded on the way to the first result, by their path in app/. What the search page
 * fetches by itself once it stands (its form, the empty store) comes after the result, or in its place.
 */
const firstResult = [/^index\.html$/, /^pages\/search\/Page\.tsx$/]

export interface Chunk {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly isDynamicEntry?: boolean
  readonly imports?: readonly string[]
}

/** The files of all chunks that the first result needs; each once. */
export function filesBeforeFirstResult(manifest: Readonly<Record<string, Chunk>>): readonly string[] {
  const files = new Set<string>()
  const open = Object.keys(manifest).filter(key => {
    const chunk = manifest[key]
    const starts = chunk?.isEntry === true || chunk?.isDynamicEntry === true
    return starts && firstResult.some(pattern => pattern.test(key))
  })
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const chunk = manifest[key]
    if (chunk === undefined || files.has(chunk.file)) continue
    files.add(chunk.file)
    open.push(...(chunk.imports ?? []))
  }
  return [...files].filter(file => file.endsWith('.js'))
}

function main(): void {
  const built = join(root, 'dist', 'app')
  const manifest = JSON.parse(readFileSync(join(built, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>
  const files = filesBeforeFirstResult(manifest)
  if (files.length === 0) throw new Error('The manifest of the build names no entry: was app/index.html built?')
  let total = 0
  for (const file of files) {
    const bytes = gzipSync(readFileSync(join(built, file)), { level: 9 }).length
    total += bytes
    console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${file}`)
  }
  const verdict = `${(total / 1024).toFixed(1).padStart(7)} KB  JavaScript before the first result, gzip (limit ${limitBytes / 1024} KB)`
  console.log(verdict)
  if (total > limitBytes) {
    console.error('Too large: load what the first result does not need with import().')
    process.exitCode = 1
  }
}

if (import.meta.main) main()

/**
 * How much JavaScript a browser fetches, gzipped, before it shows the first search result, and from opening the address of a
 * trace until its timeline stands and nothing more is fetched: workers and what comes when the browser has nothing to do (words,
 * details, flame chart) are counted, what a click fetches (other views, menus' files) is not. Read from the build's manifest; fails above a
 * limit. `e2e/script-size.spec.ts` holds this list against what a browser really asks for.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from './programs.ts'

export interface Budget {
  readonly what: string
  readonly limitBytes: number
  /** The chunks that are loaded on the way there, by their path in app/; with them all that they import. */
  readonly chunks: readonly RegExp[]
  /** Of the scripts that those chunks hold as files of their own (workers), the ones that are started. */
  readonly workers: RegExp
}

export const budgets: readonly Budget[] = [
  {
    what: 'before the first result',
    // A second on a slow mobile line (2 Mbit/s), which is where the project draws the line.
    limitBytes: 250 * 1024,
    // What the search page fetches by itself once it stands (its form, the empty store) comes after the result, or in its place.
    chunks: [/^index\.html$/, /^pages\/search\/Page\.tsx$/],
    workers: /^$/,
  },
  {
    what: 'of the trace page until its timeline stands',
    limitBytes: 350 * 1024,
    chunks: [
      /^index\.html$/,
      /^pages\/trace\/(?:Page|HeadActions|LinkedFrom|TracePeers|SpanDetail|TraceViews)\.tsx$/,
      /^views\/flame\/FlameChart\.tsx$/,
      /^i18n\/en\.ts$/,
      /^i18n\/later\/en\/trace-(?:head|views)\.ts$/,
    ],
    workers: /\/trace-worker-/,
  },
]

export interface Chunk {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly isDynamicEntry?: boolean
  readonly imports?: readonly string[]
  readonly assets?: readonly string[]
}

/** The scripts that `budget` counts; each once. */
export function filesOf(budget: Budget, manifest: Readonly<Record<string, Chunk>>): readonly string[] {
  const files = new Set<string>()
  const open = Object.keys(manifest).filter(key => {
    const chunk = manifest[key]
    const starts = chunk?.isEntry === true || chunk?.isDynamicEntry === true
    return starts && budget.chunks.some(pattern => pattern.test(key))
  })
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const chunk = manifest[key]
    if (chunk === undefined || files.has(chunk.file)) continue
    files.add(chunk.file)
    for (const asset of chunk.assets ?? []) if (budget.workers.test(asset)) files.add(asset)
    open.push(...(chunk.imports ?? []))
  }
  return [...files].filter(file => file.endsWith('.js'))
}

/** The app as it was built. */
export const builtApp = join(root, 'dist', 'app')

/** Throws when the app was not built. */
export function readManifest(): Readonly<Record<string, Chunk>> {
  return JSON.parse(readFileSync(join(builtApp, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>
}

/** Bytes of a file of the built app, gzipped as well as gzip can. */
export function gzipBytes(file: string): number {
  return gzipSync(readFileSync(join(builtApp, file)), { level: 9 }).length
}

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1).padStart(7)} KB`

function main(list: boolean): void {
  const manifest = readManifest()
  for (const budget of budgets) {
    const { what, limitBytes } = budget
    const files = filesOf(budget, manifest).map(file => ({ file, bytes: gzipBytes(file) }))
    if (files.length === 0) throw new Error('The manifest of the build names no entry: was app/index.html built?')
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    if (list || total > limitBytes) {
      for (const { file, bytes } of files.toSorted((a, b) => b.bytes - a.bytes))
        console.log(`${kilobytes(bytes)}  ${file}`)
    }
    console.log(`${kilobytes(total)}  JavaScript ${what}, gzip (limit ${limitBytes / 1024} KB)`)
    if (total > limitBytes) {
      console.error(`Too large: load what is not needed ${what} with import().`)
      process.exitCode = 1
    }
  }
}

if (import.meta.main) main(process.argv.includes('--list'))

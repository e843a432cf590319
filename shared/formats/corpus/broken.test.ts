// Files of the corpus with bytes changed, cut out, doubled and swapped: rows or a FileError, never anything else.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { FileError } from '#shared/formats/files/file-problem.ts'
import { readTables } from './read-tables.ts'

const fixtures = new URL('fixtures/', import.meta.url)
const { files } = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as {
  readonly files: readonly { readonly file: string }[]
}

function bytesOf(file: string): Uint8Array {
  const plain = new URL(file, fixtures)
  return new Uint8Array(existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain.pathname}.gz`)))
}

/** Numbers from 0 up to `below`; mulberry32. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

const STRUCTURE = new TextEncoder().encode('{}[],:"\\0-9 \ntnf')

function broken(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let changed = bytes.slice()
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(changed.length)
    const length = 1 + random(40)
    switch (random(4)) {
      case 0:
        changed[at] = random(2) === 0 ? random(256) : STRUCTURE[random(STRUCTURE.length)]
        break
      case 1:
        changed = changed.slice(0, at)
        break
      case 2:
        changed = Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(at + length)])
        break
      default:
        changed = Uint8Array.from([...changed.subarray(0, at + length), ...changed.subarray(at)])
    }
    if (changed.length === 0) return changed
  }
  return changed
}

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const small = files
  .map(({ file }) => ({ file, bytes: bytesOf(file) }))
  .filter(({ bytes }) => bytes.length < 40_000 && bytes.length > 0)

it(`opens or is refused (seed ${seed})`, { timeout: 120_000 }, async () => {
  const random = seeded(seed)
  let rows = 0
  let told = 0
  for (let round = 0; round < 4000; round++) {
    const { file, bytes } = small[random(small.length)]
    const input = broken(bytes, random)
    const options = random(2) === 0 ? {} : { chunkBytes: 1 + random(500), wholeBytes: random(3000) }
    const outcome = await readTables(input, options).catch((error: unknown) => error)
    if (outcome instanceof Error) {
      if (!(outcome instanceof FileError)) throw new Error(`${file}, round ${round}`, { cause: outcome })
      continue
    }
    const { tables, report } = outcome as Awaited<ReturnType<typeof readTables>>
    rows += tables.reduce((sum, { rowCount }) => sum + rowCount, 0)
    told += report.spanCount
  }
  expect(rows).toBe(told)
  // Most faults leave something to read.
  expect(rows).toBeGreaterThan(1000)
})

// Every file of the corpus against what its manifest says is in it: as files come, and cut into the smallest parts.
import { existsSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FileError, problemText } from '#shared/formats/files/file-problem.ts'
import type { Unpack } from '#shared/formats/files/read-trace-file.ts'
import { readTables } from './read-tables.ts'
import { type FileSummary, summarizeTables } from './summarize-tables.ts'

interface CorpusFile {
  readonly file: string
  readonly format: string
  readonly sha256: string
  readonly group?: string
  readonly expected: Partial<FileSummary> & { readonly readable?: false }
}

const { files } = JSON.parse(readFileSync(new URL('fixtures/manifest.json', import.meta.url), 'utf8')) as {
  readonly files: readonly CorpusFile[]
}

const unpack: Unpack = (packing, chunks) =>
  Readable.from(chunks).pipe(packing === 'gzip' ? createGunzip() : createZstdDecompress())

function urlOf(file: string): URL {
  const plain = new URL(`fixtures/${file}`, import.meta.url)
  return existsSync(plain) ? plain : new URL(`fixtures/${file}.gz`, import.meta.url)
}

function bytesOf(file: string): Uint8Array {
  const url = urlOf(file)
  const bytes = readFileSync(url)
  return new Uint8Array(url.href.endsWith('.gz') ? gunzipSync(bytes) : bytes)
}

/** Files that are refused, with what is said of each; for the last two the manifest leaves the choice. */
const REFUSED: Readonly<Record<string, string>> = {
  'jaeger/jaeger-trace_empty.json': 'is empty, which holds no spans that can be read; expected Jaeger, OTLP or Zipkin',
  'jaeger/jaeger-trace_scan_error.json': 'line 2, column 1: seen ]; expected a value (read as Jaeger JSON)',
  'otlp/data-prepper-test-request-no-spans.json': 'holds no spans',
  'jaeger/jaeger-trace_invalid_json.json':
    'line 1, column 72: [0].duration: "invalid"; expected a number of µs (read as Jaeger JSON)',
  'otlp/langwatch-claude_code.json':
    'line 67, column 8: a span with a trace id of zero or none; expected 16 bytes that are not all zero (read as OTLP JSON)',
}

/** Where the manifest is not followed, and why. */
const OTHERWISE: Readonly<Record<string, Partial<FileSummary>>> = {
  // The file says "22938000ns"; the manifest's script reads seconds only and takes this for 0.
  'jaeger/jaeger-domain_01.json': { durationNs: '22938000' },
}

function expectedOf({ file, expected }: CorpusFile): Partial<FileSummary> {
  const { readable: _, ...counts } = expected
  return { ...counts, ...OTHERWISE[file] }
}

/** The part of a summary that the manifest speaks of. */
function asTold(summary: FileSummary, expected: Partial<FileSummary>): Partial<FileSummary> {
  const told = Object.keys(summary).filter(key => Object.hasOwn(expected, key))
  const spoken = Object.fromEntries(told.map(key => [key, summary[key as keyof FileSummary]]))
  return { ...expected, ...spoken }
}

/** What is wrong with a file; read part by part it ends there with what stands before. */
async function refusalOf(bytes: Uint8Array, options: { chunkBytes?: number; wholeBytes?: number }): Promise<string> {
  try {
    const { report } = await readTables(bytes, options)
    if (report.stopped !== undefined) {
      return problemText({ kind: 'undecodable', format: report.format, place: report.stopped })
    }
  } catch (error) {
    if (error instanceof FileError) return error.message
    throw error
  }
  return 'read'
}

describe('the corpus', () => {
  it('is whole: 95 files, each as its source has it', () => {
    expect(files).toHaveLength(95)
    for (const { file, sha256 } of files) {
      expect([file, createHash('sha256').update(bytesOf(file)).digest('hex')]).toEqual([file, sha256])
    }
  })

  for (const [how, options] of [
    ['as it comes', {}],
    ['in chunks of 13 bytes and the smallest parts', { chunkBytes: 13, wholeBytes: 0 }],
    ['in chunks of 1,000 bytes and parts of 2,000', { chunkBytes: 1000, wholeBytes: 2000 }],
  ] as const) {
    describe(`read ${how}`, () => {
      it.for(files.filter(({ file }) => REFUSED[file] === undefined).map(one => [one.file, one] as const))(
        '%s',
        async ([name, file]) => {
          const { tables, report } = await readTables(bytesOf(name), options)
          const expected = expectedOf(file)
          expect(asTold(summarizeTables(tables), expected)).toEqual(expected)
          expect([report.passedOver, report.stopped, report.spanCount]).toEqual([0, undefined, expected.spans])
        },
      )
      it.for(Object.entries(REFUSED))('%s is refused', async ([name, message]) => {
        expect(await refusalOf(bytesOf(name), options)).toBe(message)
      })
    })
  }

  it.for(['gzip', 'zstd'] as const)('opens packed with %s', async packing => {
    for (const file of files) {
      if (REFUSED[file.file] !== undefined) continue
      const bytes = bytesOf(file.file)
      const packed = packing === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes)
      const { tables, report } = await readTables(new Uint8Array(packed), { unpack })
      const expected = expectedOf(file)
      expect([file.file, asTold(summarizeTables(tables), expected)]).toEqual([file.file, expected])
      expect(report.packings).toEqual([packing])
    }
  })

  it('parts of a trace join, whatever their order', async () => {
    for (const group of ['mf-shop', 'mf-late']) {
      const parts = files.filter(file => file.group === group).map(({ file }) => bytesOf(file))
      const seen = new Set<string>()
      for (const order of [parts, parts.toReversed()]) {
        const tables = (await Promise.all(order.map(part => readTables(part)))).flatMap(one => one.tables)
        const { traces, roots, orphans, spans } = summarizeTables(tables)
        seen.add(JSON.stringify({ traces, roots, orphans, spans }))
      }
      expect([...seen]).toEqual([
        group === 'mf-shop'
          ? '{"traces":1,"roots":1,"orphans":0,"spans":11}'
          : '{"traces":1,"roots":1,"orphans":0,"spans":9}',
      ])
    }
  })
})

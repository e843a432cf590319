// Reads files off the main thread and keeps their tables. Nothing of them leaves the browser.

import { FileError } from '#shared/formats/files/file-problem.ts'
import type { FileProblem } from '#shared/formats/files/file-problem.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import type { IncomingLinks } from '#shared/spans/incoming-links.ts'
import type { PackedTrace } from './loaded-trace.ts'
import { OpenTables } from './open-tables.ts'
import type { DistinctCounts, FileContent, FileProgress, TraceFileForm } from './open-tables.ts'
import { buffersOf } from './buffers-of.ts'

export type OpenFilesRequest =
  | { readonly kind: 'open'; readonly id: number; readonly file: File }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'trace'; readonly request: number; readonly traceId: string }
  | { readonly kind: 'file'; readonly request: number; readonly traceId: string; readonly form: TraceFileForm }
  /** A whole file in another form. */
  | { readonly kind: 'export'; readonly request: number; readonly id: number; readonly form: TraceFileForm }
  | { readonly kind: 'find'; readonly request: number; readonly text: string }
  /** Distinct spans of traces that lie in several files. */
  | { readonly kind: 'count'; readonly request: number; readonly traceIds: readonly string[] }
  | { readonly kind: 'linksTo'; readonly request: number; readonly traceId: string; readonly limit: number }

export type OpenFilesAnswer =
  /** How far a file has been read. */
  | { readonly kind: 'progress'; readonly id: number; readonly progress: FileProgress }
  | { readonly kind: 'opened'; readonly id: number; readonly content: FileContent }
  | { readonly kind: 'failed'; readonly id: number; readonly problem: FileProblem }
  | Reply

/** To a request by its number; `problem` says why it could not be done. */
export type Reply =
  /** Without `packed`: no open file has the trace. */
  | {
      readonly kind: 'trace'
      readonly request: number
      readonly packed: PackedTrace | undefined
      readonly problem?: string
    }
  | { readonly kind: 'file'; readonly request: number; readonly file: Blob | undefined; readonly problem?: string }
  /** Without `traceIds`: the text had nothing to find. */
  | {
      readonly kind: 'found'
      readonly request: number
      readonly traceIds: ReadonlySet<string> | undefined
      readonly problem?: string
    }
  | {
      readonly kind: 'counted'
      readonly request: number
      readonly counts: ReadonlyMap<string, DistinctCounts> | undefined
      readonly problem?: string
    }
  | {
      readonly kind: 'linksTo'
      readonly request: number
      readonly found: IncomingLinks | undefined
      readonly problem?: string
    }

/** A file is handed on in pieces of so many bytes. */
const CHUNK_BYTES = 512 * 1024
/** After so long the thread looks for messages: a cancel, a question. */
const WORK_MS = 50
/** Progress is told no more often. */
const TOLD_MS = 100

const tables = new OpenTables()
/** What stops the reading of a file that is closed meanwhile. */
const stops = new Map<number, AbortController>()
/** One file after another: two at once would need the memory of both. */
let turn = Promise.resolve()

function answer(message: OpenFilesAnswer, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, { transfer })
}

/** The bytes of a file, with a look at the messages in between. Throws FileError when the disk does not give them. */
async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  // What browsers say of a file that is gone is a `network error`.
  const read = () =>
    reader.read().catch(() => {
      const detail = 'its bytes could not be had: it is gone, has changed since it was chosen, or may not be read'
      throw new FileError({ kind: 'unreadable', detail })
    })
  let looked = performance.now()
  try {
    for (let part = await read(); !part.done; part = await read()) {
      for (let at = 0; at < part.value.length; at += CHUNK_BYTES) {
        yield part.value.subarray(at, at + CHUNK_BYTES)
        if (performance.now() - looked < WORK_MS) continue
        await new Promise(resolve => setTimeout(resolve))
        looked = performance.now()
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function open(id: number, file: File): Promise<void> {
  const stop = stops.get(id)
  if (stop === undefined) return
  let told = 0
  const onProgress = (progress: FileProgress): void => {
    const now = performance.now()
    if (now - told < TOLD_MS) return
    told = now
    answer({ kind: 'progress', id, progress })
  }
  try {
    const content = await tables.open(id, chunksOf(file), { signal: stop.signal, onProgress })
    if (stop.signal.aborted) tables.close(id)
    else answer({ kind: 'opened', id, content })
  } catch (error) {
    if (stop.signal.aborted) return
    const problem =
      error instanceof FileError ? error.problem : ({ kind: 'unreadable', detail: textOf(error) } as const)
    answer({ kind: 'failed', id, problem })
  } finally {
    stops.delete(id)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function trace(request: number, text: string): void {
  try {
    const id = parseTraceId(text)
    const packed = id === undefined ? undefined : tables.trace(id)
    answer({ kind: 'trace', request, packed }, packed === undefined ? [] : buffersOf(packed))
  } catch (error) {
    answer({ kind: 'trace', request, packed: undefined, problem: textOf(error) })
  }
}

function giveFile(request: number, write: () => Blob | undefined): void {
  try {
    answer({ kind: 'file', request, file: write() })
  } catch (error) {
    answer({ kind: 'file', request, file: undefined, problem: textOf(error) })
  }
}

function find(request: number, text: string): void {
  try {
    answer({ kind: 'found', request, traceIds: tables.find(text) })
  } catch (error) {
    answer({ kind: 'found', request, traceIds: undefined, problem: textOf(error) })
  }
}

function count(request: number, traceIds: readonly string[]): void {
  try {
    answer({ kind: 'counted', request, counts: tables.countDistinct(traceIds) })
  } catch (error) {
    answer({ kind: 'counted', request, counts: undefined, problem: textOf(error) })
  }
}

function linksTo(request: number, text: string, limit: number): void {
  const id = parseTraceId(text)
  try {
    answer({ kind: 'linksTo', request, found: id === undefined ? undefined : tables.linksTo(id, limit) })
  } catch (error) {
    answer({ kind: 'linksTo', request, found: undefined, problem: textOf(error) })
  }
}

addEventListener('message', ({ data }: MessageEvent<OpenFilesRequest>) => {
  switch (data.kind) {
    case 'open':
      stops.set(data.id, new AbortController())
      turn = turn.then(() => open(data.id, data.file))
      break
    case 'close':
      stops.get(data.id)?.abort()
      stops.delete(data.id)
      tables.close(data.id)
      break
    case 'trace':
      trace(data.request, data.traceId)
      break
    case 'file': {
      const id = parseTraceId(data.traceId)
      giveFile(data.request, () => (id === undefined ? undefined : tables.traceFile(id, data.form)))
      break
    }
    case 'export':
      giveFile(data.request, () => tables.wholeFile(data.id, data.form))
      break
    case 'find':
      find(data.request, data.text)
      break
    case 'count':
      count(data.request, data.traceIds)
      break
    case 'linksTo':
      linksTo(data.request, data.traceId, data.limit)
      break
  }
})

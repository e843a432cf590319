// Reads files off the main thread and keeps their tables; nothing of them leaves the browser.

import { parseTraceId } from '#shared/spans/ids.ts'
import { buffersOf } from './loaded-trace.ts'
import type { PackedTrace } from './loaded-trace.ts'
import { FileError, OpenTables } from './open-tables.ts'
import type { FileContent, FileProblem, TraceFileForm } from './open-tables.ts'

export type OpenFilesRequest =
  | { readonly kind: 'open'; readonly id: number; readonly file: File }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'trace'; readonly request: number; readonly traceId: string }
  | { readonly kind: 'file'; readonly request: number; readonly traceId: string; readonly form: TraceFileForm }

export type OpenFilesAnswer =
  /** Bytes read of a file so far. */
  | { readonly kind: 'progress'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'opened'; readonly id: number; readonly content: FileContent }
  | { readonly kind: 'failed'; readonly id: number; readonly problem: FileProblem }
  /** Without `packed`: no open file has the trace, or `problem` says why it could not be put together. */
  | {
      readonly kind: 'trace'
      readonly request: number
      readonly packed: PackedTrace | undefined
      readonly problem?: string
    }
  /** As `trace`. */
  | {
      readonly kind: 'file'
      readonly request: number
      readonly file: Blob | undefined
      readonly problem?: string
    }

/** Progress is told each time so many bytes have been read. */
const TOLD_EVERY = 4 * 1024 * 1024

const tables = new OpenTables()
/** Files closed while they were being read. */
const closed = new Set<number>()
/** One file after another: two at once would need the memory of both. */
let turn = Promise.resolve()

function answer(message: OpenFilesAnswer, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, { transfer })
}

async function readBytes(id: number, file: File): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size)
  const reader = file.stream().getReader()
  let at = 0
  let told = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, at)
    at += part.value.length
    if (at - told >= TOLD_EVERY) {
      told = at
      answer({ kind: 'progress', id, bytes: at })
    }
    if (closed.has(id)) await reader.cancel()
  }
  return bytes.subarray(0, at)
}

async function open(id: number, file: File): Promise<void> {
  if (closed.has(id)) return
  try {
    const bytes = await readBytes(id, file)
    if (!closed.has(id)) answer({ kind: 'opened', id, content: tables.open(id, bytes) })
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    answer({ kind: 'failed', id, problem: error instanceof FileError ? error.problem : { kind: 'unreadable', detail } })
  }
}

function trace(request: number, text: string): void {
  try {
    const id = parseTraceId(text)
    const packed = id === undefined ? undefined : tables.trace(id)
    answer({ kind: 'trace', request, packed }, packed === undefined ? [] : buffersOf(packed))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    answer({ kind: 'trace', request, packed: undefined, problem })
  }
}

function file(request: number, text: string, form: TraceFileForm): void {
  try {
    const id = parseTraceId(text)
    answer({ kind: 'file', request, file: id === undefined ? undefined : tables.traceFile(id, form) })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    answer({ kind: 'file', request, file: undefined, problem })
  }
}

addEventListener('message', ({ data }: MessageEvent<OpenFilesRequest>) => {
  switch (data.kind) {
    case 'open':
      turn = turn.then(() => open(data.id, data.file))
      break
    case 'close':
      closed.add(data.id)
      tables.close(data.id)
      break
    case 'trace':
      trace(data.request, data.traceId)
      break
    case 'file':
      file(data.request, data.traceId, data.form)
      break
  }
})

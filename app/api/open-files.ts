// The files that are open in this page: read, decoded and kept by a worker, and asked before the server when a trace is
// opened. They outlive a page of the app, not the tab; nothing of them is sent anywhere.

import type { QueryClient } from '@tanstack/react-query'
import { create } from 'zustand'
import type { FileProblem } from '#shared/formats/files/file-problem.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { ApiError } from './fetch-json.ts'
import type { PackedTrace } from './loaded-trace.ts'
import type { OpenFilesAnswer, OpenFilesRequest, Reply } from './open-files-worker.ts'
// oxlint-disable-next-line import/default -- the bundler makes the address of the worker its default export
import script from './open-files-worker.ts?worker&url'
import type { FileContent, FileProgress, TraceFileForm } from './open-tables.ts'
import { createWorker } from './worker-url.ts'

/** Bytes of one file: its rows must fit a tab's memory, whose own limit is the reader's to keep (open-tables.ts). */
export const MAX_FILE_BYTES = 16 * 1024 * 1024 * 1024
/** Files at once: a folder dropped by mistake must not start thousands. */
export const MAX_FILES = 200

const NOT_BEGUN: FileProgress = { bytes: 0, spans: 0, traces: 0, bytesPerSecond: 0 }

export type OpenFileState =
  | { readonly kind: 'reading'; readonly progress: FileProgress }
  | { readonly kind: 'open'; readonly content: FileContent; readonly traceIds: ReadonlySet<string> }
  | { readonly kind: 'failed'; readonly problem: FileProblem }

export interface OpenFile {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly state: OpenFileState
}

interface OpenFilesStore {
  /** In the order they were opened. */
  readonly files: readonly OpenFile[]
  /** How many were left out because MAX_FILES were open already, of the last that were given. */
  readonly leftOut: number
}

export const useOpenFiles = create<OpenFilesStore>(() => ({ files: [], leftOut: 0 }))

/** The worker that has the tables; made when the first file is opened. */
let worker: Worker | undefined
let lastId = 0
let lastRequest = 0
const waiting = new Map<number, (reply: Reply) => void>()
/** What each open file was read from, should it be sent on. */
const sources = new Map<number, Blob>()
/** Told of trace ids whose spans have come or gone. */
const listeners = new Set<(traceIds: ReadonlySet<string>) => void>()

/**
 * Reads files and keeps them open. Each gets its entry in the store at once; its state tells what becomes of it. A file
 * that is too large, or one too many, is not read.
 */
export function openFiles(files: readonly File[]): void {
  const { files: open } = useOpenFiles.getState()
  const taken = files.slice(0, Math.max(0, MAX_FILES - open.length))
  const added = taken.map((file): OpenFile => {
    const id = ++lastId
    const { name, size } = file
    if (size > MAX_FILE_BYTES) {
      const problem = { kind: 'too_large', bytes: size, most: MAX_FILE_BYTES } as const
      return { id, name, bytes: size, state: { kind: 'failed', problem } }
    }
    send({ kind: 'open', id, file })
    sources.set(id, file)
    return { id, name, bytes: size, state: { kind: 'reading', progress: NOT_BEGUN } }
  })
  useOpenFiles.setState({ files: [...open, ...added], leftOut: files.length - taken.length })
}

/** Forgets a file, also one that is still being read. */
export function closeFile(id: number): void {
  const { files } = useOpenFiles.getState()
  const file = files.find(one => one.id === id)
  if (file === undefined) return
  useOpenFiles.setState({ files: files.filter(one => one.id !== id) })
  sources.delete(id)
  if (worker !== undefined) send({ kind: 'close', id })
  if (file.state.kind === 'open') tell(file.state.traceIds)
}

/** The bytes that an open file was read from, as they are; undefined when it is not open. */
export function sourceOf(id: number): Blob | undefined {
  return sources.get(id)
}

/**
 * The handler that the router is given: opens the files and names the page that lists them. Traces in `client` that the
 * files hold spans of are asked for again, and so when a file is closed.
 */
export function createFileOpener(client: QueryClient): (files: readonly File[]) => string {
  listeners.add(traceIds => {
    void client.invalidateQueries({
      predicate: ({ queryKey: [kind, id] }) => kind === 'trace' && typeof id === 'string' && traceIds.has(fullId(id)),
    })
  })
  return files => {
    openFiles(files)
    return '/upload'
  }
}

/**
 * The trace as the open files have it, as it came from the worker (`readOpenTrace` puts it together); undefined when none has a span of it: then the server is asked. Rejects with
 * ApiError `unreadable`, or the signal's reason.
 */
export async function askOpenFiles(traceId: string, signal: AbortSignal): Promise<PackedTrace | undefined> {
  const answer = await askFor(traceId, signal, (request, id) => ({ kind: 'trace', request, traceId: id }))
  return answer?.kind === 'trace' ? answer.packed : undefined
}

/** The trace of the open files as a file in the given form, and as `askOpenFiles` does. */
export async function askOpenFilesForFile(
  traceId: string,
  form: TraceFileForm,
  signal: AbortSignal,
): Promise<Blob | undefined> {
  const answer = await askFor(traceId, signal, (request, id) => ({ kind: 'file', request, traceId: id, form }))
  return answer?.kind === 'file' ? answer.file : undefined
}

/** Whether a trace, by its full id, is one of an open file: then the server is asked nothing about it. */
export function isOfOpenFile(files: readonly OpenFile[], traceId: string): boolean {
  return files.some(({ state }) => state.kind === 'open' && state.traceIds.has(traceId))
}

async function askFor(
  traceId: string,
  signal: AbortSignal,
  message: (request: number, id: string) => OpenFilesRequest,
): Promise<Reply | undefined> {
  const id = fullId(traceId)
  const { files } = useOpenFiles.getState()
  if (!isOfOpenFile(files, id)) return undefined
  const reply = await askWorker(signal, request => message(request, id))
  if (reply.problem !== undefined) {
    const detail = `the open files can’t give the trace: ${reply.problem}`
    throw new ApiError({ code: 'unreadable', status: 0, detail })
  }
  return reply
}

/** The worker's reply to one request, whose number it is given. Rejects with the signal's reason. */
export async function askWorker(signal: AbortSignal, message: (request: number) => OpenFilesRequest): Promise<Reply> {
  const request = ++lastRequest
  return await new Promise<Reply>((resolve, reject) => {
    const stop = (): void => {
      waiting.delete(request)
      reject(signal.reason as Error)
    }
    signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    waiting.set(request, given => {
      signal.removeEventListener('abort', stop)
      resolve(given)
    })
    send(message(request))
  })
}

function fullId(text: string): string {
  return parseTraceId(text) ?? text
}

function tell(traceIds: ReadonlySet<string>): void {
  for (const listener of listeners) listener(traceIds)
}

function send(message: OpenFilesRequest): void {
  worker ??= startWorker()
  worker.postMessage(message)
}

function startWorker(): Worker {
  const started = createWorker(script)
  started.addEventListener('message', ({ data }: MessageEvent<OpenFilesAnswer>) => receive(data))
  started.addEventListener('error', event => {
    started.terminate()
    worker = undefined
    lose(event.message)
  })
  return started
}

function receive(answer: OpenFilesAnswer): void {
  switch (answer.kind) {
    case 'progress':
      change(answer.id, { kind: 'reading', progress: answer.progress })
      break
    case 'opened': {
      const { content } = answer
      const traceIds = new Set<string>(content.traces.map(({ traceId }) => traceId))
      if (change(answer.id, { kind: 'open', content, traceIds })) tell(traceIds)
      break
    }
    case 'failed':
      change(answer.id, { kind: 'failed', problem: answer.problem })
      break
    default:
      waiting.get(answer.request)?.(answer)
      waiting.delete(answer.request)
      break
  }
}

/** False when the file has been closed meanwhile. */
function change(id: number, state: OpenFileState): boolean {
  const { files } = useOpenFiles.getState()
  if (!files.some(file => file.id === id)) return false
  useOpenFiles.setState({ files: files.map(file => (file.id === id ? { ...file, state } : file)) })
  return true
}

/** The worker is gone, most likely for want of memory, and all tables with it. */
function lose(reason: string | undefined): void {
  // A script that can't be fetched says nothing.
  const detail =
    reason === undefined || reason === '' ? 'the reader did not start, or stopped' : `the reader stopped: ${reason}`
  const { files } = useOpenFiles.getState()
  const failed = { kind: 'failed', problem: { kind: 'unreadable', detail } } as const
  useOpenFiles.setState({
    files: files.map(file => (file.state.kind === 'failed' ? file : { ...file, state: failed })),
  })
  for (const [request, done] of waiting) done({ kind: 'trace', request, packed: undefined, problem: detail })
  waiting.clear()
}

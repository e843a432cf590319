// What is done with open files on request: found in, written in another form, sent to the store. Apart from open-files.ts,
// which the first page load pays for.

import type { QueryClient } from '@tanstack/react-query'
import { queryOptions } from '@tanstack/react-query'
import { ImportAnswer } from '#shared/api/import.ts'
import { PATHS } from '#shared/api/spoor.ts'
import { ApiError, apiUrl, fetchJson } from './fetch-json.ts'
import { askWorker, sourceOf } from './open-files.ts'
import type { OpenFile } from './open-files.ts'
import type { TraceFileForm } from './open-tables.ts'

/** By then the browser has taken hold of the file. */
const REVOKED_AFTER_MS = 60_000

/**
 * Ids of the traces of open files in which a span matches every term of `text`; null when it has no term. `files` are a
 * part of the key, so that the question is asked again when others are open.
 */
export function findInFilesQuery(text: string, files: readonly OpenFile[]) {
  const open = openIds(files)
  return queryOptions({
    queryKey: ['open-files', 'find', text.trim(), ...open],
    queryFn: async ({ signal }) => {
      const reply = await askWorker(signal, request => ({ kind: 'find', request, text }))
      if (reply.problem !== undefined) throw new ApiError({ code: 'unreadable', status: 0, detail: reply.problem })
      return reply.kind === 'found' ? (reply.traceIds ?? null) : null
    },
    enabled: text.trim() !== '' && open.length > 0,
    structuralSharing: false,
    // Asked again when wanted: it is near.
    gcTime: 0,
    retry: false,
  })
}

/**
 * What traces that lie in several open files have once they are put together, by trace id. `files` are a part of the key,
 * as above.
 */
export function countInFilesQuery(traceIds: readonly string[], files: readonly OpenFile[]) {
  return queryOptions({
    queryKey: ['open-files', 'count', ...openIds(files)],
    queryFn: async ({ signal }) => {
      const reply = await askWorker(signal, request => ({ kind: 'count', request, traceIds }))
      if (reply.kind === 'counted' && reply.counts !== undefined) return reply.counts
      throw new ApiError({ code: 'unreadable', status: 0, detail: reply.problem ?? 'the files are not open any more' })
    },
    enabled: traceIds.length > 0,
    structuralSharing: false,
    gcTime: 0,
    retry: false,
  })
}

function openIds(files: readonly OpenFile[]): readonly number[] {
  return files.filter(({ state }) => state.kind === 'open').map(({ id }) => id)
}

/** Saves all spans of a file in another form. Rejects with ApiError `unreadable`. */
export async function exportFile(file: OpenFile, form: TraceFileForm): Promise<void> {
  const signal = new AbortController().signal
  const reply = await askWorker(signal, request => ({ kind: 'export', request, id: file.id, form }))
  if (reply.kind !== 'file' || reply.file === undefined) {
    const detail = reply.problem ?? 'the file is not open any more'
    throw new ApiError({ code: 'unreadable', status: 0, detail })
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(reply.file)
  link.download = `${bareName(file.name)}.${ENDINGS[form]}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER_MS)
}

const ENDINGS: Readonly<Record<TraceFileForm, string>> = {
  otlp: 'otlp.json',
  jaeger: 'jaeger.json',
  'jaeger-raw': 'jaeger.json',
  chrome: 'chrome.json',
  'otlp-protobuf': 'pb',
}

/** A name without the endings that told its form. */
function bareName(name: string): string {
  return name.replace(/(\.(json|jsonl|ndjson|txt|pb|dat|gz|zst|otlp|jaeger|chrome))+$/iu, '') || 'traces'
}

/**
 * Sends a file, as it is, to the server to be kept; how many spans the store has of it now. Rejects with ApiError in the server's words,
 * also when nothing of it was kept.
 */
export async function keepFile(file: OpenFile, client: QueryClient): Promise<number> {
  const body = sourceOf(file.id)
  if (body === undefined) throw new ApiError({ code: 'unreadable', status: 0, detail: 'the file is not open any more' })
  const url = apiUrl(PATHS.import, { name: file.name })
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await fetchJson(url, ImportAnswer, undefined, { method: 'POST', headers, body })
  const spans = answer.files.reduce((all, one) => all + one.spans, 0)
  const error = answer.files.find(one => one.error !== null)?.error
  if (spans === 0 && typeof error === 'string') throw new ApiError({ code: 'undecodable', status: 200, detail: error })
  await client.invalidateQueries({ predicate: ({ queryKey: [kind] }) => kind !== 'open-files' && kind !== 'trace' })
  return spans
}

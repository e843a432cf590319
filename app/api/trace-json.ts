// A trace as JSON for people: OTLP or Jaeger, as text (shown line by line) or as a file. One of an open file is written in the
// browser, any other by the server.

import { queryOptions } from '@tanstack/react-query'
import { PATHS } from '#shared/api/spoor.ts'
import { ApiError, apiUrl, fetchOk } from './fetch-json.ts'
import { askOpenFilesForFile } from './open-files.ts'
import type { TraceFileForm } from './open-tables.ts'
import { STALE_MS } from './query-client.ts'

export type TraceJsonForm = 'otlp' | 'jaeger' | 'jaeger-raw'

/** Longest text that is shown, in bytes: a string of it and its lines must fit beside the trace. The file has no limit. */
export const MAX_SHOWN_JSON_BYTES = 128 * 1024 * 1024

/** Saves the trace as a file. Rejects with ApiError when an open file can't give it; the server's answer is the browser's to tell. */
export async function downloadTrace(traceId: string, form: TraceFileForm): Promise<void> {
  const file = await askOpenFilesForFile(traceId, form, new AbortController().signal)
  const link = document.createElement('a')
  link.href = file === undefined ? traceFileUrl(traceId, form) : URL.createObjectURL(file)
  // The server names its file itself.
  link.download = file === undefined ? '' : `${traceId}.${form === 'otlp-protobuf' ? 'pb' : 'json'}`
  link.click()
  if (file !== undefined) setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER_MS)
}

/** By then the browser has taken hold of the file. */
const REVOKED_AFTER_MS = 60_000

function traceFileUrl(traceId: string, form: TraceFileForm): string {
  const path = PATHS.trace.replace('{id}', encodeURIComponent(traceId))
  if (form === 'jaeger-raw') return apiUrl(path, { download: 'jaeger-json', raw: 'true' }).href
  return apiUrl(path, { download: form === 'otlp-protobuf' ? form : `${form}-json` }).href
}

/** The JSON text as the server, or the worker of the open files, writes it. Rejects with ApiError, `too_large` above MAX_SHOWN_JSON_BYTES. */
export function traceJsonQuery(traceId: string, form: TraceJsonForm) {
  return queryOptions({
    queryKey: ['trace-json', traceId, form],
    queryFn: async ({ signal }) => {
      const file = await askOpenFilesForFile(traceId, form, signal)
      if (file !== undefined) {
        if (file.size > MAX_SHOWN_JSON_BYTES) throw tooLong()
        return await file.text()
      }
      const answer = await fetchOk(
        new URL(traceFileUrl(traceId, form)),
        { headers: { accept: 'application/json' } },
        signal,
      )
      return await readText(answer)
    },
    staleTime: STALE_MS.trace,
    // Hundreds of MB that are easily had again.
    gcTime: 0,
  })
}

async function readText(answer: Response): Promise<string> {
  if (answer.body === null) return ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  const reader = answer.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength
    if (bytes > MAX_SHOWN_JSON_BYTES) {
      await reader.cancel()
      throw tooLong()
    }
    parts.push(decoder.decode(part.value, { stream: true }))
  }
  parts.push(decoder.decode())
  return parts.join('')
}

function tooLong(): ApiError {
  const detail = `the JSON has more than ${MAX_SHOWN_JSON_BYTES / 1024 / 1024} MiB`
  return new ApiError({ code: 'too_large', status: 200, detail })
}

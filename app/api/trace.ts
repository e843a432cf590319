// A trace over the wire: its core first, so that rows show at once, then attributes, events and links.

import { queryOptions } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { PATHS, SPANS_MEDIA_TYPE } from '#shared/api/spoor.ts'
import { ApiError, apiUrl, fetchOk } from './fetch-json.ts'
import type { LoadedTrace } from './loaded-trace.ts'
import { readOpenTrace } from './open-trace.ts'
import { STALE_MS } from './query-client.ts'
import { createTraceDecoder, TraceDecodeError } from './trace-decoder.ts'
import type { TraceDecoder } from './trace-decoder.ts'

/**
 * Largest table that is read, in bytes: about 8 million spans, beyond which the tab has no memory for the tree and its
 * drawing.
 */
const MAX_TABLE_BYTES = 1024 * 1024 * 1024

export function traceKey(traceId: string): readonly string[] {
  return ['trace', traceId]
}

/**
 * A trace of an open file comes from there, whole. Else GET /api/spoor/traces/{id}, sections `core`, then `rest`. The
 * query's data is the core as soon as that is there and is replaced by the whole trace; `onCore` tells of the first.
 * Should spans have arrived in between, all is read once more. Rejects with ApiError (`trace_not_found` when there is
 * none).
 */
export function traceQuery(traceId: string, client: QueryClient) {
  return queryOptions({
    queryKey: traceKey(traceId),
    queryFn: async ({ signal }) => {
      const open = await readOpenTrace(traceId, signal)
      if (open !== undefined) return open
      const key = traceKey(traceId)
      const loaded = await readTrace(traceId, signal, core => {
        // A refetch keeps the whole trace on screen until the newer one is whole.
        if (client.getQueryData<LoadedTrace>(key) === undefined) client.setQueryData(key, core)
      })
      // Asked again and nothing came: what is on screen stays, with all that was made of it.
      const before = client.getQueryData<LoadedTrace>(key)
      return before?.whole === true && before.trace.size === loaded.trace.size ? before : loaded
    },
    staleTime: STALE_MS.trace,
    // Typed arrays and lazy dictionaries: comparing them value by value would read everything.
    structuralSharing: false,
  })
}

/** Reads a trace whole; `onCore` gets what shows first. */
export async function readTrace(
  traceId: string,
  signal: AbortSignal,
  onCore: (core: LoadedTrace) => void,
): Promise<LoadedTrace> {
  const decoder = createTraceDecoder()
  const rest = new AbortController()
  try {
    // Both are asked for at once: the rest is on its way while the core is decoded and drawn.
    const read = Math.random().toString(36).slice(2)
    const coreAnswer = fetchSections(traceId, 'core', signal, read)
    const restAnswer = fetchSections(traceId, 'rest', AbortSignal.any([signal, rest.signal]), read)
    restAnswer.catch(() => undefined)
    onCore(await decodeAnswer(traceId, 'core', await coreAnswer, decoder, signal))
    try {
      return await decodeAnswer(traceId, 'rest', await restAnswer, decoder, signal)
    } catch (error) {
      if (!(error instanceof TraceDecodeError)) throw error
      return await decodeAnswer(traceId, 'all', await fetchSections(traceId, 'all', signal), decoder, signal)
    }
  } catch (error) {
    if (error instanceof TraceDecodeError) {
      throw new ApiError(
        { code: 'unreadable', status: 200, detail: `the spans can’t be read: ${error.message}` },
        error,
      )
    }
    throw error
  } finally {
    rest.abort()
    decoder.close()
  }
}

type Sections = 'core' | 'rest' | 'all'

async function decodeAnswer(
  traceId: string,
  sections: Sections,
  answer: Response,
  decoder: TraceDecoder,
  signal: AbortSignal,
): Promise<LoadedTrace> {
  return await decoder.decode(sections, traceId, piecesOf(answer, MAX_TABLE_BYTES), signal)
}

/** `read`: requests that share it are answered from one read of the store. */
function fetchSections(traceId: string, sections: Sections, signal: AbortSignal, read?: string): Promise<Response> {
  const url = apiUrl(PATHS.trace.replace('{id}', encodeURIComponent(traceId)), {
    sections: sections === 'all' ? undefined : sections,
    read,
  })
  return fetchOk(url, { headers: { accept: SPANS_MEDIA_TYPE } }, signal)
}

/** The body as it comes: put together here it would hold the page up. ApiError `too_large` when it is longer than `most`. */
async function* piecesOf(answer: Response, most: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const length = Number(answer.headers.get('content-length') ?? 0)
  if (length > most) throw tooLarge(length, most)
  if (answer.body === null) return
  const reader = answer.body.getReader()
  let read = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      read += part.value.length
      if (read > most) throw tooLarge(read, most)
      yield part.value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function tooLarge(seen: number, most: number): ApiError {
  const detail = `the trace has ${seen} bytes; this page reads up to ${most}`
  return new ApiError({ code: 'too_large', status: 200, detail, seen: String(seen), expected: `≤ ${most}` })
}

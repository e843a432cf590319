// Spans of other traces that link to a trace: of those that the server keeps, and of those in open files.

import { queryOptions } from '@tanstack/react-query'
import { LinksToAnswer, PATHS } from '#shared/api/spoor.ts'
import { parseSpanId, parseTraceId } from '#shared/spans/ids.ts'
import type { IncomingLink, IncomingLinks } from '#shared/spans/incoming-links.ts'
import { ApiError, apiUrl, fetchJson, HAS_SERVER } from './fetch-json.ts'
import { askWorker, useOpenFiles } from './open-files.ts'
import { STALE_MS } from './query-client.ts'

/** Of a trace that more spans link to, so many are known: the newest of the server's and of the files'. */
const MOST_ASKED = 500

const NONE: IncomingLinks = { links: [], total: 0, exact: true }

/**
 * GET /api/spoor/links-to/{id}, unless the trace is one of an open file (`isOfFile`), and the open files; newest first. A store that can't
 * look for them knows none. Asked again when other files are open.
 */
export function linksToQuery(traceId: string, isOfFile: boolean) {
  const open = useOpenFiles.getState().files.flatMap(({ id, state }) => (state.kind === 'open' ? [id] : []))
  return queryOptions({
    queryKey: ['links-to', traceId, isOfFile, ...open],
    queryFn: async ({ signal }): Promise<IncomingLinks> => {
      const [stored, filed] = await Promise.all([
        isOfFile || !HAS_SERVER ? NONE : askServer(traceId, signal),
        open.length === 0 ? NONE : askFiles(traceId, signal),
      ])
      return joined(stored, filed)
    },
    staleTime: STALE_MS.names,
    // Times are bigints, which structural sharing can't compare.
    structuralSharing: false,
  })
}

async function askServer(traceId: string, signal: AbortSignal): Promise<IncomingLinks> {
  const url = apiUrl(PATHS.linksTo.replace('{id}', encodeURIComponent(traceId)), { limit: MOST_ASKED })
  const { links, total, exact, incomplete } = await fetchJson(url, LinksToAnswer, signal)
  const known = links.flatMap((link): IncomingLink[] => {
    const ids = { trace: parseTraceId(link.traceId), span: parseSpanId(link.spanId) }
    const linkedSpanId = parseSpanId(link.linkedSpanId)
    if (ids.trace === undefined || ids.span === undefined || linkedSpanId === undefined) return []
    return [
      {
        ...link,
        traceId: ids.trace,
        spanId: ids.span,
        linkedSpanId,
        service: link.service ?? undefined,
        startTime: BigInt(link.startTime),
      },
    ]
  })
  return { links: known, total, exact: exact && incomplete === null }
}

async function askFiles(traceId: string, signal: AbortSignal): Promise<IncomingLinks> {
  const reply = await askWorker(signal, request => ({ kind: 'linksTo', request, traceId, limit: MOST_ASKED }))
  if (reply.problem !== undefined) throw new ApiError({ code: 'unreadable', status: 0, detail: reply.problem })
  return reply.kind === 'linksTo' && reply.found !== undefined ? reply.found : NONE
}

/** A link that both have counts once. */
function joined(a: IncomingLinks, b: IncomingLinks): IncomingLinks {
  if (b.total === 0) return a
  if (a.total === 0) return b
  const known = new Set(a.links.map(keyOf))
  const more = b.links.filter(link => !known.has(keyOf(link)))
  const links = [...a.links, ...more].sort((x, y) =>
    x.startTime < y.startTime ? 1 : x.startTime > y.startTime ? -1 : 0,
  )
  return { links, total: a.total + b.total - (b.links.length - more.length), exact: a.exact && b.exact }
}

function keyOf({ traceId, spanId, linkedSpanId }: IncomingLink): string {
  return `${traceId}${spanId}${linkedSpanId}`
}

// The trace that stands for a group: of median duration among those compared before, those of open files, or the store's latest.

import type { QueryClient } from '@tanstack/react-query'
import { HAS_SERVER } from '#app/api/fetch-json.ts'
import { isOfOpenFile, useOpenFiles } from '#app/api/open-files.ts'
import { traceQuery } from '#app/api/trace.ts'
import { typicalTraceQuery } from '#app/api/typical-trace.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { comparedRange } from '#shared/trace/diff/diff-input.ts'
import { mainRoot, spanName } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'

export interface FoundTypical {
  readonly traceId: string
  /** How many traces it is the median of. */
  readonly peers: number
  readonly of: 'cohort' | 'files' | 'server'
}

/** Two have no middle. */
const LEAST_GROUP = 3
/** Each trace of a group is read whole to know its duration. */
const MOST_GROUP = 32

/**
 * The lower median by duration among traces of the same operation, `id` itself apart: those of the cohort when that has three
 * or more, else where `id` comes from. Undefined when there is none. Rejects as reading a trace does; of a cohort those that are no longer
 * there are passed over.
 */
export async function findTypical(
  client: QueryClient,
  trace: Trace,
  id: string,
  cohort: readonly string[],
): Promise<FoundTypical | undefined> {
  const { service, name } = operationOf(trace)
  const others = [...new Set(cohort.map(one => parseTraceId(one)))].filter(one => one !== undefined && one !== id)
  if (others.length >= LEAST_GROUP) {
    const known: Peer[] = []
    for (const traceId of others.slice(0, MOST_GROUP)) {
      if (traceId === undefined) continue
      const read = await client.fetchQuery(traceQuery(traceId, client)).catch(() => undefined)
      if (read === undefined || read.trace.size === 0) continue
      const operation = operationOf(read.trace)
      if (operation.service !== service || operation.name !== name) continue
      const { from, to } = comparedRange(read.trace)
      known.push({ traceId, durationNs: to - from })
    }
    if (known.length >= LEAST_GROUP) return { ...medianOf(known), of: 'cohort' }
  }
  if (name === '') return undefined
  const { files } = useOpenFiles.getState()
  if (isOfOpenFile(files, id)) {
    const peers = files
      .flatMap(({ state }) => (state.kind === 'open' ? state.content.traces : []))
      .filter(one => one.traceId !== id && one.service === service && one.name === name && one.rooted)
    // The names of a file are told to the server only by who asks for that (ChooseTrace.tsx).
    return peers.length === 0 ? undefined : { ...medianOf(peers), of: 'files' }
  }
  if (!HAS_SERVER || service === undefined) return undefined
  const found = await client.fetchQuery(typicalTraceQuery(service, name, id))
  return found === null ? undefined : { traceId: found.trace.traceId, peers: found.peers, of: 'server' }
}

/** What a trace begins with. */
function operationOf(trace: Trace): { readonly service: string | undefined; readonly name: string } {
  const root = mainRoot(trace)
  if (root < 0) return { service: undefined, name: '' }
  return { service: trace.services[trace.service[root]], name: spanName(trace, root) }
}

interface Peer {
  readonly traceId: string
  readonly durationNs: number
}

function medianOf(peers: readonly Peer[]): { readonly traceId: string; readonly peers: number } {
  const sorted = peers.toSorted((x, y) => x.durationNs - y.durationNs)
  return { traceId: sorted[(sorted.length - 1) >> 1].traceId, peers: peers.length }
}

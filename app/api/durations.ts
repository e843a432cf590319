// How long other spans of one operation take.

import { queryOptions } from '@tanstack/react-query'
import { DurationsAnswer, PATHS } from '#shared/api/spoor.ts'
import type { SpanKind } from '#shared/spans/span-table.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'
import { STALE_MS } from './query-client.ts'

export interface DurationPeers {
  /** Undefined: the span names none. */
  readonly service: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** ns since the epoch: peers are those of the day before, and of the hour after. */
  readonly around: bigint
}

/** Servers take 16 KiB of a request's head, ours too: names that make a longer address are not asked about. */
const MOST_ADDRESS = 8000

const HOUR_US = 3_600_000_000n

/** GET /api/spoor/durations: those of the same service, name and kind, by bucket; none when nobody can be asked. */
export function durationPeersQuery({ service, name, kind, around }: DurationPeers) {
  // To the hour, so that neighbours in time share an answer.
  const hour = around / 1000n / HOUR_US
  return queryOptions({
    queryKey: ['durations', service, name, kind, String(hour)],
    queryFn: async ({ signal }) => {
      const [start, end] = [(hour - 24n) * HOUR_US, (hour + 2n) * HOUR_US].map(us => String(us < 0n ? 0n : us))
      const url = apiUrl(PATHS.durations, { service, operation: name, kind, start, end })
      if (url.href.length > MOST_ADDRESS) return []
      return (await fetchJson(url, DurationsAnswer, signal)).buckets
    },
    staleTime: STALE_MS.names,
  })
}

// A trace that may still get spans: when it is asked for again, and which spans came since it was opened.

import { useMemo, useState } from 'react'
import { spanIdOf } from '#shared/trace/trace.ts'
import type { Trace } from '#shared/trace/trace.ts'

/** After its last span ended so long ago a trace is taken for finished, ms: longer than senders hold their batches back. */
const QUIET_MS = 60_000

/** By size: reading a small trace again costs nothing, a large one is read again when a person asks. */
const EVERY: readonly { readonly most: number; readonly ms: number }[] = [
  { most: 20_000, ms: 3000 },
  { most: 200_000, ms: 10_000 },
]

/**
 * How long to wait before the trace is asked for again, ms; false: it is not. `now`: ms since the epoch. A clock of a sender
 * that is far ahead keeps nobody asking for ever.
 */
export function askAgainIn(trace: Pick<Trace, 'startTime' | 'durationNs' | 'size'>, now: number): number | false {
  const ended = Number(trace.startTime / 1_000_000n) + trace.durationNs / 1e6
  const quiet = now - ended
  if (quiet > QUIET_MS || quiet < -QUIET_MS) return false
  return EVERY.find(({ most }) => trace.size <= most)?.ms ?? false
}

export interface LateSpans {
  /** How many came since the trace was opened. */
  readonly count: number
  readonly isLate: (span: number) => boolean
}

const NONE: LateSpans = { count: 0, isLate: () => false }

/** Compares with the trace as it was when it was first whole. */
export function useLateSpans(trace: Trace, whole: boolean): LateSpans {
  const [first, setFirst] = useState<Trace | undefined>(undefined)
  if (whole && first === undefined) setFirst(trace)
  return useMemo(() => {
    if (first === undefined || first === trace || first.size >= trace.size) return NONE
    const known = new Set<string>()
    for (let i = 0; i < first.size; i++) known.add(spanIdOf(first, i))
    const late = new Uint8Array(trace.size)
    let count = 0
    for (let i = 0; i < trace.size; i++) {
      if (known.has(spanIdOf(trace, i))) continue
      late[i] = 1
      count++
    }
    return { count, isLate: i => late[i] === 1 }
  }, [first, trace])
}

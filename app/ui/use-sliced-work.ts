// The results of long work (shared/trace/sliced-work.ts) that this thread does in slices.

import { useEffect, useMemo, useState } from 'react'
import { runInSlices } from '#shared/trace/run-in-slices.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'

export interface Worked<T> {
  /** Undefined until the first result. */
  readonly value: T | undefined
  /** The value is of other questions than the last; the new one is on its way. */
  readonly stale: boolean
}

/**
 * The result of the work that `make` begins, again whenever `make` is another (memoise it); the old result stays until the new
 * one is there. `undefined`: nothing to do yet. What throws goes to the error boundary.
 */
export function useSlicedWork<T>(make: (() => SlicedWork<T>) | undefined): Worked<T> {
  const [done, setDone] = useState<{ readonly of: unknown; readonly value: T | undefined; readonly error?: Error }>()
  useEffect(() => {
    if (make === undefined) return undefined
    const stop = new AbortController()
    runInSlices(make(), stop.signal).then(
      value => {
        if (!stop.signal.aborted) setDone({ of: make, value })
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        setDone({ of: make, value: undefined, error: error instanceof Error ? error : new Error(String(error)) })
      },
    )
    return () => stop.abort()
  }, [make])
  if (done?.error !== undefined && done.of === make) throw done.error
  return { value: done?.value, stale: done !== undefined && done.of !== make }
}

/** Up to so many spans the work takes two frames at most, and what it gives is there at once: slices would take it longer. */
const AT_ONCE = 100_000

/**
 * The result of work over the spans of `trace`: there at once for a small one; of a large trace it is undefined while `busy`,
 * unless there is one of the same trace from before. `make` is memoised; undefined: nothing to do.
 */
export function useTraceWork<T>(
  trace: { readonly size: number },
  make: (() => SlicedWork<T>) | undefined,
): { readonly value: T | undefined; readonly busy: boolean } {
  const small = trace.size <= AT_ONCE
  const now = useMemo(() => (small && make !== undefined ? finishWork(make()) : undefined), [small, make])
  const kept = useMemo(
    () =>
      small || make === undefined
        ? undefined
        : function* () {
            return { trace, value: yield* make() }
          },
    [trace, small, make],
  )
  const later = useSlicedWork(kept)
  if (small || make === undefined) return { value: now, busy: false }
  return {
    value: later.value?.trace === trace ? later.value.value : undefined,
    busy: later.stale || later.value === undefined,
  }
}

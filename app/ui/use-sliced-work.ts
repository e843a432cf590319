// Runs long work (shared/trace/sliced-work.ts) on this thread without holding it up: some milliseconds, then others, then again.

import { useEffect, useState } from 'react'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'

/** Longest stretch at once, ms: with drawing it stays within two frames. */
const SLICE_MS = 12

/** Resolves with the result; rejects with the signal's reason when it is given up. */
export async function runInSlices<T>(work: SlicedWork<T>, signal: AbortSignal): Promise<T> {
  const channel = new MessageChannel()
  try {
    for (;;) {
      const until = performance.now() + SLICE_MS
      do {
        const { done, value } = work.next()
        if (done === true) return value
      } while (performance.now() < until)
      // A message comes after what is waiting already, and sooner than the 4 ms of a nested timer.
      await new Promise(resolve => {
        channel.port1.addEventListener('message', resolve, { once: true })
        channel.port1.start()
        channel.port2.postMessage(undefined)
      })
      signal.throwIfAborted()
    }
  } finally {
    channel.port1.close()
  }
}

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

// Runs long work (shared/trace/sliced-work.ts) on this thread without holding it up: some milliseconds, then others, then again.

import type { SlicedWork } from './sliced-work.ts'

/** Longest stretch at once, ms: with drawing it stays within two frames. */
const SLICE_MS = 12

/** Resolves with the result; rejects with the signal's reason when it is given up. */
export async function runInSlices<T>(work: SlicedWork<T>, signal: AbortSignal): Promise<T> {
  const channel = new MessageChannel()
  channel.port1.start()
  // A message comes after what is waiting already, and sooner than the 4 ms of a nested timer.
  const breath = async (): Promise<void> => {
    await new Promise(resolve => {
      channel.port1.addEventListener('message', resolve, { once: true })
      channel.port2.postMessage(undefined)
    })
    signal.throwIfAborted()
  }
  try {
    for (;;) {
      // Before the first slice too: several works may begin in one go. And after the last: what follows from it is no less work.
      await breath()
      const until = performance.now() + SLICE_MS
      do {
        const { done, value } = work.next()
        if (done !== true) continue
        await breath()
        return value
      } while (performance.now() < until)
    }
  } finally {
    channel.port1.close()
  }
}

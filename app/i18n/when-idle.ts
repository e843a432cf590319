// Work for a moment in which the browser has nothing else to do.

/** So long at most it waits, ms. */
const IDLE_MS = 3000

/** Runs once; returns what calls it off. */
export function whenIdle(run: () => void): () => void {
  // Safari knows no idle callbacks.
  if (typeof requestIdleCallback !== 'function') {
    const id = setTimeout(run, IDLE_MS / 2)
    return () => clearTimeout(id)
  }
  const id = requestIdleCallback(run, { timeout: IDLE_MS })
  return () => cancelIdleCallback(id)
}

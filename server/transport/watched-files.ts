/**
 * Files that are read again when they change. Looked at now and then instead of watched: what mounts a secret swaps a link two
 * folders above it, of which no watcher of the file is told.
 */
import { statSync } from 'node:fs'

/** How often they are looked at, ms. */
const LOOK_MS = 2000

/** Calls `changed` when one of the files is another one or was written to; the answer stops it. What it throws is for the caller to catch. */
export function watchFiles(paths: readonly string[], changed: () => void, lookMs = LOOK_MS): () => void {
  let last = stampOf(paths)
  const timer = setInterval(() => {
    const now = stampOf(paths)
    if (now === last) return
    last = now
    changed()
  }, lookMs)
  timer.unref()
  return () => clearInterval(timer)
}

function stampOf(paths: readonly string[]): string {
  return paths
    .map(path => {
      try {
        const { mtimeMs, size, ino } = statSync(path)
        return `${mtimeMs} ${size} ${ino}`
      } catch {
        return 'away'
      }
    })
    .join()
}

// A trace out of the open files. Apart from open-files.ts, which the first page load pays for.

import { unpackTrace } from './loaded-trace.ts'
import type { LoadedTrace } from './loaded-trace.ts'
import { askOpenFiles } from './open-files.ts'

/** The trace as the open files have it, whole; undefined when none has a span of it. Rejects as `askOpenFiles` does. */
export async function readOpenTrace(traceId: string, signal: AbortSignal): Promise<LoadedTrace | undefined> {
  const packed = await askOpenFiles(traceId, signal)
  return packed === undefined ? undefined : unpackTrace(packed)
}

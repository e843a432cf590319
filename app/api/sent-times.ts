// The same trace with the times as they were sent, where clocks disagree. Loaded when somebody asks for it.

import { loadTrace } from './load-trace.ts'
import type { LoadedTrace } from './loaded-trace.ts'

/** All that is computed from times, again. A second for a million spans. */
export function withSentTimes({ trace, whole }: LoadedTrace): LoadedTrace {
  return loadTrace(trace.table, trace.traceId, whole, { rawClocks: true })
}

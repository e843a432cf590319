// Rows of the timeline, kept up without holding the page up: what of a trace they hang on, and their making in slices.

import { useCallback, useState } from 'react'
import { useTraceWork } from '#app/ui/use-sliced-work.ts'
import { rowChoices } from '#shared/trace/folding.ts'
import type { Folding, RowLimits } from '#shared/trace/folding.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import type { Trace } from '#shared/trace/trace.ts'
import { visibleRowsWork } from '#shared/trace/visible-rows.ts'
import type { VisibleRows } from '#shared/trace/visible-rows.ts'

/** The trace while only its core counts: the same object until a span comes, also when attributes do. */
export function useShape(trace: Trace): Trace {
  const [shape, setShape] = useState(trace)
  if (shape.row === trace.row) return shape
  setShape(trace)
  return trace
}

/**
 * The rows of a trace. The first are there at once; of a large trace others come in slices, and those before stay until then.
 * `limits` is memoised.
 */
export function useVisibleRows(trace: Trace, folding: Folding, limits: RowLimits): VisibleRows {
  const make = useCallback(() => visibleRowsWork(trace, rowChoices(trace, folding, limits)), [trace, folding, limits])
  const begin = (): { readonly trace: Trace; readonly make: typeof make; readonly rows: VisibleRows } => ({
    trace,
    make,
    rows: finishWork(make()),
  })
  const [first, setFirst] = useState(begin)
  let begun = first
  if (first.trace !== trace) {
    begun = begin()
    setFirst(begun)
  }
  const { value } = useTraceWork(trace, make === begun.make ? undefined : make)
  return value ?? begun.rows
}

// Compares two traces off the main thread: a hundred thousand spans each take a second.

import type { DiffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'
import { buffersOf } from './buffers-of.ts'

/** First A, then B. */
export type DiffRequest = DiffInput

export type DiffAnswer =
  | { readonly diff: TraceDiff; readonly problem?: undefined }
  | { readonly diff?: undefined; readonly problem: string }

const traces: DiffInput[] = []

addEventListener('message', ({ data }: MessageEvent<DiffRequest>) => {
  traces.push(data)
  if (traces.length < 2) return
  let answer: DiffAnswer
  try {
    answer = { diff: diffTraces(traces[0], traces[1]) }
  } catch (error) {
    answer = { problem: error instanceof Error ? error.message : String(error) }
  }
  self.postMessage(answer, { transfer: buffersOf(answer) })
})

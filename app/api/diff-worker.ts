// Compares two traces off the main thread: a hundred thousand spans each take a second.

import type { DiffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import type { TraceDiff } from '#shared/trace/diff/diff-traces.ts'

export interface DiffRequest {
  readonly a: DiffInput
  readonly b: DiffInput
}

export type DiffAnswer =
  | { readonly diff: TraceDiff; readonly problem?: undefined }
  | { readonly diff?: undefined; readonly problem: string }

addEventListener('message', ({ data }: MessageEvent<DiffRequest>) => {
  let answer: DiffAnswer
  try {
    answer = { diff: diffTraces(data.a, data.b) }
  } catch (error) {
    answer = { problem: error instanceof Error ? error.message : String(error) }
  }
  self.postMessage(answer)
})

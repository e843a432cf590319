// The English catalogue: one line for each file of words. Keys are typed from here, so a message that is not in a file
// registered here does not compile. A page adds `en/<page>.ts` and `zh-CN/<page>.ts`, and its line in both lists. Loaded
// after the first result, whose words stand in en-first.ts.

import type { TraceHeadId, TraceViewsId } from './later/words.ts'
import { enFirst } from './en-first.ts'
import { about } from './en/about.ts'
import { compare } from './en/compare.ts'
import { map } from './en/map.ts'
import { status } from './en/status.ts'
import { timeline } from './en/timeline.ts'
import { trace } from './en/trace.ts'
import { upload } from './en/upload.ts'

export const en = {
  ...enFirst,
  ...status,
  ...about,
  ...trace,
  ...timeline,
  ...compare,
  ...upload,
  ...map,
} as const

/** Key of a message that is there from the start. */
export type FirstId = keyof typeof en

/** Key of a message: those of `later/` have words only below their `LaterWords`. */
export type MessageId = FirstId | TraceViewsId | TraceHeadId

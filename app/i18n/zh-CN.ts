// The Chinese catalogue (zh-CN), loaded when it is wanted: one line for each file of words. A key that is missing here
// does not compile.

import type { FirstId } from './en.ts'
import { about } from './zh-CN/about.ts'
import { compare } from './zh-CN/compare.ts'
import { ledger } from './zh-CN/ledger.ts'
import { map } from './zh-CN/map.ts'
import { search } from './zh-CN/search.ts'
import { shell } from './zh-CN/shell.ts'
import { status } from './zh-CN/status.ts'
import { timeline } from './zh-CN/timeline.ts'
import { trace } from './zh-CN/trace.ts'
import { ui } from './zh-CN/ui.ts'
import { upload } from './zh-CN/upload.ts'

export const zhCN: Readonly<Record<FirstId, string>> = {
  ...ui,
  ...shell,
  ...search,
  ...ledger,
  ...status,
  ...about,
  ...trace,
  ...timeline,
  ...compare,
  ...upload,
  ...map,
}

// Which words come later: a file a set, in both languages.

import type { Locale } from '#app/i18n/locale.ts'
import type { traceViews } from './en/trace-views.ts'

/** Keys of the messages that are loaded with the views of a trace. */
export type TraceViewsId = keyof typeof traceViews

export type LaterWordsOf = Readonly<Record<TraceViewsId, string>>

/** Rejects when the script can't be fetched. */
export async function loadTraceViewsWords(locale: Locale): Promise<LaterWordsOf> {
  if (locale === 'en') return (await import('./en/trace-views.ts')).traceViews
  return (await import('./zh-CN/trace-views.ts')).traceViews
}

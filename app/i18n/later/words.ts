// Which words come later: a file a set, in both languages.

import type { Locale } from '#app/i18n/locale.ts'
import type { traceHead } from './en/trace-head.ts'
import type { traceViews } from './en/trace-views.ts'

/** Keys of the messages that are loaded with the views of a trace. */
export type TraceViewsId = keyof typeof traceViews

/** Keys of those that are loaded with what one can do with a trace. */
export type TraceHeadId = keyof typeof traceHead

export type LaterWordsOf = Readonly<Record<TraceViewsId, string>>
/** The words of one set. */
export type LaterSet = LaterWordsOf | Readonly<Record<TraceHeadId, string>>

/** Rejects when the script can't be fetched. */
export async function loadTraceViewsWords(locale: Locale): Promise<LaterWordsOf> {
  if (locale === 'en') return (await import('./en/trace-views.ts')).traceViews
  return (await import('./zh-CN/trace-views.ts')).traceViews
}

/** Rejects likewise. */
export async function loadTraceHeadWords(locale: Locale): Promise<LaterSet> {
  if (locale === 'en') return (await import('./en/trace-head.ts')).traceHead
  return (await import('./zh-CN/trace-head.ts')).traceHead
}

// A page inside somebody else's page, asked for as Jaeger's is: `?uiEmbed=v0`, with what is left out besides the frame.

import { firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import type { ThemePreference } from '#app/theme/theme.ts'

export interface Embed {
  /** Words of `data-embed` on `<html>`, which the style sheets of the pages know: `title summary minimap graph`. */
  readonly without: string
  /** Undefined: as the reader chose. */
  readonly theme: ThemePreference | undefined
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  uiTimelineCollapseTitle: 'title',
  uiTimelineHideSummary: 'summary',
  uiTimelineHideMinimap: 'minimap',
  uiSearchHideGraph: 'graph',
}

/** Undefined: a page of its own. A parameter counts with any value but '' and 0, as Jaeger has it. */
export function embedOf(raw: RawSearch): Embed | undefined {
  if (firstOf(raw, 'uiEmbed') !== 'v0') return undefined
  const given = (key: string): boolean => !['', '0', undefined].includes(firstOf(raw, key))
  const theme = firstOf(raw, 'uiTheme')
  return {
    without: [
      'v0',
      ...Object.keys(LEFT_OUT)
        .filter(given)
        .map(key => LEFT_OUT[key]),
    ].join(' '),
    theme: theme === 'dark' || theme === 'light' ? theme : undefined,
  }
}

/** The same page as one of its own. */
export function withoutEmbed(raw: RawSearch): RawSearch {
  return Object.fromEntries(
    Object.entries(raw).filter(([key]) => !['uiEmbed', 'uiTheme'].includes(key) && !Object.hasOwn(LEFT_OUT, key)),
  )
}

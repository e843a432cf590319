// Filters and finds that are written in the language of queries (`{ … }`): what reads those is fetched when there is one.

import { useEffect, useState } from 'react'
import type { filterTraceWork, findTraceWork, isRun } from '#shared/query/filter-trace.ts'

export interface QueryText {
  readonly filterTraceWork: typeof filterTraceWork
  readonly findTraceWork: typeof findTraceWork
  readonly isRun: typeof isRun
}

/** What is typed in braces is of the language when it names a scope, joins conditions, sets its operators apart, or asks for a pattern; else it is words. */
const OF_LANGUAGE =
  /&&|\|\||!\s*\(|\b(?:span|resource|event|link|instrumentation|any)\.|\bspan:|[=!]~|\s(?:[!<>]?=|[<>])\s/u

/** The filter that a text in braces stands for: as it is, or the words in it. */
export function filterOfBraces(text: string): string {
  const inside = text.trim().replace(/^\{\s*|\s*\}$/gu, '')
  return inside !== '' && OF_LANGUAGE.test(inside) ? `{ ${inside} }` : inside
}

export function isQueryText(text: string): boolean {
  return text.startsWith('{')
}

/** Undefined while it is on its way, and where nobody asks for it. */
export function useQueryText(wanted: boolean): QueryText | undefined {
  const [loaded, setLoaded] = useState<QueryText>()
  useEffect(() => {
    if (!wanted) return undefined
    let over = false
    void import('#shared/query/filter-trace.ts').then(module => {
      if (!over) setLoaded(module)
    })
    return () => {
      over = true
    }
  }, [wanted])
  return wanted ? loaded : undefined
}

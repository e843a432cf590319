// Gives the tree below it the language in force, and tells the document and React Aria which one it is.

import { I18nProvider } from 'react-aria-components/I18nProvider'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { RawIntlProvider } from 'react-intl'
import type { IntlShape } from 'react-intl'
import { useWords } from './all-words.ts'
import { createCatalogueIntl, hasAllWords, loadCatalogue, loadFirstWords } from './catalogue.ts'
import { resolveLocale, useLocalePreference } from './locale.ts'
import type { Locale } from './locale.ts'
import { whenIdle } from './when-idle.ts'

/** The language to start with and its first messages; resolves before the first render, so that no page starts in the wrong one. */
export async function initialIntl(): Promise<IntlShape> {
  const locale = resolveLocale(useLocalePreference.getState().preference, navigator.languages)
  return createCatalogueIntl(locale, await loadFirstWords(locale))
}

/** Follows the preference. A new language shows once its messages are there; until then, and if they can't be fetched, the old one stays. */
export function LanguageProvider({
  initial,
  children,
}: {
  readonly initial: IntlShape
  readonly children: ReactNode
}): ReactNode {
  const preference = useLocalePreference(state => state.preference)
  const wanted = resolveLocale(preference, navigator.languages)
  const [intl, setIntl] = useState(initial)

  useEffect(() => {
    if (intl.locale === wanted) return undefined
    let stale = false
    loadCatalogue(wanted).then(
      messages => {
        if (!stale) setIntl(createCatalogueIntl(wanted, messages))
      },
      () => {
        // Offline: the language in force stays, the choice is kept and tried again on the next visit.
      },
    )
    return () => {
      stale = true
    }
  }, [intl, wanted])

  const complete = hasAllWords(intl)
  const asked = useWords(state => state.wanted)
  useEffect(() => {
    if (complete) {
      useWords.setState({ known: true })
      return undefined
    }
    let stale = false
    const fetchWords = (): void => {
      const locale = intl.locale as Locale
      loadCatalogue(locale).then(
        messages => {
          if (!stale) setIntl(createCatalogueIntl(locale, messages))
        },
        (error: unknown) => {
          const failure = error instanceof Error ? error : new Error(String(error))
          useWords.setState({ wanted: false, failure })
        },
      )
    }
    if (asked) fetchWords()
    const idle = asked ? undefined : whenIdle(fetchWords)
    return () => {
      stale = true
      idle?.()
    }
  }, [intl, complete, asked])

  useEffect(() => {
    document.documentElement.lang = intl.locale
  }, [intl])

  return (
    <RawIntlProvider value={intl}>
      <I18nProvider locale={ariaLocale(intl.locale as Locale)}>{children}</I18nProvider>
    </RawIntlProvider>
  )
}

/** React Aria's strings exist for en-US and zh-CN. */
function ariaLocale(locale: Locale): string {
  return locale === 'en' ? 'en-US' : locale
}

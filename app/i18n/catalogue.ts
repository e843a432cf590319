// From a language to its messages, and from messages to react-intl's object.

import { createIntl, createIntlCache } from 'react-intl'
import type { IntlShape } from 'react-intl'
import { enFirst } from './en-first.ts'
import type { FirstId } from './en.ts'
import { formatCount } from './format.ts'
import type { Locale } from './locale.ts'

/** All messages of one language that are there from the start. */
export type Catalogue = Readonly<Record<FirstId, string>>

/** All words. Rejects when the script can't be fetched. */
export async function loadCatalogue(locale: Locale): Promise<Catalogue> {
  if (locale === 'en') return (await import('./en.ts')).en
  return (await import('./zh-CN.ts')).zhCN
}

/** At least the words of the frame and the search page: in English part of the first script. Rejects likewise. */
export async function loadFirstWords(locale: Locale): Promise<Partial<Catalogue>> {
  return locale === 'en' ? enFirst : await loadCatalogue(locale)
}

/** Whether `intl` has all words, not only the first ones. */
export function hasAllWords(intl: IntlShape): boolean {
  return Object.hasOwn(intl.messages, 'trace.views' satisfies FirstId)
}

/**
 * react-intl over one catalogue. `#` in plurals and `{n, number}` are grouped as everywhere on our screens (U+202F),
 * where Intl would write commas. A message that can't be formatted throws: it is a bug and must not show half a text.
 */
export function createCatalogueIntl(locale: Locale, messages: Partial<Catalogue>): IntlShape {
  const intl = createIntl(
    {
      locale,
      defaultLocale: 'en',
      messages: { ...messages },
      onError: error => {
        throw error
      },
    },
    createIntlCache(),
  )
  // The formatters object is what formatMessage hands to the message; react-intl has no setting for this.
  Object.assign(intl.formatters, {
    getNumberFormat: () => ({ format: (value: number | bigint) => formatCount(value) }),
  })
  return intl
}

// Words that the first result does not need: fetched with the views that say them, and known below this provider only.

import { use } from 'react'
import type { ReactNode } from 'react'
import { RawIntlProvider, useIntl } from 'react-intl'
import type { IntlShape } from 'react-intl'
import { createCatalogueIntl } from '#app/i18n/catalogue.ts'
import type { Catalogue } from '#app/i18n/catalogue.ts'
import type { Locale } from '#app/i18n/locale.ts'
import { settled } from '#app/i18n/settled.ts'
import type { LaterSet } from './words.ts'

/** Loads the words of one language; once each, by whoever makes it. */
export type LoadWords = (locale: Locale) => Promise<LaterSet>

/** One loader with what it has loaded and made of it. */
export class LaterCatalogue {
  readonly #load: LoadWords
  readonly #loaded = new Map<Locale, Promise<LaterSet>>()
  readonly #made = new WeakMap<IntlShape, IntlShape>()

  constructor(load: LoadWords) {
    this.#load = load
  }

  /** The same promise each time, as `use` wants it. */
  words(locale: Locale): Promise<LaterSet> {
    const known = this.#loaded.get(locale)
    if (known !== undefined) return known
    const words = settled(this.#load(locale))
    this.#loaded.set(locale, words)
    // Words that could not be fetched are asked for again next time.
    words.catch(() => this.#loaded.delete(locale))
    return words
  }

  /** `intl` with these words too. */
  with(intl: IntlShape, words: LaterSet): IntlShape {
    const known = this.#made.get(intl)
    if (known !== undefined) return known
    const messages = { ...intl.messages, ...words } as unknown as Catalogue
    const made = createCatalogueIntl(intl.locale as Locale, messages)
    this.#made.set(intl, made)
    return made
  }
}

/** Suspends until the words of the language in force are there; a failed fetch goes to the error boundary. */
export function LaterWords(props: { readonly catalogue: LaterCatalogue; readonly children: ReactNode }): ReactNode {
  const intl = useIntl()
  const words = use(props.catalogue.words(intl.locale as Locale))
  return <RawIntlProvider value={props.catalogue.with(intl, words)}>{props.children}</RawIntlProvider>
}

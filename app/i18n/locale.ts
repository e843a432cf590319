// Which language the screen speaks: what the person chose, else the first of the browser's languages that we have.

import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** The languages we have catalogues for. */
export type Locale = 'en' | 'zh-CN'

/** In the order of the switch. */
export const LOCALES: readonly Locale[] = ['en', 'zh-CN']

/** Each language's name in itself, as the switch shows it; not a message, because it is the same in every catalogue. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: 'English', 'zh-CN': '中文' }

/** `system` follows the browser's languages. */
export type LocalePreference = Locale | 'system'

/**
 * The language to show for `preference` and the browser's `languages` (most wanted first). Every Chinese tag, with
 * region or script or without, gets zh-CN; when none of ours is wanted, English.
 */
export function resolveLocale(preference: LocalePreference, languages: readonly string[]): Locale {
  if (preference !== 'system') return preference
  for (const language of languages) {
    const primary = language.toLowerCase().split('-')[0]
    if (primary === 'zh') return 'zh-CN'
    if (primary === 'en') return 'en'
  }
  return 'en'
}

/** The preference as it is kept; anything else counts as `system`. */
export function parseLocalePreference(value: unknown): LocalePreference {
  return value === 'en' || value === 'zh-CN' ? value : 'system'
}

interface LocaleState {
  readonly preference: LocalePreference
  readonly choose: (preference: LocalePreference) => void
}

/** The choice of language, kept across visits (localStorage `spoor.locale`). */
export const useLocalePreference = create<LocaleState>()(
  persist(
    set => ({
      preference: 'system',
      choose: preference => {
        set({ preference })
      },
    }),
    {
      name: 'spoor.locale',
      version: 0,
      partialize: ({ preference }) => ({ preference }),
      merge: (kept, current) => ({
        ...current,
        preference: parseLocalePreference((kept as { preference?: unknown } | undefined)?.preference),
      }),
    },
  ),
)

// Light, dark, or as the system says. The preference is kept in localStorage; public/before-paint.js reads the same
// entry before the first paint, so that a page never flashes in the other theme.

import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** What the person chose; `system` follows `prefers-color-scheme`. */
export type ThemePreference = 'system' | 'light' | 'dark'

/** Order in which the switch in the top bar walks. */
export const THEME_PREFERENCES: readonly ThemePreference[] = ['system', 'light', 'dark']

/** localStorage key; public/before-paint.js knows it too, a test holds them together. */
export const THEME_STORAGE_KEY = 'spoor.theme'

interface ThemeState {
  readonly preference: ThemePreference
  readonly choose: (preference: ThemePreference) => void
}

/** The preference as it is kept; anything else (an old entry, a hand edit) counts as `system`. */
export function parseThemePreference(value: unknown): ThemePreference {
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** The choice after `preference` in the switch. */
export function nextThemePreference(preference: ThemePreference): ThemePreference {
  const at = THEME_PREFERENCES.indexOf(preference)
  return THEME_PREFERENCES[(at + 1) % THEME_PREFERENCES.length]
}

/** The preference, its setter; kept across visits. Without localStorage (blocked) it lasts as long as the page. */
export const useTheme = create<ThemeState>()(
  persist(
    set => ({
      preference: 'system',
      choose: preference => {
        set({ preference })
      },
    }),
    {
      name: THEME_STORAGE_KEY,
      version: 0,
      partialize: ({ preference }) => ({ preference }),
      merge: (kept, current) => ({
        ...current,
        preference: parseThemePreference((kept as { preference?: unknown } | undefined)?.preference),
      }),
    },
  ),
)

/** Writes the preference to `<html data-theme>`, which tokens.css reads. */
export function applyTheme(root: HTMLElement, preference: ThemePreference): void {
  if (preference === 'system') delete root.dataset.theme
  else root.dataset.theme = preference
}

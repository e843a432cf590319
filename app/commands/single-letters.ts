// Single-letter keys can be switched off (WCAG 2.1.4); the choice is kept across visits.

import { create } from 'zustand'
import { persist } from 'zustand/middleware'

interface SingleLettersState {
  readonly on: boolean
  readonly choose: (on: boolean) => void
}

/** On by default; localStorage `spoor.letters`. */
export const useSingleLetters = create<SingleLettersState>()(
  persist(
    set => ({
      on: true,
      choose: on => {
        set({ on })
      },
    }),
    {
      name: 'spoor.letters',
      version: 0,
      partialize: ({ on }) => ({ on }),
      merge: (kept, current) => ({ ...current, on: (kept as { on?: unknown } | undefined)?.on !== false }),
    },
  ),
)

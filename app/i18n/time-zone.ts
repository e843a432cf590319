// The zone in which times are shown: this browser's, or UTC. One choice for all pages; the page names it at its foot.

import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { localTimeZone } from './format-time.ts'
import type { TimeZone } from './format-time.ts'

export type TimeZonePreference = 'local' | 'utc'

interface TimeZoneState {
  readonly preference: TimeZonePreference
  readonly choose: (preference: TimeZonePreference) => void
}

/** The choice of zone, kept across visits (localStorage `spoor.zone`). */
export const useTimeZonePreference = create<TimeZoneState>()(
  persist(
    set => ({
      preference: 'local',
      choose: preference => {
        set({ preference })
      },
    }),
    {
      name: 'spoor.zone',
      version: 0,
      partialize: ({ preference }) => ({ preference }),
      merge: (kept, current) => ({
        ...current,
        preference: (kept as { preference?: unknown } | undefined)?.preference === 'utc' ? 'utc' : 'local',
      }),
    },
  ),
)

/** The zone to format with: an IANA name. Re-renders when the choice changes. */
export function useTimeZone(): TimeZone {
  return useTimeZonePreference(state => state.preference) === 'utc' ? 'UTC' : localTimeZone()
}

import { useCallback, useSyncExternalStore } from 'react'

/** Widths at which pages change their layout, in CSS pixels: `max-width` of the narrower form. */
export const BREAKPOINTS = { phone: 640, nav: 900, sheet: 1020, detail: 1180, wide: 1400 } as const

/** True while the media query matches; renders again when that changes. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches)
}

/** True up to a breakpoint: `useNarrow('sheet')` where a column becomes a sheet. */
export function useNarrow(breakpoint: keyof typeof BREAKPOINTS): boolean {
  return useMediaQuery(`(max-width: ${BREAKPOINTS[breakpoint]}px)`)
}

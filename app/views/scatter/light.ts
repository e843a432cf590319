// Which point of a scatter, or row of its table, the pointer or the focus is at: both light up together. Not in React's
// state, so that moving the pointer renders two rows and not the page.

import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'

/** `undefined`: none. */
export interface Lit {
  readonly id: string | undefined
}

export type Light = StoreApi<Lit>

/** One for each scatter with its table. */
export function createLight(): Light {
  return createStore<Lit>(() => ({ id: undefined }))
}

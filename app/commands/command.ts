// A command is anything a person can do: it has a name, keys, a time when it applies, and what it does. One registry of
// them feeds the key bindings, the overlay of keys, the palette, and the test that finds actions without a command.

import type { FirstId } from '#app/i18n/en.ts'

/** Where a command stands in the overlay and the palette. */
export type CommandGroup = 'page' | 'rows' | 'jump' | 'time' | 'view' | 'go' | 'everywhere'

/** In the order of the overlay and the palette. */
export const COMMAND_GROUPS: readonly CommandGroup[] = ['page', 'rows', 'jump', 'time', 'view', 'go', 'everywhere']

export interface Command {
  /** Unique among all that are registered at once: `trace.nextError`. */
  readonly id: string
  readonly title: FirstId
  readonly group: CommandGroup
  /**
   * Key bindings as tinykeys writes them, any of them: `e`, `Shift+E`, `$mod+k` ($mod is Ctrl, on a Mac ⌘), `ArrowDown`,
   * `?`, `g s` (one after the other).
   */
  readonly keys?: readonly string[]
  /** Keys still work while the focus is in a field (default: only bindings with $mod, Control, Alt or Meta do). */
  readonly inFields?: boolean
  /**
   * The keys are handled where the focus is (tree keys in a grid): listed and runnable, but not bound to the window.
   */
  readonly local?: boolean
  /** Not listed in the palette (moving a cursor by one row). */
  readonly hidden?: boolean
  /** When it can run now; absent: always. Asked each time, so it may read live state. */
  readonly when?: () => boolean
  readonly run: () => void
}

import type { LoadedTrace } from '#app/api/loaded-trace.ts'

/** One of the two traces of a comparison, as far as it is known. */
export interface ComparedSide {
  readonly letter: 'A' | 'B'
  /** Undefined when the address has no trace id there. */
  readonly id: string | undefined
  /** What the address has there. */
  readonly text: string
  readonly loaded: LoadedTrace | undefined
  readonly error: Error | undefined
  readonly pending: boolean
  /** Reads it again. */
  readonly again: () => void
}

// What one can do with an attribute's value; the page knows how.

/** `service`: of the span that has the value; undefined when its resource names none. */
export interface ValueActions {
  readonly find: (key: string, value: string) => void
  /** Leaves only spans that have it, or only those that don't. */
  readonly only: (key: string, value: string) => void
  readonly hide: (key: string, value: string) => void
  /** Colours all spans by the values of this key. */
  readonly colour: (key: string) => void
  /** Attributes that are shown as columns. */
  readonly columns: readonly string[]
  /** Shows this key as a column of the rows, or no longer. */
  readonly column: (key: string) => void
  readonly search: (key: string, value: string, service: string | undefined) => void
  readonly copy: (text: string) => void
}

// Promises that React reads at once when they are done already.

/** A promise as React's `use` marks those that it has waited for; unmarked ones suspend once more. */
interface Marked<T> extends Promise<T> {
  status?: 'fulfilled'
  value?: T
}

/** The same promise. Once it is fulfilled, `use` has its value without a fallback, whoever waited for it. */
export function settled<T>(promise: Promise<T>): Promise<T> {
  const marked: Marked<T> = promise
  promise.then(
    value => {
      marked.status = 'fulfilled'
      marked.value = value
    },
    // Told by whoever uses it.
    () => undefined,
  )
  return promise
}

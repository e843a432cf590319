// The words that the first result does not need: asked for when a page wants them, or when the browser has nothing to do.
// The provider of the language fetches them and says here when they are known below it.

import { create } from 'zustand'

interface WordsState {
  readonly wanted: boolean
  readonly known: boolean
  /** Why they could not be fetched, until they are asked for again. */
  readonly failure: Error | undefined
}

export const useWords = create<WordsState>(() => ({ wanted: false, known: false, failure: undefined }))

/** Asks for all words; resolves once every component below the provider knows them, rejects when they can't be fetched. */
export function allWords(): Promise<void> {
  if (useWords.getState().known) return Promise.resolve()
  useWords.setState({ wanted: true, failure: undefined })
  return new Promise((resolve, reject) => {
    const look = ({ known, failure }: WordsState): boolean => {
      if (known) resolve()
      else if (failure !== undefined) reject(failure)
      return known || failure !== undefined
    }
    if (look(useWords.getState())) return
    const stop = useWords.subscribe(state => {
      if (look(state)) stop()
    })
  })
}

/** Several requests for parts of one answer, made at once by one page, read the store once. */
import type { OnIncomplete } from '#server/storage/store.ts'

interface Read<T> {
  readonly answer: Promise<T>
  readonly stop: AbortController
  /** Those who wait. */
  askers: number
  incomplete: string | undefined
  readonly tellIncomplete: Set<OnIncomplete>
}

type Start<T> = (signal: AbortSignal, onIncomplete: OnIncomplete) => Promise<T>

/**
 * `key` is what the askers have in common: no one else's request has it, so that nobody is told what was true before they asked. A read
 * goes on until the last of its askers has left, and is forgotten when it has its answer.
 */
export class SharedReads<T> {
  readonly #reads = new Map<string, Read<T>>()

  async read(key: string, start: Start<T>, signal: AbortSignal, onIncomplete: OnIncomplete): Promise<T> {
    signal.throwIfAborted()
    const read = this.#reads.get(key) ?? this.#begin(key, start)
    read.askers++
    read.tellIncomplete.add(onIncomplete)
    if (read.incomplete !== undefined) onIncomplete(read.incomplete)
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = (): void => {
      reject(signal.reason)
      read.tellIncomplete.delete(onIncomplete)
      read.askers--
      if (read.askers > 0) return
      this.#forget(key, read)
      read.stop.abort(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([read.answer, left])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #begin(key: string, start: Start<T>): Read<T> {
    const stop = new AbortController()
    const tellIncomplete = new Set<OnIncomplete>()
    const onIncomplete = (reason: string): void => {
      read.incomplete = reason
      for (const tell of tellIncomplete) tell(reason)
    }
    const answer = Promise.resolve().then(() => start(stop.signal, onIncomplete))
    const read: Read<T> = { answer, stop, askers: 0, incomplete: undefined, tellIncomplete }
    this.#reads.set(key, read)
    const forget = (): void => this.#forget(key, read)
    answer.then(forget, forget)
    return read
  }

  #forget(key: string, read: Read<T>): void {
    if (this.#reads.get(key) === read) this.#reads.delete(key)
  }
}

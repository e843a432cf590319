/**
 * Bytes from one thread to another, as they come: blocks that change hands without a copy, and not more of them under way than the
 * reader has asked for, so that a slow reader holds up whoever sends.
 */
import type { MessagePort } from 'node:worker_threads'

/** Small messages would cost a thread more than their bytes. */
const BLOCK_BYTES = 256 * 1024
/** Blocks under way: the reader never waits for one that is there. */
const MOST_UNDER_WAY = 4

type FromSender =
  | { readonly kind: 'block'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string }
type FromReader = { readonly kind: 'taken' } | { readonly kind: 'enough' }

/** The sender's stream ended before its end. */
export class ChunksInterruptedError extends Error {
  override readonly name = 'ChunksInterruptedError'
}

/**
 * Sends until the chunks end, or the reader's interest does: then the iterator's `return` is called. What the chunks throw is told to the
 * reader, whose `readChunks` throws then, and thrown here.
 */
export async function sendChunks(port: MessagePort, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  const sender = new Sender(port, () => void iterator.return?.(undefined))
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      await sender.add(next.value)
    }
    await sender.end()
  } catch (error) {
    sender.fail(error instanceof Error ? error.message : String(error))
    throw error
  }
}

class Sender {
  readonly #port: MessagePort
  #room = MOST_UNDER_WAY
  #enough = false
  #wake = (): void => undefined
  #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0

  constructor(port: MessagePort, onEnough: () => void) {
    this.#port = port
    const end = (): void => {
      if (!this.#enough) onEnough()
      this.#enough = true
      this.#wake()
    }
    port.on('message', ({ kind }: FromReader) => {
      if (kind === 'enough') return end()
      this.#room++
      this.#wake()
    })
    port.on('close', end)
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#enough;) {
      const part = chunk.subarray(at, at + BLOCK_BYTES - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === BLOCK_BYTES) await this.#send()
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) await this.#send()
    this.#tell({ kind: 'end' })
  }

  fail(message: string): void {
    this.#tell({ kind: 'failed', message })
  }

  async #send(): Promise<void> {
    while (this.#room === 0 && !this.#enough) await new Promise<void>(resolve => (this.#wake = resolve))
    if (this.#enough) return
    this.#room--
    const { buffer } = this.#block
    this.#tell({ kind: 'block', bytes: this.#block.subarray(0, this.#filled) }, [buffer])
    this.#block = new Uint8Array(BLOCK_BYTES)
    this.#filled = 0
  }

  #tell(message: FromSender, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}

/**
 * What the other side sends. Ends it there too when the loop over it is left; throws ChunksInterruptedError when that side could not go
 * on, and the signal's reason.
 */
export async function* readChunks(port: MessagePort, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const ready: FromSender[] = []
  let wake = (): void => undefined
  port.on('message', (message: FromSender) => {
    ready.push(message)
    wake()
  })
  port.on('close', () => {
    ready.push({ kind: 'failed', message: 'the other side is gone' })
    wake()
  })
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  const tell = (message: FromReader): void => port.postMessage(message)
  try {
    for (;;) {
      signal.throwIfAborted()
      const message = ready.shift()
      if (message === undefined) {
        await new Promise<void>(resolve => (wake = resolve))
        continue
      }
      if (message.kind === 'end') return
      if (message.kind === 'failed') throw new ChunksInterruptedError(message.message)
      yield message.bytes
      tell({ kind: 'taken' })
    }
  } finally {
    signal.removeEventListener('abort', stop)
    tell({ kind: 'enough' })
    port.close()
  }
}

// The page's end of the decoding worker.

import { unpackRest, unpackTrace } from './loaded-trace.ts'
import type { LoadedTrace, PackedTrace } from './loaded-trace.ts'
import type { DecodeAnswer, DecodeRequest } from './trace-worker.ts'
// oxlint-disable-next-line import/default -- the bundler makes the address of the worker its default export
import script from './trace-worker.ts?worker&url'
import { createWorker } from './worker-url.ts'

/** What came is no span table, or not of the same rows as what came before. */
export class TraceDecodeError extends Error {
  override readonly name = 'TraceDecodeError'
}

export interface TraceDecoder {
  /**
   * The trace in `pieces`, each of which is handed over. One at a time. Rejects with TraceDecodeError, the signal's reason, or as
   * `pieces` does.
   */
  decode(
    sections: 'core' | 'rest' | 'all',
    traceId: string,
    pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
    signal: AbortSignal,
  ): Promise<LoadedTrace>
  /** Ends the worker. */
  close(): void
}

/** A worker for one trace: hold it from the core until the rest has come, then close it. */
export function createTraceDecoder(): TraceDecoder {
  const worker = createWorker(script)
  let core: { readonly packed: PackedTrace; readonly unpacked: LoadedTrace } | undefined
  const unpacked = ({ packed, rest, problem }: DecodeAnswer): LoadedTrace => {
    if (problem !== undefined) throw new TraceDecodeError(problem)
    if (packed !== undefined) {
      core = { packed, unpacked: unpackTrace(packed) }
      return core.unpacked
    }
    if (core === undefined) throw new TraceDecodeError('the rest of a trace came before its core')
    return unpackRest(core.packed, core.unpacked, rest)
  }
  /** Why the worker is gone. */
  let stopped: TraceDecodeError | undefined
  let tell: (() => void) | null = null
  worker.addEventListener('error', event => {
    stopped = new TraceDecodeError(`the decoding worker stopped: ${event.message}`)
    tell?.()
  })
  const send = (request: DecodeRequest, transfer: ArrayBuffer[] = []): void => worker.postMessage(request, transfer)
  const answered = (signal: AbortSignal): Promise<DecodeAnswer> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        tell = worker.onmessage = null
        signal.removeEventListener('abort', check)
      }
      const check = (): void => {
        if (stopped === undefined && !signal.aborted) return
        stop()
        reject(stopped ?? (signal.reason as Error))
      }
      tell = check
      signal.addEventListener('abort', check)
      worker.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => {
        stop()
        resolve(data)
      }
      check()
    })
  return {
    async decode(sections, traceId, pieces, signal) {
      for await (const bytes of pieces) {
        signal.throwIfAborted()
        send({ bytes }, [bytes.buffer])
      }
      send({ sections, traceId })
      return unpacked(await answered(signal))
    },
    close: () => worker.terminate(),
  }
}

// The page's end of the decoding worker.

import { unpackTrace } from './loaded-trace.ts'
import type { LoadedTrace } from './loaded-trace.ts'
import type { DecodeAnswer, DecodeRequest } from './trace-worker.ts'
// oxlint-disable-next-line import/default -- the bundler makes the address of the worker its default export
import script from './trace-worker.ts?worker&url'
import { createWorker } from './worker-url.ts'

/** What came is no span table, or not of the same rows as what came before. */
export class TraceDecodeError extends Error {
  override readonly name = 'TraceDecodeError'
}

export interface TraceDecoder {
  /** One at a time. `bytes` are handed over. Rejects with TraceDecodeError, or the signal's reason. */
  decode(request: DecodeRequest, signal: AbortSignal): Promise<LoadedTrace>
  /** Ends the worker. */
  close(): void
}

/** A worker for one trace: hold it from the core until the rest has come, then close it. */
export function createTraceDecoder(): TraceDecoder {
  const worker = createWorker(script)
  return {
    decode: (request, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        const stop = (): void => {
          worker.onmessage = worker.onerror = null
          signal.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          stop()
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', abort)
        worker.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => {
          stop()
          if (data.packed === undefined) reject(new TraceDecodeError(data.problem))
          else resolve(unpackTrace(data.packed))
        }
        worker.onerror = event => {
          stop()
          reject(new TraceDecodeError(`the decoding worker stopped: ${event.message}`))
        }
        worker.postMessage(request, [request.bytes])
      }),
    close: () => worker.terminate(),
  }
}

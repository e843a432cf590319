// Decodes one trace off the main thread: first its core, so that rows show, then the rest of its columns. Buffers are handed
// over, not copied, but for the core, which is needed again when the rest comes.

import { decodeSpanTable, withSections } from '#shared/spans/binary/decode-span-table.ts'
import type { DecodedSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { buffersOf, loadTrace, packTrace, withRest } from './load-trace.ts'
import type { LoadedTrace, PackedTrace } from './loaded-trace.ts'

/** `core` and `all` begin a trace; `rest` completes the core. */
export interface DecodeRequest {
  readonly sections: 'core' | 'rest' | 'all'
  readonly traceId: string
  readonly bytes: ArrayBuffer
}

export type DecodeAnswer =
  | { readonly packed: PackedTrace; readonly problem?: undefined }
  | { readonly packed?: undefined; readonly problem: string }

let core: { readonly table: DecodedSpanTable; readonly loaded: LoadedTrace } | undefined

function decode({ sections, traceId, bytes }: DecodeRequest): { packed: PackedTrace; transfer: ArrayBuffer[] } {
  const id = parseTraceId(traceId)
  if (sections === 'rest') {
    if (core === undefined) throw new Error('the rest of a trace came before its core')
    const table = withSections(core.table, new Uint8Array(bytes))
    // Spans that differed in attributes alone counted as one while only the core was there, and hosts were not known.
    const recount = core.loaded.trace.problems.some(({ kind }) => kind === 'duplicate' || kind === 'clock_skew')
    const loaded = recount ? loadTrace(table, id, true) : withRest(core.loaded, table)
    core = undefined
    const packed = packTrace(loaded, table)
    return { packed, transfer: buffersOf(packed) }
  }
  const table = decodeSpanTable(new Uint8Array(bytes))
  const loaded = loadTrace(table, id, sections === 'all')
  const packed = packTrace(loaded, table)
  if (sections === 'all') return { packed, transfer: buffersOf(packed) }
  core = { table, loaded }
  return { packed, transfer: [] }
}

addEventListener('message', ({ data }: MessageEvent<DecodeRequest>) => {
  const answer = (message: DecodeAnswer, transfer: ArrayBuffer[]): void => self.postMessage(message, { transfer })
  try {
    const { packed, transfer } = decode(data)
    answer({ packed }, transfer)
  } catch (error) {
    answer({ problem: error instanceof Error ? error.message : String(error) }, [])
  }
})

// Decodes one trace off the main thread: first its core, so that rows show, then the rest of its columns. Bytes come as the
// network has them; what is decoded is handed over, not copied, but for the core, which is needed again when the rest comes.

import { decodeSpanTable, withSections } from '#shared/spans/binary/decode-span-table.ts'
import type { DecodedSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { receivedSince } from '#shared/spans/binary/received-parts.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { summarizeTrace } from '#shared/trace/summary.ts'
import { loadTrace } from './load-trace.ts'
import type { LoadedTrace, PackedRest, PackedTrace } from './loaded-trace.ts'
import { buffersOf } from './buffers-of.ts'
import { packTrace } from './pack-trace.ts'

export type DecodeRequest =
  /** The next bytes of what is to be decoded. */
  | { readonly bytes: Uint8Array }
  /** The bytes have all come. `core` and `all` begin a trace; `rest` completes the core. */
  | { readonly bytes?: undefined; readonly sections: 'core' | 'rest' | 'all'; readonly traceId: string }

export type DecodeAnswer =
  | { readonly packed: PackedTrace; readonly rest?: undefined; readonly problem?: undefined }
  | { readonly packed?: undefined; readonly rest: PackedRest; readonly problem?: undefined }
  | { readonly packed?: undefined; readonly rest?: undefined; readonly problem: string }

let core: { readonly table: DecodedSpanTable; readonly loaded: LoadedTrace } | undefined
let pieces: Uint8Array[] = []

function joinedPieces(): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  pieces = []
  return bytes
}

function decode(sections: 'core' | 'rest' | 'all', traceId: string): DecodeAnswer {
  const id = parseTraceId(traceId)
  if (sections === 'rest') {
    if (core === undefined) throw new Error('the rest of a trace came before its core')
    const { loaded, table: before } = core
    core = undefined
    const table = withSections(before, joinedPieces())
    // Spans that differed in attributes alone counted as one while only the core was there, and hosts were not known.
    if (loaded.trace.problems.some(({ kind }) => kind === 'duplicate' || kind === 'clock_skew')) {
      return { packed: packTrace(loadTrace(table, id, true), table, false) }
    }
    const summary = summarizeTrace({ ...loaded.trace, table }, loaded.critical)
    return { rest: { received: receivedSince(before.received, table.received), summary } }
  }
  const table = decodeSpanTable(joinedPieces())
  const loaded = loadTrace(table, id, sections === 'all')
  if (sections === 'all') return { packed: packTrace(loaded, table, false) }
  core = { table, loaded }
  return { packed: packTrace(loaded, table, true) }
}

addEventListener('message', ({ data }: MessageEvent<DecodeRequest>) => {
  if (data.bytes !== undefined) {
    pieces.push(data.bytes)
    return
  }
  let answer: DecodeAnswer
  try {
    answer = decode(data.sections, data.traceId)
  } catch (error) {
    answer = { problem: error instanceof Error ? error.message : String(error) }
  }
  self.postMessage(answer, { transfer: buffersOf(answer) })
})

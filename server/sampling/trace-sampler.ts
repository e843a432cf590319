/**
 * Head sampling of what comes in: of all traces a share is kept. It is decided from the trace id alone, so that every span of a trace gets
 * the same answer at every door, in every thread, in every collector, and after every restart.
 */
import type { SpanTable } from '#shared/spans/span-table.ts'

/**
 * Whether the trace of a row is kept, for a share from 0 to 1; undefined when all are. A larger share keeps every trace that a smaller one does.
 */
export function traceSampler(share: number): ((table: Pick<SpanTable, 'traceId'>, row: number) => boolean) | undefined {
  if (share >= 1) return undefined
  const below = share * 2 ** 32
  return ({ traceId }, row) => {
    const at = row * 4
    // Mixed: senders that sample compare the id as a number, and those whose share was small would all be kept here, or none.
    let hash = 0
    for (let word = 0; word < 4; word++) hash = mix(hash ^ traceId[at + word])
    return hash < below
  }
}

/** Spreads each bit of a word over 32 bits (the end of MurmurHash3, begun off zero). */
function mix(word: number): number {
  let bits = (word + 0x9e3779b9) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Collects the pages of a block and lays them out: group by group, then footer and trailer. */
import zlib from 'node:zlib'
import type { BlockSummary } from './block-summary.ts'
import { BLOCK_MAGIC, BLOCK_VERSION, PAGE_KINDS, TRAILER_BYTES } from './block-format.ts'
import { ByteWriter } from './bytes.ts'
import { CODEC_STORED, type Codec, compress } from './pages/compression.ts'
import { encodeIntegers, type Integers } from './pages/integers.ts'
import { encodeNumbers } from './pages/numbers.ts'
import { type EncodedPage, FORM_BYTES } from './pages/page.ts'

/** What the footer says of a row group; see SegmentGroup for the times. */
export interface GroupEntry {
  readonly rowCount: number
  readonly traceCount: number
  readonly eventCount: number
  readonly linkCount: number
  readonly firstStart: bigint
  readonly lastTraceStart: bigint
  readonly lastStart: bigint
}

export class PageWriter {
  readonly codec: Codec
  readonly #pages: { readonly key: number; readonly page: EncodedPage }[] = []

  constructor(codec: Codec) {
    this.codec = codec
  }

  add(group: number, kind: number, page: EncodedPage): void {
    this.#pages.push({ key: group * PAGE_KINDS + kind, page })
  }

  integers(group: number, kind: number, values: Integers, from = 0, to = values.length): void {
    this.add(group, kind, encodeIntegers(values, from, to, this.codec))
  }

  /** Three pages from `kind` on. */
  numbers(group: number, kind: number, low: Uint32Array, high: Uint32Array, from = 0, to = low.length): void {
    const encoded = encodeNumbers(low, high, from, to)
    this.integers(group, kind, encoded.buckets)
    this.add(group, kind + 1, encoded.residuals)
    if (encoded.exceptions !== undefined) this.add(group, kind + 2, encoded.exceptions)
  }

  /** `random`: ids, which no codec makes smaller. Otherwise compressed. The bytes are kept, not copied. */
  bytes(group: number, kind: number, bytes: Uint8Array, random = false): void {
    const packed = random ? { codec: CODEC_STORED, bytes } : compress(bytes, this.codec)
    this.add(group, kind, {
      form: FORM_BYTES,
      codec: packed.codec,
      count: bytes.length,
      param: 0,
      rawLength: bytes.length,
      bytes: packed.bytes,
    })
  }

  /** The whole file. `summary.bytes` is put right. */
  finish(
    summary: Omit<BlockSummary, 'bytes'>,
    groups: readonly GroupEntry[],
  ): { readonly parts: Uint8Array[]; readonly summary: BlockSummary } {
    const pages = this.#pages.sort((a, b) => a.key - b.key)
    const parts: Uint8Array[] = []
    const footer = new ByteWriter()
    writeSummary(footer, summary)
    footer.number(groups.length)
    for (const group of groups) {
      footer.number(group.rowCount)
      footer.number(group.traceCount)
      footer.number(group.eventCount)
      footer.number(group.linkCount)
      footer.big(group.firstStart)
      footer.big(group.lastTraceStart)
      footer.big(group.lastStart)
    }
    let offset = 0
    let before = 0
    footer.number(pages.length)
    for (const { key } of pages) {
      footer.number(key - before)
      before = key
    }
    for (const { page } of pages) footer.number(page.form * 4 + page.codec)
    for (const { page } of pages) footer.number(page.count)
    for (const { page } of pages) footer.number(page.param)
    for (const { page } of pages) footer.number(page.rawLength)
    for (const { page } of pages) footer.number(page.bytes.length)
    for (const { page } of pages) {
      if (page.bytes.length === 0) continue
      const checksum = zlib.crc32(page.bytes)
      footer.word(checksum)
      parts.push(page.bytes)
      offset += page.bytes.length
    }
    const raw = footer.finish()
    const packed = compress(raw, this.codec)
    parts.push(packed.bytes)
    const trailer = new DataView(new ArrayBuffer(TRAILER_BYTES))
    const words = [
      BLOCK_MAGIC,
      BLOCK_VERSION,
      offset >>> 0,
      Math.floor(offset / 4294967296),
      packed.bytes.length,
      raw.length,
      packed.codec,
      zlib.crc32(packed.bytes),
      0,
    ]
    words.forEach((word, i) => trailer.setUint32(i * 4, word, true))
    const head = new Uint8Array(trailer.buffer, 0, TRAILER_BYTES - 4)
    trailer.setUint32(TRAILER_BYTES - 4, zlib.crc32(head), true)
    parts.push(new Uint8Array(trailer.buffer))
    return { parts, summary: { ...summary, bytes: offset + packed.bytes.length + TRAILER_BYTES } }
  }
}

function writeSummary(to: ByteWriter, summary: Omit<BlockSummary, 'bytes'>): void {
  to.number(summary.rowCount)
  to.number(summary.traceCount)
  to.big(summary.firstStart)
  to.big(summary.lastStart)
  to.big(summary.lastEnd)
  to.number(summary.firstReceivedMs)
  to.number(summary.lastReceivedMs)
  to.text(summary.spanClass)
  to.text(summary.tenant)
}

// gzip and zstd in the browser. Browsers have no zstd: its decoder is fetched when the first such file is opened.

import type { Unpack } from '#shared/formats/files/read-trace-file.ts'

/** The zstd decoder works through what it is given in one go: small pieces keep the thread answering. */
const ZSTD_PIECE = 64 * 1024

export const unpackInBrowser: Unpack = (packing, chunks) => (packing === 'gzip' ? gunzip(chunks) : unzstd(chunks))

/** One member of a gzip file: bytes in, bytes out. */
class GzipMember {
  /** Bytes that have come out. */
  count = 0
  #ready: Uint8Array[] = []
  readonly #writer: WritableStreamDefaultWriter<BufferSource>
  readonly #done: Promise<void>

  constructor() {
    const { readable, writable } = new DecompressionStream('gzip')
    this.#writer = writable.getWriter()
    this.#done = this.#read(readable.getReader())
    // Told by the next write or by `end`.
    this.#done.catch(() => undefined)
    this.#writer.closed.catch(() => undefined)
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      this.count += part.value.length
      this.#ready.push(part.value)
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(new Uint8Array(bytes))
  }

  /** What has come out since it was asked last. */
  take(): Uint8Array[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** Rejects when the member is not whole. */
  async end(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#done])
  }

  /** Lets go of a member that nobody wants any more. */
  drop(): void {
    this.#writer.abort().catch(() => undefined)
  }
}

/** What is held back of each chunk, so that the end of one member and the head of the next are seen together. */
const HELD = 16

/**
 * Browsers unpack one member; files may be several, one after the other. Where the head of another may stand, the four
 * bytes before it are the length of what was packed: it is one when as much has come out.
 */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let member = new GzipMember()
  let held: Uint8Array = new Uint8Array(0)
  try {
    for await (const chunk of chunks) {
      const bytes = joined(held, chunk)
      const most = Math.max(0, bytes.length - HELD)
      let from = 0
      // The next round begins to look 8 bytes behind `most`.
      for (let head = nextHead(bytes, 8, most + 7); head >= 0; head = nextHead(bytes, head + 1, most + 7)) {
        yield* fed(member, bytes.subarray(from, head))
        from = head
        const length = new DataView(bytes.buffer, bytes.byteOffset + head - 4, 4).getUint32(0, true)
        const isEnd = await comesOut(member, length)
        yield* member.take()
        if (!isEnd) continue
        await member.end()
        yield* member.take()
        member = new GzipMember()
      }
      yield* fed(member, bytes.subarray(from, Math.max(from, most)))
      held = bytes.slice(Math.max(from, most))
    }
    yield* fed(member, held)
    await member.end()
    yield* member.take()
  } catch (error) {
    // What came out before the damage is whole.
    yield* member.take()
    throw plainly(error)
  } finally {
    member.drop()
  }
}

/** The error without the name of the method that a browser puts before what is wrong. */
function plainly(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('Failed to execute')) return error
  return new Error(error.message.replace(/^Failed to execute .*?': /u, ''), { cause: error })
}

/** What has gone in comes out in a later turn; it is waited for so many of them. */
const MOST_TURNS = 50

/** Whether as many bytes come out of a member as its last four bytes say, if they are its last. */
async function comesOut(member: GzipMember, length: number): Promise<boolean> {
  for (let turn = 0; turn < MOST_TURNS && member.count % 2 ** 32 !== length; turn++) {
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  return member.count % 2 ** 32 === length
}

/** Packed bytes that go in at once: a thousand times as many may come out. */
const GZIP_PIECE = 16 * 1024

async function* fed(member: GzipMember, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += GZIP_PIECE) {
    await member.write(bytes.subarray(at, at + GZIP_PIECE))
    yield* member.take()
  }
}

/** Where the head of a member may begin: its two magic bytes, deflate, and no flag that there is not; -1 for nowhere. */
function nextHead(bytes: Uint8Array, from: number, to: number): number {
  for (let at = bytes.indexOf(0x1f, from); at >= 0 && at <= to; at = bytes.indexOf(0x1f, at + 1)) {
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && bytes[at + 3] < 0x20) return at
  }
  return -1
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let ready: Uint8Array[] = []
  const decoder = new Decompress(chunk => ready.push(chunk))
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += ZSTD_PIECE) {
      decoder.push(chunk.subarray(at, at + ZSTD_PIECE), false)
      yield* ready
      ready = []
    }
  }
  decoder.push(new Uint8Array(0), true)
  yield* ready
}

// gzip and zstd in the browser. Browsers have no zstd: its decoder is fetched when the first such file is opened.

import type { Unpack } from '#shared/formats/files/read-trace-file.ts'

/** The zstd decoder works through what it is given in one go: small pieces keep the thread answering. */
const ZSTD_PIECE = 64 * 1024

export const unpackInBrowser: Unpack = (packing, chunks) => (packing === 'gzip' ? gunzip(chunks) : unzstd(chunks))

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = chunks[Symbol.asyncIterator]()
  const stream = new ReadableStream<BufferSource>({
    async pull(controller) {
      const next = await packed.next()
      if (next.done === true) controller.close()
      else controller.enqueue(new Uint8Array(next.value))
    },
    cancel: async () => void (await packed.return?.(undefined)),
  })
  const reader = stream.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
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

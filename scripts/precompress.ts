/**
 * Vite plugin: beside each file of the build its brotli, gzip and zstd form, at the highest level, once instead of at each request.
 * The server picks by Accept-Encoding. The page itself is left out, because the server may put words into it.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import type { Plugin } from 'vite'

/** What shrinks: text, and WebAssembly. Fonts and pictures are compressed already. */
const shrinks = /\.(?:js|css|json|svg|txt|wasm|webmanifest)$/
/** Below this a header costs more than it saves. */
const leastBytes = 1024

const forms = [
  [
    'br',
    (bytes: Buffer) =>
      promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ],
  ['gz', (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 })],
  ['zst', (bytes: Buffer) => promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })],
] as const

/** Writes `x.br`, `x.gz`, `x.zst` beside every file of `folder` that gets smaller by it. */
export async function precompressFolder(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true })
  for (const name of names) {
    const file = join(folder, name)
    if (!shrinks.test(name) || (await stat(file)).size < leastBytes) continue
    const bytes = await readFile(file)
    for (const [ending, compress] of forms) {
      const small = await compress(bytes)
      if (small.length < bytes.length) await writeFile(`${file}.${ending}`, small)
    }
  }
}

export function precompress(): Plugin {
  let folder = ''
  return {
    name: 'spoor-precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler(error?: Error) {
        if (error === undefined) await precompressFolder(resolve(this.environment.config.root, folder))
      },
    },
  }
}

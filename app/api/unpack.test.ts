import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Compression } from '#shared/formats/files/read-trace-file.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { unpackInBrowser } from './unpack.ts'

// oxlint-disable-next-line typescript/require-await -- what is unpacked comes asynchronously
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(packing: Compression, bytes: Uint8Array, size: number): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of unpackInBrowser(packing, cut(bytes, size))) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

const lines = Array.from({ length: 20_000 }, (_, i) => `{"line":${i},"text":"${(i * 7919) % 1009}"}\n`).join('')

test.for([
  ['gzip', gzipSync(lines)],
  ['zstd', zstdCompressSync(lines)],
  ['zstd', Buffer.concat([zstdCompressSync(lines.slice(0, 1000)), zstdCompressSync(lines.slice(1000))])],
] as const)('%s comes out as it went in, whatever the pieces', async ([packing, packed]) => {
  for (const size of [17, 4096, packed.length]) {
    expect((await unpack(packing, new Uint8Array(packed), size)) === lines).toBe(true)
  }
})

test('members of gzip one after the other', async () => {
  const packed = Buffer.concat([gzipSync(lines.slice(0, 1000)), gzipSync(lines.slice(1000))])
  // Wherever the cut falls around the head of the second.
  const first = gzipSync(lines.slice(0, 1000)).length
  for (const size of [17, 4096, ...Array.from({ length: 40 }, (_, i) => first - 20 + i)]) {
    expect([size, (await unpack('gzip', new Uint8Array(packed), size)) === lines]).toEqual([size, true])
  }
})

test('what came out before damage is given, and all of a file with something else behind it', async () => {
  const packed = new Uint8Array(gzipSync(lines))
  const given = async (bytes: Uint8Array): Promise<string> => {
    const parts: Uint8Array[] = []
    const all = async (): Promise<void> => {
      for await (const part of unpackInBrowser('gzip', cut(bytes, bytes.length))) parts.push(part)
    }
    await expect(all()).rejects.toBeInstanceOf(Error)
    return Buffer.concat(parts).toString('utf8')
  }
  const half = await given(packed.subarray(0, packed.length >> 1))
  expect(lines.startsWith(half)).toBe(true)
  expect(half.length).toBeGreaterThan(lines.length / 4)
  const behind = new Uint8Array([...packed, 1, 2, 3, 4, 5])
  expect((await given(behind)) === lines).toBe(true)
})

test('what is cut or is nothing of the kind is an error', async () => {
  const packed = new Uint8Array(gzipSync(lines))
  await expect(unpack('gzip', packed.subarray(0, packed.length >> 1), 512)).rejects.toBeInstanceOf(Error)
  const zstd = new Uint8Array(zstdCompressSync(lines))
  await expect(unpack('zstd', zstd.subarray(0, zstd.length >> 1), 512)).rejects.toBeInstanceOf(Error)
  await expect(unpack('gzip', encodeText('hello'), 512)).rejects.toBeInstanceOf(Error)
})

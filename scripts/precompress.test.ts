import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { precompressFolder } from './precompress.ts'

test('each form holds the file, and what would not shrink has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spoor-precompress-'))
  try {
    const text = 'const answer = 42\n'.repeat(500)
    await writeFile(join(folder, 'a.js'), text)
    await writeFile(join(folder, 'small.js'), 'export {}')
    await writeFile(join(folder, 'picture.png'), text)
    await writeFile(join(folder, 'index.html'), text)
    await precompressFolder(folder)
    expect((await readdir(folder)).toSorted()).toEqual(
      ['a.js', 'a.js.br', 'a.js.gz', 'a.js.zst', 'index.html', 'picture.png', 'small.js'].toSorted(),
    )
    expect(brotliDecompressSync(await readFile(join(folder, 'a.js.br'))).toString()).toBe(text)
    expect(gunzipSync(await readFile(join(folder, 'a.js.gz'))).toString()).toBe(text)
    expect(zstdDecompressSync(await readFile(join(folder, 'a.js.zst'))).toString()).toBe(text)
  } finally {
    await rm(folder, { recursive: true })
  }
})

import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore, type TestBlocksStore } from '#server/storage/blocks/test-blocks-store.ts'
import { openTestApp, type TestApp } from './test-app.ts'

let store: TestBlocksStore
let served: TestApp
beforeAll(async () => {
  store = await openTestStore({ directory: undefined })
  served = await openTestApp(store.reader)
})
afterAll(async () => {
  await served.app.close()
  await store.close()
})

function ask(remoteAddress: string, encoding: string) {
  return served.app.inject({
    url: '/api/openapi.json',
    remoteAddress,
    headers: { host: 'localhost', 'accept-encoding': encoding },
  })
}

test('another machine gets an answer packed as it asked, with the same content', async () => {
  const plain = await ask('10.0.0.7', 'identity')
  expect(plain.headers['content-encoding']).toBeUndefined()
  const packed = await ask('10.0.0.7', 'gzip, deflate, br, zstd')
  expect(packed.headers['content-encoding']).toBe('zstd')
  expect(packed.headers['vary']).toContain('accept-encoding')
  expect(packed.headers['content-security-policy']).toBeDefined()
  expect(zstdDecompressSync(packed.rawPayload).toString()).toBe(plain.body)
  const zipped = await ask('10.0.0.7', 'gzip')
  expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body)
  expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
})

test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('this machine gets it as it is (%s)', async address => {
  const answer = await ask(address, 'gzip, zstd')
  expect(answer.headers['content-encoding']).toBeUndefined()
})

test('an answer of a few bytes is not packed', async () => {
  const answer = await served.app.inject({
    url: '/api/services',
    remoteAddress: '10.0.0.7',
    headers: { host: 'localhost', 'accept-encoding': 'gzip' },
  })
  expect(answer.headers['content-encoding']).toBeUndefined()
})

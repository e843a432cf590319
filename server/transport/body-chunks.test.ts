import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LimitError } from '#server/errors.ts'
import { BodyInterruptedError } from './body.ts'
import { bodyChunks } from './body-chunks.ts'

const options = { maxBytes: 100, limit: 'file size', silenceMs: 60_000 }

async function all(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text
}

test('a stream comes chunk by chunk, no faster than it is taken', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  const chunks = bodyChunks(stream, options)[Symbol.asyncIterator]()
  stream.write('one')
  expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('one')
  stream.write('two')
  stream.write('three')
  await setImmediate()
  expect(stream.isPaused()).toBe(true)
  stream.end()
  const rest = []
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) rest.push(String(next.value))
  expect(rest).toHaveLength(2)
})

test('a body above the limit, a silent one and one that is cut are told apart', async () => {
  const large = new PassThrough()
  large.end('x'.repeat(101))
  await expect(all(bodyChunks(large, options))).rejects.toThrow(LimitError)

  const silent = new PassThrough()
  silent.write('x')
  const told = all(bodyChunks(silent, { ...options, silenceMs: 5 }))
  await expect(told).rejects.toMatchObject({ name: 'BodyInterruptedError', reason: 'body_timeout' })

  const cut = new PassThrough()
  const reading = all(bodyChunks(cut, options))
  cut.write('x')
  await setImmediate()
  cut.destroy()
  await expect(reading).rejects.toThrow(BodyInterruptedError)
})

test('what is left early flows off, so that the connection can be answered', async () => {
  const stream = new PassThrough()
  stream.write('first')
  for await (const chunk of bodyChunks(stream, options)) {
    expect(Buffer.from(chunk).toString()).toBe('first')
    break
  }
  const ended = new Promise(resolve => stream.on('end', resolve))
  stream.end('x'.repeat(100_000))
  await ended
  expect(stream.readableLength).toBe(0)
})

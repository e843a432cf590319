import { afterEach, expect, test } from 'vitest'
import { OverloadedError, StoreUnavailableError } from '#server/errors.ts'
import { spans } from '#server/storage/contract/plain-spans.ts'
import { sendRows } from '#server/storage/contract/send.ts'
import { openTestStore, type TestBlocksStore } from './test-blocks-store.ts'

const never = new AbortController().signal
const query = { where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 10 } as const
let store: TestBlocksStore | undefined

afterEach(async () => {
  await store?.close()
  store = undefined
})

async function open(settings: Parameters<typeof openTestStore>[0]['settings']): Promise<TestBlocksStore> {
  store = await openTestStore({ directory: undefined, settings })
  await sendRows(store.writer, spans([{ trace: 1, span: 1 }]))
  return store
}

test('a question that waits longer than it may is refused with a delay, the others are answered', async () => {
  const { reader } = await open({ queryConcurrency: 1, queryQueueMs: 0 })
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => reader.serviceNames(never)))
  const refused = results.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(200)
  for (const error of refused) {
    expect(error).toBeInstanceOf(OverloadedError)
    expect(error).toMatchObject({ reason: 'queries' })
  }
  expect(await reader.serviceNames(never)).toEqual(['a'])
})

test('at the deadline a search says that it is not complete, other questions are refused', async () => {
  const { reader } = await open({ queryDeadlineMs: 0 })
  expect(await reader.findTraces(query, never)).toMatchObject({
    traces: [],
    incomplete: 'the search was stopped after 0 s',
  })
  await expect(reader.serviceNames(never)).rejects.toThrow(StoreUnavailableError)
})

test('an asker that leaves makes room for the next at once', async () => {
  const { reader } = await open({ queryConcurrency: 1 })
  const leaving = new AbortController()
  const left = Array.from({ length: 50 }, () => reader.findTraces(query, leaving.signal))
  const stays = reader.findTraces(query, never)
  leaving.abort(new Error('left'))
  for (const result of await Promise.allSettled(left)) expect(result).toMatchObject({ reason: new Error('left') })
  expect((await stays).traces.length).toBe(1)
})

test('closing refuses what waits', async () => {
  const opened = await open({ queryConcurrency: 2 })
  const waiting = Array.from({ length: 20 }, () => opened.reader.serviceNames(never).catch((error: unknown) => error))
  await opened.close()
  const answers = await Promise.all(waiting)
  expect(answers.some(answer => answer instanceof StoreUnavailableError)).toBe(true)
  await expect(opened.reader.findTraces(query, never)).rejects.toThrow('the store is closed')
})

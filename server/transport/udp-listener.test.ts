import { createSocket, type Socket } from 'node:dgram'
import { afterEach, expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { loopbackContext, TableIngest } from '#server/protocols/table-ingest.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import type { Listener } from './listener.ts'
import { listenUdp, type UdpListenerOptions } from './udp-listener.ts'

const opened: Listener[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await Promise.all(opened.splice(0).map(each => each.close(1000)))
})

async function listening(receive: UdpListenerOptions['receive'], budget?: ByteBudget) {
  const context = loopbackContext(new TableIngest().ingest, {
    hosts: [
      { host: '127.0.0.1', required: true },
      { host: '::1', required: false },
    ],
    ...(budget === undefined ? {} : { budget }),
  })
  const listener = await listenUdp(context, { name: 'test', port: 0, receive })
  opened.push(listener)
  const socket = createSocket('udp4')
  sockets.push(socket)
  const send = (text: string) =>
    new Promise<void>((resolve, reject) => {
      socket.send(text, listener.port, '127.0.0.1', error => (error === null ? resolve() : reject(error)))
    })
  return { listener, socket, send }
}

const text = (datagrams: readonly Uint8Array[]) => datagrams.map(datagram => new TextDecoder().decode(datagram))

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 5))
}

test('takes what has arrived together, in order, of one sender', async () => {
  const taken: string[] = []
  const peers = new Set<string>()
  const { listener, send } = await listening((datagrams, peer) => {
    taken.push(...text(datagrams))
    peers.add(peer)
    return Promise.resolve()
  })
  await Promise.all(['a', 'b', 'c'].map(send))
  await until(() => taken.length === 3)
  expect(taken.join('')).toBe('abc')
  expect([...peers]).toEqual(['127.0.0.1'])
  expect(listener.stats()).toMatchObject({ requests: 3, wireBytes: 3, refused: {}, udp: { bufferAsked: 4 * 2 ** 20 } })
  expect(listener.stats().udp?.bufferGranted).toBeGreaterThan(0)
})

test('one that can’t be decoded loses no other, and nothing is ever answered', async () => {
  const kept: string[] = []
  const { listener, socket, send } = await listening(datagrams => {
    const all = text(datagrams)
    if (all.includes('bad')) return Promise.reject(new DecodeError('bad'))
    kept.push(...all)
    return Promise.resolve()
  })
  let answers = 0
  socket.on('message', () => answers++)
  await Promise.all(['a', 'bad', 'b', 'bad', 'c'].map(send))
  await until(() => kept.length === 3 && listener.stats().refused['undecodable'] === 2)
  expect(kept).toEqual(['a', 'b', 'c'])
  expect(answers).toBe(0)
})

test('what is refused is counted by its reason; without room nothing is taken', async () => {
  const budget = new ByteBudget(createSharedByteBudget(1024))
  const { listener, send } = await listening(() => Promise.reject(new OverloadedError('no', 'disk_full')), budget)
  await send('a')
  await until(() => listener.stats().refused['disk_full'] === 1)
  const other = await budget.admit()
  other.grow(2048)
  await send('b')
  await until(() => listener.stats().refused['memory_budget'] === 1)
  other.release()
  expect(listener.stats()).toMatchObject({ requests: 2, refused: { disk_full: 1, memory_budget: 1 } })
})

test('closing waits for what is being taken', async () => {
  let settle = (): void => {}
  let settled = false
  const { listener, send } = await listening(
    () =>
      new Promise<void>(resolve => {
        settle = () => {
          settled = true
          resolve()
        }
      }),
  )
  await send('a')
  await until(() => listener.stats().requests === 1)
  await new Promise(resolve => setTimeout(resolve, 20))
  opened.splice(0)
  sockets.splice(0).forEach(each => each.close())
  const closed = listener.close(5000).then(() => settled)
  settle()
  expect(await closed).toBe(true)
})

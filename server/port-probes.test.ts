import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { PortProbes, PortTaken } from './port-probes.ts'

const hosts = [{ host: '127.0.0.1', required: true }]

/** Whether a stream can be opened there. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

test('a free port is found once and held until it is released', async () => {
  const probes = new PortProbes(hosts)
  const found: number[] = []
  for (let k = 0; k < 40; k++) found.push(await probes.find(`a${k}`, 0, k % 2 === 0 ? 'stream' : 'datagram'))
  const streams = found.filter((_, k) => k % 2 === 0)
  expect(new Set(streams).size).toBe(20)
  expect(await isFree(streams[0])).toBe(false)
  await probes.release(['a0'])
  expect(await isFree(streams[0])).toBe(true)
  await probes.release(found.map((_, k) => `a${k}`))
})

test.each(['stream', 'datagram'] as const)('a port that another has is refused in words (%s)', async kind => {
  const first = new PortProbes(hosts)
  const port = await first.find('zipkin-port', 0, kind)
  const second = new PortProbes(hosts)
  const refused = second.find('zipkin-port', port, kind)
  await expect(refused).rejects.toThrow(PortTaken)
  await expect(refused).rejects.toThrow(`--zipkin-port: 127.0.0.1:${port} is in use`)
  await first.release(['zipkin-port'])
  expect(await second.find('zipkin-port', port, kind)).toBe(port)
  await second.release(['zipkin-port'])
})

test('of ports that are opened, one that was asked for as 0 and has been taken meanwhile is found anew', async () => {
  const probes = new PortProbes(hosts)
  const found = { 'zipkin-port': await probes.find('zipkin-port', 0, 'stream') }
  const other = createServer()
  const openings: number[] = []
  const opened = await probes.open(
    found,
    async ports => {
      const port = ports['zipkin-port']
      openings.push(port)
      const server = createServer()
      // Another program was there before.
      if (openings.length === 1) await once(other.listen(port, '127.0.0.1'), 'listening')
      await once(server.listen(port, '127.0.0.1'), 'listening')
      return server
    },
    error => ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'zipkin-port' : undefined),
  )
  expect(openings).toHaveLength(2)
  expect(openings[0]).toBe(found['zipkin-port'])
  expect(openings[1]).not.toBe(openings[0])
  opened.close()
  other.close()
})

test('a port that was asked for by its number is not exchanged for another, and no failure goes on for ever', async () => {
  const probes = new PortProbes(hosts)
  const port = await probes.find('otlp-http-port', 0, 'stream')
  await probes.release(['otlp-http-port'])
  for (const [asked, most] of [
    [port, 1],
    [0, 5],
  ]) {
    const own = new PortProbes(hosts)
    const found = { 'otlp-http-port': await own.find('otlp-http-port', asked, 'stream') }
    let openings = 0
    const refused = own.open(
      found,
      () => Promise.reject(new Error(`opening ${++openings}`)),
      () => 'otlp-http-port',
    )
    await expect(refused).rejects.toThrow(`opening ${most}`)
    await own.release(['otlp-http-port'])
  }
})

test('a client that comes too early holds up nothing', async () => {
  const probes = new PortProbes(hosts)
  const port = await probes.find('query-port', 0, 'stream')
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  await probes.release(['query-port'])
  client.destroy()
  expect(await isFree(port)).toBe(true)
})

/**
 * Jaeger's HotROD demo, its spans sent to ours and to a real Jaeger by one proxy: both show the same spans, services, parents,
 * errors, logs and tags. HOTROD names the program, JAEGER_ORIGIN and JAEGER_OTLP a running Jaeger (as in jaeger.peers.test.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { type ComparedTrace, countTraces, linesById, printCounts, searchTraces } from './compared-traces.ts'

const program = process.env['HOTROD'] ?? ''
const jaeger = {
  origin: process.env['JAEGER_ORIGIN'] ?? 'http://127.0.0.1:26686',
  otlp: process.env['JAEGER_OTLP'] ?? 'http://127.0.0.1:14318',
}
const reachable =
  program !== '' &&
  (await fetch(jaeger.origin, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  ))

describe.skipIf(!reachable)(
  `HotROD beside a Jaeger (skipped without HOTROD=program and a Jaeger at ${jaeger.origin})`,
  () => {
    let server: ServerProcess
    let hotrod: ChildProcess
    let front = ''
    const proxy = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const headers: Record<string, string> = { 'content-type': request.headers['content-type'] ?? '' }
        const encoding = request.headers['content-encoding']
        if (encoding !== undefined) headers['content-encoding'] = encoding
        const targets = [`http://127.0.0.1:${server.otlpHttpPort}`, jaeger.otlp]
        void Promise.all(
          targets.map(target =>
            fetch(`${target}${request.url}`, { method: 'POST', headers, body: Buffer.concat(parts) }),
          ),
        ).then(([ours]) => response.writeHead(ours.status).end())
      })
    })
    beforeAll(async () => {
      server = await startServer(['--storage', 'memory'])
      proxy.listen(0, '127.0.0.1')
      await once(proxy, 'listening')
      const base = 30_000 + Math.floor(Math.random() * 20_000)
      front = `http://127.0.0.1:${base}`
      const places = ['frontend', 'customer', 'driver', 'route'].flatMap((name, at) => [
        `--${name}-service-hostname`,
        '127.0.0.1',
        `--${name}-service-port`,
        String(base + at),
      ])
      hotrod = spawn(program, ['all', ...places], {
        env: {
          ...process.env,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        },
        stdio: 'ignore',
      })
      for (let status = 0; status !== 200;) {
        status = await fetch(front).then(
          answer => answer.status,
          () => 0,
        )
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    })
    afterAll(async () => {
      hotrod.kill('SIGTERM')
      proxy.close()
      await server.stop()
    })

    test('both show the same of every trace', async () => {
      const begun = Date.now() * 1000
      for (const customer of [123, 392, 731, 567, 123]) {
        expect((await fetch(`${front}/dispatch?customer=${customer}&nonse=0.5`)).status).toBe(200)
      }
      const search = async (origin: string): Promise<readonly ComparedTrace[]> => {
        const query = `service=frontend&limit=100&start=${begun}&end=${Date.now() * 1000}`
        // Looking whether it is up left a trace of one span or two.
        return (await searchTraces(origin, query)).filter(({ spans }) => spans.length > 10)
      }
      const ours = `http://127.0.0.1:${server.queryPort}`
      const spansOf = (traces: readonly ComparedTrace[]): number =>
        traces.reduce((sum, { spans }) => sum + spans.length, 0)
      // The demo sends what it has every few seconds; until nothing more comes.
      let seen = -1
      for (let now = 0; now !== seen || now === 0;) {
        seen = now
        await new Promise(resolve => setTimeout(resolve, 6000))
        now = spansOf(await search(ours))
      }
      const [here, there] = [await search(ours), await search(jaeger.origin)]
      const [seenHere, seenThere] = [countTraces(here), countTraces(there)]
      printCounts('HotROD', seenHere, seenThere)
      expect(linesById(here)).toEqual(linesById(there))
      expect(seenHere).toEqual(seenThere)
      expect(seenHere.traces).toBe(5)
      expect(seenHere.services).toBeGreaterThanOrEqual(6)
    })
  },
)

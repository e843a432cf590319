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

interface Span {
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly { readonly refType: string; readonly spanID: string }[]
  readonly tags: readonly { readonly key: string; readonly value: unknown }[]
  readonly logs: readonly { readonly fields: readonly unknown[] }[]
  readonly processID: string
}
interface Trace {
  readonly traceID: string
  readonly spans: readonly Span[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>
}

/** What of a trace is compared: one line a span, in the order of ids. */
function lines({ spans, processes }: Trace): readonly string[] {
  return spans
    .map(span => {
      const parents = span.references.map(({ refType, spanID }) => `${refType} ${spanID}`).join(' ')
      const tags = span.tags.map(({ key, value }) => `${key}=${String(value)}`).toSorted((a, b) => (a < b ? -1 : 1))
      const fields = span.logs.reduce((sum, log) => sum + log.fields.length, 0)
      const service = processes[span.processID].serviceName
      return `${span.spanID} ${service} ${span.operationName} [${parents}] ${span.logs.length} logs, ${fields} fields; ${tags.join(' ')}`
    })
    .toSorted((a, b) => (a < b ? -1 : 1))
}

const count = (traces: readonly Trace[], of: (span: Span) => number): number =>
  traces.reduce((sum, { spans }) => sum + spans.reduce((inner, span) => inner + of(span), 0), 0)

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
      const search = async (origin: string): Promise<readonly Trace[]> => {
        const query = `service=frontend&limit=100&start=${begun}&end=${Date.now() * 1000}`
        const answer = (await (await fetch(`${origin}/api/traces?${query}`)).json()) as {
          readonly data: readonly Trace[] | null
        }
        // Looking whether it is up left a trace of one span or two.
        return (answer.data ?? []).filter(({ spans }) => spans.length > 10)
      }
      const ours = `http://127.0.0.1:${server.queryPort}`
      const spansOf = (traces: readonly Trace[]): number => traces.reduce((sum, { spans }) => sum + spans.length, 0)
      // The demo sends what it has every few seconds; until nothing more comes.
      let seen = -1
      for (let now = 0; now !== seen || now === 0;) {
        seen = now
        await new Promise(resolve => setTimeout(resolve, 6000))
        now = spansOf(await search(ours))
      }
      const [here, there] = [await search(ours), await search(jaeger.origin)]
      const byId = (traces: readonly Trace[]): Record<string, readonly string[]> =>
        Object.fromEntries(traces.map(trace => [trace.traceID, lines(trace)]))
      expect(byId(here)).toEqual(byId(there))
      const errors = count(here, ({ tags }) =>
        tags.some(({ key, value }) => key === 'error' && value === true) ? 1 : 0,
      )
      const services = new Set(here.flatMap(({ processes }) => Object.values(processes).map(one => one.serviceName)))
      console.log(
        `HotROD: ${here.length} traces, ${spansOf(here)} spans of ${services.size} services, ` +
          `${count(here, ({ references }) => references.length)} parents, ${errors} errors, ` +
          `${count(here, ({ logs }) => logs.length)} logs, ${count(here, ({ tags }) => tags.length)} tags: the same in both`,
      )
      expect(here).toHaveLength(5)
      expect(services.size).toBeGreaterThanOrEqual(6)
    })
  },
)

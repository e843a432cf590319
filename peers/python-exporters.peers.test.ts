/** The exporters of OpenTelemetry's Python SDK over every transport: examples/python sends, and what it sent is read back. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { pythonPackages } from './packages.ts'

const example = join(import.meta.dirname, '..', 'examples', 'python', 'checkout.py')

let server: ServerProcess
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  await server.stop()
})

interface OtlpSpan {
  readonly name: string
  readonly kind: number
  readonly parentSpanId?: string
  readonly attributes?: readonly unknown[]
  readonly events?: readonly { readonly name: string; readonly attributes: readonly unknown[] }[]
  readonly status?: { readonly code?: number; readonly message?: string }
}

interface OtlpTrace {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: unknown }[] }
    readonly scopeSpans: readonly { readonly scope: object; readonly spans: readonly OtlpSpan[] }[]
  }[]
}

test.each(['http-protobuf', 'http-protobuf-gzip', 'grpc', 'grpc-gzip'])(
  'Python over %s arrives as it was made',
  { timeout: 240_000 },
  async transport => {
    const installed = await pythonPackages()
    if ('missing' in installed) throw new Error(installed.missing)
    const { stdout } = await promisify(execFile)(
      join(installed.folder, 'bin', 'python'),
      [example, transport, transport],
      {
        env: {
          ...process.env,
          SPOOR_HTTP_PORT: String(server.otlpHttpPort),
          SPOOR_GRPC_PORT: String(server.otlpGrpcPort),
        },
      },
    )
    const url = `http://127.0.0.1:${server.queryPort}/api/spoor/traces/${stdout.trim()}`
    const answer = await fetch(url, { headers: { accept: 'application/json' } })
    const { resourceSpans } = (await answer.json()) as OtlpTrace
    const [{ resource, scopeSpans }] = resourceSpans
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: transport } })
    expect(scopeSpans[0].scope).toEqual({ name: 'example', version: '1.0.0' })
    const byName = new Map(scopeSpans[0].spans.map(span => [span.name, span]))
    expect([...byName.keys()].sort()).toEqual(['POST /checkout', 'SELECT orders', 'charge card'])
    const root = byName.get('POST /checkout')
    expect(root?.kind).toBe(2)
    expect(root?.attributes).toEqual([{ key: 'user.id', value: { stringValue: 'ada' } }])
    const query = byName.get('SELECT orders')
    expect(query?.kind).toBe(3)
    expect(query?.attributes).toEqual([{ key: 'rows', value: { intValue: '3' } }])
    expect(query?.events?.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'cache miss', attributes: [{ key: 'key', value: { stringValue: 'orders:ada' } }] },
    ])
    expect(byName.get('charge card')?.status).toEqual({ code: 2, message: 'card declined' })
  },
)

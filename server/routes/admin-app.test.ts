import { expect, test } from 'vitest'
import type { Log } from '#server/telemetry/logger.ts'
import { QueryCounts } from '#server/telemetry/query-counts.ts'
import { buildAdminApp } from './admin-app.ts'

const lines: string[] = []
const write = (_fields: object, message: string): void => void lines.push(message)
const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }

test('health as Jaeger 1.x tells it, before, while and after it can serve', async () => {
  let available = false
  const app = buildAdminApp({
    version: '1.2.3',
    log,
    status: () => Promise.reject(new Error('a secret')),
    queries: new QueryCounts(),
    available: () => available,
    allowedHosts: ['localhost'],
    startedMs: Date.UTC(2026, 0, 1),
  })
  const health = async (): Promise<[number, unknown]> => {
    const answer = await app.inject('/')
    return [answer.statusCode, answer.json()]
  }
  const since = { upSince: '2026-01-01T00:00:00.000Z', uptime: expect.stringMatching(/^\d+\.\d{3}s$/u) as unknown }
  expect(await health()).toEqual([503, { status: 'Server not available', ...since }])
  available = true
  expect(await health()).toEqual([200, { status: 'Server available', ...since }])
  expect((await app.inject('/version')).json()).toEqual({ version: '1.2.3' })

  const failed = await app.inject('/metrics')
  expect(failed.statusCode).toBe(500)
  expect(failed.body).not.toContain('a secret')
  expect(lines).toEqual(['a request failed'])
  const strange = await app.inject({ url: '/', headers: { host: 'evil.example' } })
  expect([strange.statusCode, strange.headers['x-content-type-options']]).toEqual([403, 'nosniff'])
  await app.close()
})

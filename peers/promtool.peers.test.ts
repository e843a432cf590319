/** What Prometheus's own tool says of /metrics, before and after spans of every fate. */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterAll(async () => {
  await server.stop()
})

/** What the tool complains of; undefined when it is not on this machine. */
async function complaints(): Promise<string | undefined> {
  const metrics = await (await fetch(`http://127.0.0.1:${server.adminPort}/metrics`)).text()
  const { error, stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: metrics })
  if (error !== undefined) return undefined
  return `${stdout.toString()}${stderr.toString()}${status === 0 ? '' : `exit code ${status}`}`
}

async function send(body: string): Promise<number> {
  const url = `http://127.0.0.1:${server.otlpHttpPort}/v1/traces`
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return answer.status
}

test('promtool finds nothing to say about the metrics', async context => {
  const idle = await complaints()
  if (idle === undefined) return context.skip('promtool (of the package prometheus) is not installed')
  expect(idle).toBe('')
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'x',
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'quote " back \\ line \n' } }] }
  const spans = [span, span, { ...span, spanId: '0'.repeat(16) }]
  expect(await send(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }))).toBe(200)
  expect(await send('{"resourceSpans": 7}')).toBe(400)
  await fetch(`http://127.0.0.1:${server.queryPort}/api/traces?service=x`)
  expect(await complaints()).toBe('')
})

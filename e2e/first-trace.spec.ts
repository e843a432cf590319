/** The thin path: OTLP over HTTP in, the trace out by its id, the page served. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'

let server: ChildProcess
let origin: string

test.beforeAll(async () => {
  server = spawn(process.execPath, ['server/main.ts', '--query-port', '0', '--log-format', 'json', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { stdout } = server
  if (stdout === null) throw new Error('no output of the server')
  for await (const line of createInterface({ input: stdout })) {
    const entry: unknown = JSON.parse(line)
    if (typeof entry === 'object' && entry !== null && 'port' in entry) {
      origin = `http://127.0.0.1:${String(entry.port)}`
      break
    }
  }
})

test.afterAll(() => {
  server.kill()
})

test('a span sent over OTLP/HTTP is found by its trace id, and only it', async ({ request }) => {
  const traceId = '5b8efff798038103d269b633813fc60c'
  const span = {
    traceId,
    spanId: 'eee19b7ec3c1b174',
    name: 'GET /cart',
    startTimeUnixNano: '1544712660000000000',
    endTimeUnixNano: '1544712661000000000',
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] }
  const sent = await request.post(`${origin}/v1/traces`, {
    data: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  })
  expect(sent.status()).toBe(200)
  const answer: unknown = await (await request.get(`${origin}/api/traces/${traceId}`)).json()
  expect(answer).toMatchObject({ data: [{ traceID: traceId, spans: [{ operationName: 'GET /cart', duration: 1e6 }] }] })
  expect((await request.get(`${origin}/api/traces/1`)).status()).toBe(404)
})

test('bytes that are no request are refused with their place', async ({ request }) => {
  const answer = await request.post(`${origin}/v1/traces`, {
    data: Buffer.from([255, 255]),
    headers: { 'content-type': 'application/x-protobuf' },
  })
  expect(answer.status()).toBe(400)
})

test('the page opens', async ({ page }) => {
  await page.goto(`${origin}/`)
  await expect(page.locator('#app')).not.toBeEmpty()
})

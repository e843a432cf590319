/** From a real program with OpenTelemetry's SDK to the row on the search page, over each transport, and to the timeline. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from './server.ts'

const run = promisify(execFile)

for (const transport of ['http-protobuf', 'http-protobuf-gzip', 'http-json', 'http-json-gzip', 'grpc', 'grpc-gzip']) {
  test(`a trace sent over ${transport} is on the search page and opens`, async ({ spoor, page }) => {
    const service = `shop-${transport}`
    const { stdout } = await run(process.execPath, ['examples/javascript/checkout.mjs', transport, service], {
      env: {
        ...process.env,
        SPOOR_HTTP_PORT: String(spoor.otlpHttpPort),
        SPOOR_GRPC_PORT: String(spoor.otlpGrpcPort),
      },
    })
    const traceId = stdout.trim()
    const sent = performance.now()
    await page.goto(`${spoor.origin}/search`)
    const link = page.locator(`a[href*="${traceId}"]`).first()
    await expect(link).toBeVisible()
    console.log(`${transport}: visible ${Math.round(performance.now() - sent)} ms after the program ended`)
    await link.click()
    await expect(page).toHaveURL(new RegExp(`/trace/${traceId}`))
    await expect(page.getByText('SELECT orders').first()).toBeVisible()
  })
}

test('Jaeger answers the same trace under the short and the upper-case id', async ({ spoor, request }) => {
  const span = {
    traceId: '000000000000000000000000000abcde',
    spanId: 'eee19b7ec3c1b174',
    name: 'GET /cart',
    startTimeUnixNano: '1544712660000000000',
    endTimeUnixNano: '1544712661000000000',
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] }
  const sent = await request.post(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    data: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  })
  expect(sent.status()).toBe(200)
  for (const id of ['abcde', 'ABCDE', span.traceId]) {
    const answer: unknown = await (await request.get(`${spoor.origin}/api/traces/${id}`)).json()
    expect(answer).toMatchObject({ data: [{ spans: [{ operationName: 'GET /cart', duration: 1e6 }] }] })
  }
})

test('bytes that are no request are refused with their place', async ({ spoor, request }) => {
  const answer = await request.post(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    data: Buffer.from([255, 255]),
    headers: { 'content-type': 'application/x-protobuf' },
  })
  expect(answer.status()).toBe(400)
})

test('every line of the log is a JSON object with level, time and message', ({ spoor }) => {
  expect(spoor.lines.length).toBeGreaterThan(1)
  for (const line of spoor.lines) {
    const { level, ts, msg } = JSON.parse(line) as Record<string, unknown>
    expect(level).toMatch(/^(debug|info|warn|error)$/u)
    expect(typeof ts).toBe('number')
    expect(typeof msg).toBe('string')
  }
})

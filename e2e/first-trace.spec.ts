/** From a real program with OpenTelemetry's SDK to the row on the search page, over each transport, and to the timeline. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from './server.ts'

/** Runs the example; resolves with the id it prints once its exporter has its answer, and when that was. */
async function sendExample(
  transport: string,
  service: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly traceId: string; readonly at: number }> {
  const child = spawn(process.execPath, ['examples/javascript/checkout.mjs', transport, service], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { traceId: line.toString().trim(), at: performance.now() }
}

for (const transport of ['http-protobuf', 'http-protobuf-gzip', 'http-json', 'http-json-gzip', 'grpc', 'grpc-gzip']) {
  test(`a trace sent over ${transport} is on the search page and opens`, async ({ spoor, page }) => {
    await page.goto(`${spoor.origin}/search`)
    const again = page.getByRole('button', { name: 'Search again' })
    const light = page.getByText('Waiting for the first span')
    await expect(again.or(light)).toBeVisible()
    // An empty store looks by itself; a page with results stays as it is until it is asked.
    const hasTraces = await again.isVisible()
    const { traceId, at } = await sendExample(transport, `shop-${transport}`, {
      SPOOR_HTTP_PORT: String(spoor.otlpHttpPort),
      SPOOR_GRPC_PORT: String(spoor.otlpGrpcPort),
    })
    if (hasTraces) await again.click()
    const link = page.locator(`a[href*="${traceId}"]`).first()
    await expect(link).toBeVisible()
    console.log(`${transport}: visible ${Math.round(performance.now() - at)} ms after the exporter’s answer`)
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

/** What the program writes down at its most talkative: JSON a line, and nothing of what the spans hold. */
import { randomBytes } from 'node:crypto'
import { expect, startSpoor, test } from './server.ts'

/** A text that stands nowhere but in what was sent. */
const canary = `canary${randomBytes(8).toString('hex')}`

const value = { stringValue: `${canary} value` }
const attributes = [{ key: `${canary}.key`, value }]

function span(id: string, more: object = {}): object {
  return {
    traceId: randomBytes(16).toString('hex'),
    spanId: id,
    name: `${canary} name`,
    traceState: `${canary}=1`,
    startTimeUnixNano: `${Date.now()}000000`,
    endTimeUnixNano: `${Date.now()}000000`,
    attributes,
    events: [{ name: `${canary} event`, timeUnixNano: '1', attributes }],
    links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes, traceState: `${canary}=2` }],
    status: { code: 2, message: `${canary} message` },
    ...more,
  }
}

test('at debug level no line holds anything of any span, of a header or of an address', async ({ page }) => {
  const spoor = await startSpoor(['--log-level', 'debug'])
  const otlp = `http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`
  const post = async (body: string, type = 'application/json'): Promise<number> => {
    const answer = await fetch(otlp, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${canary}`, cookie: `${canary}=1` },
      body,
    })
    return answer.status
  }
  const resource = { attributes: [{ key: 'service.name', value }, ...attributes] }
  const request = (spans: readonly object[]): string =>
    JSON.stringify({
      resourceSpans: [{ resource, schemaUrl: canary, scopeSpans: [{ scope: { name: canary, attributes }, spans }] }],
    })
  // Kept, refused, cut by a limit, and not to be read at all.
  expect(await post(request([span('00000000000000a1')]))).toBe(200)
  expect(await post(request([span('0000000000000000'), span(canary)]))).toBe(200)
  expect(await post(request([span('00000000000000a2', { attributes: Array(3000).fill(attributes[0]) })]))).toBe(200)
  expect(await post(`{"resourceSpans": "${canary}"}`)).toBe(400)
  expect(await post(`{"${canary}`)).toBe(400)
  expect(await post(canary, 'application/x-protobuf')).toBe(400)
  expect(await post(canary, `application/${canary}`)).toBe(415)
  for (const path of ['/api/traces', '/api/services', '/api/spoor/traces', `/api/traces/${canary}`, `/${canary}`]) {
    await fetch(`${spoor.origin}${path}?service=${canary}&tags=${canary}&where=${canary}&limit=${canary}`)
  }
  await page.goto(`${spoor.origin}/search?service=${canary}`)
  await page.goto(`${spoor.origin}/trace/${canary}`)
  await page.goto(`${spoor.origin}/status`)
  // Which looks at the form of every line.
  await spoor.stop()
  expect(spoor.lines.length).toBeGreaterThan(3)
  expect(spoor.lines.filter(line => line.includes(canary))).toEqual([])
})

/**
 * What examples/opentracing sent from its three processes, captured: baggage that the first set is an event of the last, a parent that is followed,
 * a span of two references, logs with fields and an error object, all in the stored trace and on the page.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { expect, type Spoor, test } from './server.ts'

const TRACE = 'de9ba45e75a628e4'

async function sendCaptured(spoor: Spoor): Promise<void> {
  const ready = spoor.lines.map(line => JSON.parse(line) as Record<string, unknown>).find(({ msg }) => msg === 'ready')
  const socket = createSocket('udp4')
  for (const name of ['front', 'orders', 'mail']) {
    const file = `../shared/formats/jaeger/fixtures/wire/opentracing-${name}.udp-binary.bin`
    const bytes = readFileSync(new URL(file, import.meta.url))
    await new Promise(resolve => {
      socket.send(bytes, Number(ready?.['jaegerBinaryPort']), '127.0.0.1', resolve)
    })
  }
  socket.close()
}

interface Stored {
  readonly spans: readonly {
    readonly spanID: string
    readonly operationName: string
    readonly references: readonly { readonly refType: string; readonly spanID: string }[]
    readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[]
  }[]
}

test('three processes of OpenTracing: references, logs and baggage are stored and drawn', async ({
  spoor,
  page,
  request,
}) => {
  await sendCaptured(spoor)
  const read = async (): Promise<Stored | undefined> => {
    const answer = await request.get(`${spoor.origin}/api/traces/${TRACE}`)
    return answer.ok() ? ((await answer.json()) as { readonly data: readonly Stored[] }).data[0] : undefined
  }
  await expect.poll(async () => (await read())?.spans.length).toBe(10)
  const spans = (await read())?.spans ?? []
  const idOf = (name: string): string => spans.findLast(({ operationName }) => operationName === name)?.spanID ?? ''
  const references = (name: string): readonly (readonly [string, string])[] =>
    spans
      .find(({ operationName }) => operationName === name)
      ?.references.map(({ refType, spanID }) => [refType, spanID] as const) ?? []
  const reserved = spans.filter(({ operationName }) => operationName === 'reserve')
  const [[type, followed]] = references('confirm')
  expect([references('confirm').length, type]).toEqual([1, 'FOLLOWS_FROM'])
  expect(reserved.map(({ spanID }) => spanID)).toContain(followed)
  expect(references('send mail')).toEqual([
    ['CHILD_OF', idOf('POST /mail')],
    ['FOLLOWS_FROM', idOf('charge card')],
  ])
  const failed = reserved.find(({ logs }) => logs.length > 0)
  expect(failed?.logs[0].fields.map(({ key }) => key)).toEqual(['event', 'error.object', 'message', 'wait_ms'])

  await page.goto(`${spoor.origin}/trace/${TRACE}`)
  const rows = page.getByRole('treegrid', { name: 'Spans' }).getByRole('row')
  const detail = page.getByRole('complementary', { name: 'Span' })
  const show = async (name: string, tab: string): Promise<void> => {
    await rows
      .filter({ hasText: name })
      .first()
      .click({ position: { x: 150, y: 8 } })
    await detail.getByRole('tab', { name: tab }).click()
  }
  // What follows is drawn below what it follows.
  await expect(rows.filter({ hasText: 'confirm' })).toHaveAttribute('aria-level', '5')
  await show('send mail', 'Links')
  await expect(detail.getByRole('button', { name: 'charge card' })).toBeVisible()
  await show('confirm', 'Links')
  await expect(detail.getByRole('button', { name: 'reserve' })).toBeVisible()
  await expect(detail).toContainText('follows_from')
  await rows
    .filter({ hasText: 'reserve' })
    .first()
    .click({ position: { x: 150, y: 8 } })
  await detail.getByRole('tab', { name: 'Events' }).click()
  await expect(detail).toContainText('shelf 7 is locked')
  await expect(detail).toContainText('wait_ms')
  // The server's span in C: the second of its name, below the client's of B.
  await rows
    .filter({ hasText: 'POST /mail' })
    .last()
    .click({ position: { x: 150, y: 8 } })
  await detail.getByRole('tab', { name: 'Events' }).click()
  await expect(detail).toContainText('baggage')
  await expect(detail).toContainText('customer')
  await expect(detail).toContainText('ada')
})

/** What every user of Jaeger does on the first day, one journey each, against a real server. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { otlpJson, randomTraceId, sendTrace } from './send-spans.ts'
import type { SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

/** A checkout whose charge takes `chargeMs`; a declined one is tried again. */
function checkout(chargeMs: number, orderId: string, declined = false): SentSpan {
  const charge = (at: number, error: boolean): SentSpan => ({
    service: 'frontend',
    name: 'POST /charge',
    kind: 'client',
    at,
    ms: chargeMs + 4,
    error,
    below: [
      {
        service: 'payments',
        name: 'Charge',
        kind: 'server',
        at: at + 2,
        ms: chargeMs,
        error,
        attributes: { 'card.network': 'visa', 'order.id': orderId },
        below: [{ service: 'payments', name: 'SELECT ledger', kind: 'client', at: at + 3, ms: chargeMs / 2 }],
      },
    ],
  })
  const below = declined ? [charge(2, true), charge(chargeMs + 10, false)] : [charge(2, false)]
  return { service: 'frontend', name: 'POST /checkout', kind: 'server', at: 0, ms: chargeMs * 2 + 30, below }
}

const browse: SentSpan = { service: 'catalog', name: 'GET /products', kind: 'server', at: 0, ms: 12 }

async function choose(page: Page, label: RegExp, option: string): Promise<void> {
  await page.getByRole('button', { name: label }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** Addresses that the page asked for from here on, its own files left out. */
function requestsOf(page: Page): string[] {
  const seen: string[] = []
  page.on('request', request => {
    if (request.resourceType() === 'fetch' || request.resourceType() === 'xhr') seen.push(request.url())
  })
  return seen
}

test('(a) search by service, span name and attribute', async ({ spoor, page }) => {
  const quick = await sendTrace(spoor, checkout(40, 'order-quick'))
  const slow = await sendTrace(spoor, checkout(700, 'order-slow', true))
  const other = await sendTrace(spoor, browse)
  await page.goto(`${spoor.origin}/search`)
  const rows = page.getByRole('table', { name: 'Traces found' }).locator('tbody tr')
  const linkTo = (id: string) => rows.locator(`a[href*="${id}"]`)
  await expect(linkTo(other)).toBeVisible()
  await expect(linkTo(quick)).toBeVisible()

  await choose(page, /Service/u, 'payments')
  await page.getByRole('button', { name: 'Find traces' }).click()
  await expect(page).toHaveURL(/service=payments/u)
  await expect(linkTo(other)).toHaveCount(0)
  await expect(rows).toHaveCount(2)

  await choose(page, /Span name/u, 'Charge')
  const attributes = page.getByRole('combobox', { name: /Attributes/u })
  await attributes.pressSequentially('order.i')
  // Real keys of the store are offered while typing.
  await expect(page.getByRole('option', { name: /order\.id/u })).toBeVisible()
  await attributes.fill('order.id=order-slow')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Find traces' }).click()
  await expect(rows).toHaveCount(1)
  await expect(linkTo(slow)).toBeVisible()
  const address = new URL(page.url())
  expect(address.searchParams.get('operation')).toBe('Charge')
  expect(address.searchParams.get('tags')).toBe('{"order.id":"order-slow"}')

  // The address brings the same question back in a new tab, also as Jaeger writes it.
  const tab = await page.context().newPage()
  await tab.goto(`${spoor.origin}/search?service=payments&lookback=1h&limit=20&tag=order.id:order-quick`)
  await expect(tab.locator(`tbody a[href*="${quick}"]`)).toBeVisible()
  await expect(tab.locator('tbody tr')).toHaveCount(1)
  await tab.close()
})

test('(b) open the timeline', async ({ spoor, page }) => {
  const id = await sendTrace(spoor, checkout(300, 'order-timeline', true))
  await page.goto(`${spoor.origin}/search?service=payments`)
  await page.locator(`tbody a[href*="${id}"]`).click()
  const tree = page.getByRole('treegrid')
  await expect(tree).toHaveAttribute('aria-rowcount', '7')
  await expect(tree.getByRole('row', { name: /Charge/u })).toHaveCount(2)
  await tree
    .getByRole('row', { name: /payments.*Charge/u })
    .first()
    .click()
  const detail = page.getByRole('complementary', { name: 'Span' })
  await expect(detail.getByText('order-timeline')).toBeVisible()
  await expect(page).toHaveURL(/span=[0-9a-f]{16}/u)
})

test('(c) compare two traces', async ({ spoor, page }) => {
  const quick = await sendTrace(spoor, checkout(50, 'order-a'), { startMs: Date.now() - 60_000 })
  const slow = await sendTrace(spoor, checkout(900, 'order-b', true))
  await page.goto(`${spoor.origin}/search?service=frontend`)
  for (const id of [quick, slow]) {
    const row = page.locator('tbody tr', { has: page.locator(`a[href*="${id}"]`) })
    // The box itself is drawn by a mark over it.
    await row.getByRole('checkbox').check({ force: true })
  }
  await page
    .getByRole('region', { name: 'Comparison' })
    .getByRole('button', { name: /^Compare/u })
    .click()
  await expect(page).toHaveURL(new RegExp(`/trace/${quick}\\.\\.\\.${slow}`, 'u'))
  await expect(page.getByText('1.70 s slower').first()).toBeVisible()
  await page.getByRole('radio', { name: 'Total' }).click({ force: true })
  const row = page.getByRole('table', { name: 'Differences' }).getByRole('row', { name: /payments.*Charge/u })
  // Total duration of both: one of 50 ms, two of 900 ms.
  await expect(row).toContainText('50.0 ms')
  await expect(row).toContainText('1.80 s')
  await expect(row).toContainText('+1.75 s')
})

test('(d) drop a Jaeger and an OTLP JSON file; nothing is sent', async ({ spoor, page }) => {
  const recorded = readFileSync('server/routes/jaeger/fixtures/traces-frontend-limit20.json.gz')
  const jaegerText = gunzipSync(recorded).toString()
  const { traceID } = (JSON.parse(jaegerText) as { data: { traceID: string }[] }).data[0]
  const otlpId = randomTraceId()
  const otlpText = otlpJson(otlpId, checkout(80, 'order-in-a-file'), Date.now() - 5000)
  await page.goto(`${spoor.origin}/search`)
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached()

  const seen = requestsOf(page)
  const before = (await (await fetch(`${spoor.origin}/api/spoor/status`)).json()) as { ledger: { total: unknown } }
  const dropped = await page.evaluateHandle(
    files => {
      const transfer = new DataTransfer()
      for (const [name, text] of files) transfer.items.add(new File([text], name, { type: 'application/json' }))
      return transfer
    },
    [
      ['jaeger.json', jaegerText],
      ['otlp.json', otlpText],
    ],
  )
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: dropped })
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  await expect(page).toHaveURL(/\/upload$/u)
  const files = page.getByRole('list', { name: 'Files' })
  await expect(files).toContainText('Jaeger JSON')
  await expect(files).toContainText('OTLP JSON')
  await expect(page.locator(`a[href$="/trace/${otlpId}"]`).last()).toBeVisible()
  await page.locator(`a[href$="/trace/${otlpId}"]`).last().click()
  await expect(page.getByRole('treegrid').getByRole('row', { name: /SELECT ledger/u })).toBeVisible()
  await page.goBack()
  await page
    .locator(`a[href$="/trace/${traceID.padStart(32, '0')}"]`)
    .last()
    .click()
  await expect(page.getByRole('treegrid').getByRole('row').first()).toBeVisible()

  // No request carries a trace or asks for one: neither id is known to the server.
  expect(seen.filter(url => url.includes('/trace'))).toEqual([])
  const after = (await (await fetch(`${spoor.origin}/api/spoor/status`)).json()) as { ledger: { total: unknown } }
  expect(after.ledger.total).toEqual(before.ledger.total)
  expect((await fetch(`${spoor.origin}/api/traces/${otlpId}`)).status).toBe(404)
})

test('(e) the service graph from stored parents', async ({ spoor, page }) => {
  // Names of its own: the other journeys' calls are in the same store.
  const leaf = (at: number, error = false): SentSpan => ({
    service: 'map-stock',
    name: 'Reserve',
    kind: 'server',
    at,
    ms: 5,
    error,
  })
  await sendTrace(spoor, {
    service: 'map-shop',
    name: 'POST /order',
    kind: 'server',
    at: 0,
    ms: 50,
    below: [
      { service: 'map-shop', name: 'reserve', kind: 'client', at: 1, ms: 9, below: [leaf(2), leaf(8, true), leaf(14)] },
      { service: 'map-mail', name: 'Send', kind: 'server', at: 30, ms: 8 },
    ],
  })
  const answer = await (await fetch(`${spoor.origin}/api/dependencies?endTs=${Date.now()}&lookback=3600000`)).json()
  expect((answer as { data: unknown[] }).data).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ parent: 'map-shop', child: 'map-stock', callCount: 3 }),
      expect.objectContaining({ parent: 'map-shop', child: 'map-mail', callCount: 1 }),
    ]),
  )
  await page.goto(`${spoor.origin}/search`)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Map' }).click()
  await expect(page).toHaveURL(/\/dependencies/u)
  await page
    .getByRole('radio', { name: 'Table' })
    .or(page.getByRole('button', { name: 'Table' }))
    .first()
    .click()
  const calls = page.getByRole('table', { name: /calls/iu })
  const edge = calls.getByRole('row', { name: /map-shop.*map-stock/u })
  await expect(edge.getByRole('cell').nth(2)).toHaveText('3')
  await expect(edge).toContainText('33.3 %')
  await expect(
    calls
      .getByRole('row', { name: /map-shop.*map-mail/u })
      .getByRole('cell')
      .nth(2),
  ).toHaveText('1')
})

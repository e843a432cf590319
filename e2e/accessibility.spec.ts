/**
 * What axe finds with everything open that opens, in both themes; a window half as wide (what zooming to 200 % makes of 1280
 * pixels); the system's own colours; and whole journeys without a pointer. States without anything open: trace, views, compare,
 * and the pictures (pages.screens.ts).
 */
import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { choose, corpusPath } from './dropped-files.ts'
import { sendTrace } from './send-spans.ts'
import type { SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

/** Services of its own: other specs of the same store count theirs. */
function order(reads: number): SentSpan {
  const below = Array.from({ length: reads }, (_, k) => ({
    service: 'open-ledger',
    name: 'SELECT ledger_entry',
    at: 120 + k * 20,
    ms: 12,
    kind: 'client' as const,
    attributes: { 'db.system': 'postgres', 'db.rows': String(k) },
  }))
  return {
    service: 'open-shop',
    name: 'POST /orders',
    at: 0,
    ms: 500 + reads * 20,
    kind: 'server',
    attributes: { payload: '{"items":[{"sku":"a-1","count":2}]}', 'http.route': '/orders' },
    below: [
      { service: 'open-ledger', name: 'balance', at: 100, ms: 40 + reads * 20, below },
      { service: 'open-payments', name: 'charge', at: 200 + reads * 20, ms: 90, error: true },
    ],
  }
}

const VIEWS = ['timeline', 'flame', 'flamegraph', 'graph', 'statistics', 'spans', 'events', 'json'] as const
const TABS = ['aligned', 'graph', 'spans', 'attributes', 'events', 'json'] as const

/** Said until it is there: an empty page has no faults either. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.locator('main [aria-busy=true]')).toHaveCount(0)
}

async function check(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  expect(found, what).toEqual([])
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing with details, menus and panels open, ${colorScheme}`, async ({ spoor, page }) => {
    test.setTimeout(180_000)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const id = await sendTrace(spoor, order(6))
    await page.goto(`${spoor.origin}/trace/${id}`)
    await page.getByRole('treegrid').getByText('POST /orders').first().click()
    const details = page.getByRole('complementary', { name: 'Span' })
    await expect(details).toContainText('http.route')
    for (const panel of ['Attributes', 'Events', 'Links', 'JSON']) {
      await details.getByRole('tab', { name: new RegExp(`^${panel}`, 'u') }).click()
      await check(page, `details, ${panel}`)
    }
    await details.getByRole('tab', { name: /^Attributes/u }).click()
    const place = page.getByRole('button', { name: 'Details below their row, or beside all rows' })
    await place.click()
    await expect(page.getByRole('region', { name: 'Span', exact: true })).toContainText('http.route')
    await check(page, 'details below their row')
    await place.click()
    await expect(details).toBeVisible()
    // Whatever opens something over the page, one after the other.
    const openers = page.locator('main button[aria-haspopup]:visible, header button[aria-haspopup]:visible')
    const count = Math.min(await openers.count(), 12)
    for (let at = 0; at < count; at++) {
      const name = (await openers.nth(at).getAttribute('aria-label')) ?? (await openers.nth(at).textContent()) ?? ''
      await openers.nth(at).click()
      const over = page.locator('[role=menu], [role=listbox], [role=dialog]').first()
      await expect(over, name).toBeVisible()
      await check(page, `open: ${name}`)
      await page.keyboard.press('Escape')
      await expect(over, name).toBeHidden()
    }
    const kind = page.locator('[role=treegrid] [aria-selected=true]')
    await expect(kind).toHaveCount(1)
    for (const view of VIEWS) {
      await page.goto(`${spoor.origin}/trace/${id}?view=${view}&side=on&span=${await spanOf(page)}`)
      await settled(page)
      // Their script comes by itself; raw JSON has none beside it.
      if (view !== 'json') await expect(details).toContainText('http.route')
      await check(page, `${view} with details`)
    }
  })

  test(`axe finds nothing in a comparison, in open files and on the other pages, ${colorScheme}`, async ({
    spoor,
    page,
  }) => {
    test.setTimeout(180_000)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const [a, b] = [await sendTrace(spoor, order(3)), await sendTrace(spoor, order(9))]
    for (const tab of TABS) {
      await page.goto(`${spoor.origin}/trace/${a}...${b}?view=${tab}`)
      await settled(page)
      await expect(page.getByRole('tabpanel')).toBeVisible()
      await check(page, `comparison, ${tab}`)
    }
    await page.goto(`${spoor.origin}/upload`)
    await choose(page, [
      {
        name: 'buildx.json.gz',
        mimeType: 'application/gzip',
        buffer: readFileSync(corpusPath('jaeger/buildx-jaeger.json')),
      },
      { name: 'no-trace.json', mimeType: 'application/json', buffer: Buffer.from('{"traces": 7') },
    ])
    await expect(page.getByRole('heading', { name: /2 files/u })).toBeVisible()
    await check(page, 'open files')
    for (const path of ['search', 'dependencies', 'dependencies?view=table', 'status']) {
      await page.goto(`${spoor.origin}/${path}`)
      await settled(page)
      await check(page, path)
    }
  })
}

/** The selected span, from the address. */
async function spanOf(page: Page): Promise<string> {
  await expect(page).toHaveURL(/span=/u)
  return new URL(page.url()).searchParams.get('span') ?? ''
}

test('at twice the size nothing scrolls sideways, and in the system’s colours marks stay', async ({ spoor, page }) => {
  test.setTimeout(120_000)
  const [a, b] = [await sendTrace(spoor, order(3)), await sendTrace(spoor, order(9))]
  const addresses = [
    ...VIEWS.map(view => `trace/${b}?view=${view}`),
    ...TABS.map(tab => `trace/${a}...${b}?view=${tab}`),
    'search',
    'dependencies',
    'dependencies?view=table',
    'status',
    'upload',
  ]
  await page.setViewportSize({ width: 640, height: 400 })
  for (const address of addresses) {
    await page.goto(`${spoor.origin}/${address}`)
    await settled(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(640)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ forcedColors: 'active' })
  for (const address of [`trace/${b}`, `trace/${a}...${b}`, 'search']) {
    await page.goto(`${spoor.origin}/${address}`)
    await settled(page)
    await check(page, `${address} in the system’s colours`)
  }
  await page.goto(`${spoor.origin}/trace/${b}`)
  // An error has its mark and its word, not its colour alone.
  const failed = page.getByRole('row').filter({ hasText: 'charge' })
  await expect(failed).toHaveAccessibleName(/error/u)
  await expect(failed.locator('svg').last()).toBeVisible()
})

test('a trace is opened, searched, read and left by keys alone', async ({ spoor, page }) => {
  const id = await sendTrace(spoor, order(6))
  await page.goto(`${spoor.origin}/search`)
  const link = page.locator(`tbody a[href*="${id}"]`).first()
  await expect(link).toBeVisible()
  for (let at = 0; at < 80 && !(await link.evaluate(node => node === document.activeElement)); at++)
    await page.keyboard.press('Tab')
  await expect(link).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('treegrid')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('charge')
  await expect(page).toHaveURL(/uiFind=charge/u)
  const found = page.getByRole('search').getByRole('status')
  await expect(found).toHaveText('1 match')
  await page.keyboard.press('Enter')
  await expect(found).toHaveText('1 of 1')
  await page.keyboard.press('Escape')
  const grid = page.getByRole('treegrid')
  await grid.focus()
  await page.keyboard.press('Enter')
  const details = page.getByRole('complementary', { name: 'Span' })
  await expect(details.getByRole('heading', { level: 2 })).toHaveText('charge')
  await page.keyboard.press('Escape')
  await expect(details).toBeHidden()
  await page.goBack()
  await expect(page).toHaveURL(/\/search/u)
})

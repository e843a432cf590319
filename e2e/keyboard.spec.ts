/** Whole journeys without a pointer: what cannot be reached by keys fails. What is sent has services of its own. */
import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { corpusPath } from './dropped-files.ts'
import { otlpJson, sendTrace } from './send-spans.ts'
import type { SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

/** More stops than any page of these journeys has before what is looked for. */
const MOST_TABS = 150

/** Presses Tab (Shift+Tab with `back`) until `target` has the focus; fails when it never does. */
async function tabTo(page: Page, target: Locator, back = false): Promise<void> {
  await expect(target).toBeVisible()
  const isThere = (): Promise<boolean> => target.evaluate(node => node === document.activeElement)
  for (let at = 0; at < MOST_TABS && !(await isThere()); at++) await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
  await expect(target).toBeFocused()
}

function order(service: string, reads: number): SentSpan {
  const below = Array.from({ length: reads }, (_, k) => ({
    service,
    name: 'SELECT stock',
    at: 40 + k * 20,
    ms: 15 + k,
    kind: 'client' as const,
    attributes: { 'db.rows': String(reads) },
  }))
  return { service, name: 'POST /keys', at: 0, ms: 80 + reads * 20, kind: 'server', below }
}

test('two traces are ticked, compared, walked through, one of their pairs is read and left, by keys alone', async ({
  spoor,
  page,
}) => {
  test.setTimeout(120_000)
  const service = 'keys-compared'
  await sendTrace(spoor, order(service, 3))
  await sendTrace(spoor, order(service, 9), { startMs: Date.now() - 90_000 })
  await page.goto(`${spoor.origin}/search?service=${service}`)
  const boxes = page.getByRole('table').getByRole('checkbox')
  await expect(boxes).toHaveCount(2)
  for (const [at, picked] of [/pick=/u, /pick=.*pick=/u].entries()) {
    await tabTo(page, boxes.nth(at))
    await page.keyboard.press('Space')
    await expect(page).toHaveURL(picked)
  }
  const compare = page.getByRole('region', { name: 'Comparison' }).getByRole('button', { name: /^Compare/u })
  await tabTo(page, compare)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/trace\/[0-9a-f]{32}\.\.\.[0-9a-f]{32}/u)
  await expect(page.getByRole('table', { name: 'Differences' })).toBeVisible()

  // Each view in turn, and something of each has the focus on the way through.
  const tabs = page.getByRole('tablist', { name: 'Views' }).getByRole('tab')
  const count = await tabs.count()
  expect(count).toBe(6)
  await tabTo(page, tabs.first())
  for (let at = 0; at < count; at++) {
    if (at > 0) await page.keyboard.press('ArrowRight')
    await expect(tabs.nth(at)).toHaveAttribute('aria-selected', 'true')
    await expect(tabs.nth(at)).toBeFocused()
    await expect(page.getByRole('tabpanel')).not.toBeEmpty()
  }

  // A row of the table of differences, whose spans are then listed pair by pair.
  const row = page.getByRole('table', { name: 'Differences' }).locator('tbody tr').filter({ hasText: 'SELECT stock' })
  await tabTo(page, row.getByRole('button').first())
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/at=/u)
  await tabTo(page, tabs.filter({ hasText: /^JSON/u }), true)
  for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('tab', { name: /^Spans/u })).toHaveAttribute('aria-selected', 'true')
  const pairs = page.getByRole('grid', { name: 'Spans of both traces, pair by pair' })
  await tabTo(page, pairs)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(pairs.locator('[aria-selected=true]')).toHaveCount(1)
  const link = pairs.getByRole('link').first()
  await tabTo(page, link)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Span' }).getByRole('heading', { level: 2 })).toHaveText(
    'SELECT stock',
  )
  await page.goBack()
  await expect(pairs.locator('[aria-selected=true]')).toHaveCount(1)
})

test('Ctrl and Enter find from any part of the form, also from a button that takes Enter itself', async ({
  spoor,
  page,
}) => {
  await sendTrace(spoor, order('keys-of-the-form', 1))
  await page.goto(`${spoor.origin}/search`)
  await tabTo(page, page.getByRole('radio', { name: '15 min' }))
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await expect(page.getByRole('radio', { name: '1 h' })).toBeChecked()
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/lookback=1h/u)
  const services = page.getByRole('button', { name: /All services/u })
  await tabTo(page, services, true)
  await page.keyboard.press('Enter')
  await page.keyboard.type('keys-of-the-form')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('listbox')).toBeHidden()
  await page.keyboard.press('Control+Enter')
  await expect(page).toHaveURL(/service=keys-of-the-form/u)
})

test('a file is opened, found in, read, kept and closed by keys alone', async ({ spoor, page }) => {
  test.setTimeout(120_000)
  await page.goto(`${spoor.origin}/upload`)
  await tabTo(page, page.getByRole('button', { name: /^Drop files here/u }))
  const chosen = page.waitForEvent('filechooser')
  await page.keyboard.press('Enter')
  await (
    await chosen
  ).setFiles([
    {
      name: 'kept-by-keys.json',
      mimeType: 'application/json',
      buffer: Buffer.from(otlpJson('0'.repeat(26) + 'facade', order('keys-of-a-file', 2), Date.now() - 60_000)),
    },
    {
      name: 'buildx.json.gz',
      mimeType: 'application/gzip',
      buffer: readFileSync(corpusPath('jaeger/buildx-jaeger.json')),
    },
  ])
  await expect(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()

  const rows = page.getByRole('table').locator('tbody tr')
  await tabTo(
    page,
    page
      .getByRole('searchbox')
      .or(page.getByRole('textbox', { name: /Find/u }))
      .last(),
  )
  await page.keyboard.type('SELECT stock')
  await expect(rows).toHaveCount(1)
  await tabTo(page, rows.getByRole('link', { name: 'POST /keys' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('treegrid')).toHaveAttribute('aria-rowcount', '3')
  await page.goBack()
  await expect(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()

  await tabTo(page, page.getByRole('button', { name: 'kept-by-keys.json: more' }))
  await page.keyboard.press('Enter')
  const keep = page.getByRole('menuitem', { name: /^Keep in the store/u })
  await expect(keep).toBeVisible()
  await page.keyboard.press('End')
  await expect(keep).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('kept-by-keys.json: 3 spans sent to the store.')).toBeVisible()

  await tabTo(page, page.getByRole('button', { name: 'kept-by-keys.json: Close' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  await tabTo(page, page.getByRole('button', { name: 'buildx.json.gz: Close' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /^Drop files here/u })).toBeVisible()
  await expect(page.getByText('buildx.json.gz')).toHaveCount(0)
})

test('the palette is a field with a list: arrows choose, Enter acts, and axe finds nothing', async ({
  spoor,
  page,
}) => {
  await page.goto(`${spoor.origin}/status`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('dialog').getByRole('combobox')
  await expect(field).toBeFocused()
  const list = page.getByRole('listbox')
  await expect(list.getByRole('option').nth(8)).toBeVisible()
  // It scrolls: so that axe looks at it as a box that one has to get into.
  expect(await list.evaluate(node => node.scrollHeight - node.clientHeight)).toBeGreaterThan(13)
  const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])

  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  const active = (): Promise<string | null> => field.getAttribute('aria-activedescendant')
  const option = page.locator(`[id="${await active()}"]`)
  await expect(option).toBeInViewport()
  await page.keyboard.type('map')
  await expect(list.getByRole('option', { name: /map/iu }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/dependencies/u)
  await expect(field).toBeHidden()
})

test('what is typed while the script of the palette has yet to come runs no commands and stands in its field', async ({
  spoor,
  page,
}) => {
  await page.goto(`${spoor.origin}/status`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  // From here on scripts wait until they are let through.
  let letThrough = (): void => undefined
  const waited = new Promise<void>(resolve => (letThrough = resolve))
  let asked = 0
  await page.route(/\.js$/u, async route => {
    asked++
    await waited
    await route.continue()
  })
  await page.keyboard.press('Control+k')
  // "g m" would go to the map, "?" would show the keys.
  await page.keyboard.type('g m? map')
  await expect.poll(() => asked).toBeGreaterThan(0)
  await expect(page).toHaveURL(/\/status/u)
  letThrough()
  const field = page.getByRole('dialog').getByRole('combobox')
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('g m? map')
  await page.keyboard.type('!')
  await expect(field).toHaveValue('g m? map!')
  await expect(page.getByRole('dialog')).toHaveCount(1)
  await expect(page).toHaveURL(/\/status/u)
})

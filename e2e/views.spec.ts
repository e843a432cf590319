/** The views of a trace beside the timeline, as a person uses them: what they say, one selection for all, links, keys, files, axe. */
import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { faultsOf } from './screen-checks.ts'
import { otlpJson, randomTraceId, sendTrace } from './send-spans.ts'
import { expect, test } from './server.ts'
import type { Spoor } from './server.ts'

/** Two seconds: `charge` fails at its end, `HGETALL` comes five times under one parent, `mail` runs beside `charge`. */
const CHECKOUT = {
  service: 'shop',
  name: 'POST /checkout',
  at: 0,
  ms: 2000,
  kind: 'server',
  below: [
    {
      service: 'cart',
      name: 'read cart',
      at: 100,
      ms: 500,
      below: [0, 1, 2, 3, 4].map(k => ({
        service: 'cart',
        name: 'HGETALL',
        at: 120 + k * 80,
        ms: 10 + k * 10,
        kind: 'client' as const,
        attributes: { 'db.system': 'redis', 'db.rows': String(k) },
      })),
    },
    { service: 'payments', name: 'charge', at: 800, ms: 900, error: true, attributes: { 'user.id': 'u-742' } },
    { service: 'mailer', name: 'mail', at: 900, ms: 300 },
  ],
} as const

const VIEWS = ['flame', 'flamegraph', 'graph', 'statistics', 'spans', 'events'] as const

const tab = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true })
const grid = (page: Page, name: string): Locator =>
  page.getByRole('region', { name }).locator('[role=grid], [role=treegrid]')
const rowOf = (page: Page, view: string, text: string): Locator =>
  grid(page, view).getByRole('row').filter({ hasText: text })

async function open(page: Page, spoor: Spoor, query: string): Promise<string> {
  const id = await sendTrace(spoor, CHECKOUT)
  await page.goto(`${spoor.origin}/trace/${id}?${query}`)
  return id
}

test('statistics: groups and parts, sorted, regrouped, filtered, and the same again from the link', async ({
  page,
  spoor,
  context,
}) => {
  await open(page, spoor, 'view=statistics')
  const cart = rowOf(page, 'Statistics', 'cart').first()
  await expect(cart).toContainText('6')
  await expect(rowOf(page, 'Statistics', 'HGETALL')).toContainText('150 ms')
  await expect(rowOf(page, 'Statistics', 'payments')).toContainText('1')
  // The heaviest first: charge and its service.
  await expect(grid(page, 'Statistics').getByRole('row').nth(1)).toContainText('payments')
  await page.getByRole('columnheader', { name: 'Count' }).getByRole('button').click()
  await expect(grid(page, 'Statistics').getByRole('row').nth(1)).toContainText('cart')
  await page.getByRole('button', { name: /then by/u }).click()
  await page.getByRole('option', { name: 'db.rows' }).click()
  await expect(page).toHaveURL(/sub=%40db\.rows/u)
  await expect(rowOf(page, 'Statistics', '(none)').first()).toBeVisible()
  const other = await context.newPage()
  await other.goto(page.url())
  await expect(rowOf(other, 'Statistics', '(none)').first()).toBeVisible()
  await expect(other.getByRole('columnheader', { name: 'Count' })).toHaveAttribute('aria-sort', 'descending')
  await other.close()
  await rowOf(page, 'Statistics', 'mailer').first().click()
  await page.getByRole('button', { name: 'Only these' }).click()
  await expect(page.getByText('1 counted + 8 hidden = 9 spans')).toBeVisible()
})

test('statistics and the flame graph come as files', async ({ page, spoor }) => {
  const saved = async (form: string | RegExp): Promise<string> => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    await page.getByRole('menuitem', { name: form }).click()
    return readFileSync(await (await download).path(), 'utf8')
  }
  const id = await open(page, spoor, 'view=statistics')
  const [heads, ...lines] = (await saved('CSV')).trimEnd().split('\r\n')
  expect(heads).toBe('service,name,count,errors,total_ns,self_ns,critical_ns,avg_ns,min_ns,p50_ns,p95_ns,max_ns')
  expect(lines.reduce((sum, line) => sum + Number(line.split(',')[2]), 0)).toBe(9)
  await page.goto(`${spoor.origin}/trace/${id}?view=flamegraph`)
  await expect(page.getByText(/ counted = /u)).toBeVisible()
  const stacks = (await saved(/^Folded stacks/u)).trimEnd().split('\n')
  expect(stacks.length).toBeGreaterThan(3)
  for (const line of stacks) expect(line).toMatch(/^shop POST \/checkout.* \d+$/u)
})

test('a selection in one view is the selection in all, and leads to the timeline', async ({ page, spoor }) => {
  await open(page, spoor, 'view=spans')
  await rowOf(page, 'Spans', 'charge').click()
  await expect(page).toHaveURL(/span=[0-9a-f]{16}/u)
  await tab(page, 'Flame chart').click()
  await expect(page.getByText('Selected: charge')).toBeVisible()
  await tab(page, 'Flame graph').click()
  await expect(page.getByText('POST /checkout › charge')).toBeVisible()
  await expect(rowOf(page, 'Flame graph', 'charge')).toHaveAttribute('aria-selected', 'true')
  await tab(page, 'Statistics').click()
  await expect(rowOf(page, 'Statistics', 'charge')).toHaveAttribute('aria-selected', 'true')
  await tab(page, 'Graph').click()
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('charge')
  await page.keyboard.press('i')
  await expect(page.getByRole('complementary', { name: 'Span' })).toContainText('u-742')
  await page.keyboard.press('t')
  await expect(page.getByRole('treegrid', { name: 'Spans' }).locator('[aria-selected=true]')).toContainText('charge')
})

test('flame chart: self time by an attribute and by service again; what takes most is listed and chosen', async ({
  page,
  spoor,
}) => {
  await open(page, spoor, 'view=flame')
  const most = page.getByRole('table', { name: 'Spans with the most self time' })
  await expect(most.getByRole('row').nth(1)).toContainText('charge')
  const sums = page.getByRole('table', { name: 'Self time by group' })
  await expect(sums.getByRole('row').nth(1)).toContainText('payments')
  const by = page.getByRole('button', { name: /Group by/u })
  // More groups than services: the rows of the old grouping stand until the new ones are there.
  await by.click()
  await page.getByRole('option', { name: 'db.rows' }).click()
  await expect(page).toHaveURL(/group=%40db\.rows/u)
  await expect(sums).toContainText('(none)')
  await by.click()
  await page.getByRole('option', { name: 'service', exact: true }).click()
  await expect(sums.getByRole('row').nth(1)).toContainText('payments')
  await expect(page).not.toHaveURL(/group=/u)
  await most.getByRole('button', { name: /mail/u }).click()
  await expect(page.getByText('Selected: mail')).toBeVisible()
})

test('flame chart: keys walk the tree, Enter selects, wheel zooms, the address keeps both', async ({ page, spoor }) => {
  await open(page, spoor, 'view=flame')
  const tree = page.getByRole('tree', { name: 'Spans of the flame chart' })
  await tree.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(tree.getByRole('treeitem')).toHaveAccessibleName(/read cart/u)
  await page.keyboard.press('ArrowRight')
  await expect(tree.getByRole('treeitem')).toHaveAccessibleName(/charge.*error/u)
  await page.keyboard.press('Enter')
  await expect(page.getByText('Selected: charge')).toBeVisible()
  const box = await tree.boundingBox()
  if (box === null) throw new Error('no flame chart')
  await page.mouse.move(box.x + box.width / 2, box.y + 40)
  await page.mouse.wheel(0, -500)
  await expect(page).toHaveURL(/from=.*to=|to=.*from=/u)
  await page.keyboard.press('0')
  await expect(page).not.toHaveURL(/from=/u)
})

test('graph: keys walk, the table has every path', async ({ page, spoor }) => {
  await open(page, spoor, 'view=graph')
  const tree = page.getByRole('tree', { name: 'Paths of the graph' })
  await tree.focus()
  await page.keyboard.press('ArrowRight')
  await expect(tree.getByRole('treeitem')).toHaveAccessibleName(/read cart/u)
  await page.keyboard.press('ArrowRight')
  await expect(tree.getByRole('treeitem')).toHaveAccessibleName(/HGETALL, 5 spans, total 150/u)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Selection' })).toContainText('HGETALL')
  await page.getByRole('radio', { name: 'Table' }).click()
  await expect(page).toHaveURL(/shape=table/u)
  await expect(grid(page, 'Graph').getByRole('row')).toHaveCount(6)
})

test('spans: any attribute as a column, sorted by it, taken along as a file', async ({ page, spoor }) => {
  await open(page, spoor, 'view=spans&column=db.rows&sort=-@db.rows')
  await expect(grid(page, 'Spans').getByRole('row').nth(1)).toContainText('HGETALL')
  await expect(grid(page, 'Spans').getByRole('row').nth(1)).toContainText('4')
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  await page.getByRole('menuitem', { name: 'CSV' }).click()
  const lines = readFileSync(await (await coming).path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(lines).toHaveLength(10)
  expect(lines[0]).toBe('span_id,parent_span_id,service,name,kind,status,start_unix_ns,duration_ns,self_ns,db.rows')
  expect(lines[1]).toMatch(/^[0-9a-f]{16},[0-9a-f]{16},cart,HGETALL,client,unset,\d{19},50000000,50000000,4$/u)
})

test('events: in order of time, one opens to its attributes', async ({ page, spoor }) => {
  const id = randomTraceId()
  const request = JSON.parse(otlpJson(id, CHECKOUT, Date.now() - 5000)) as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[]
  }
  for (const { scopeSpans } of request.resourceSpans) {
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      if (span['name'] !== 'charge') continue
      const at = BigInt(String(span['startTimeUnixNano']))
      span['events'] = [
        {
          name: 'exception',
          timeUnixNano: String(at + 700_000_000n),
          attributes: [{ key: 'exception.message', value: { stringValue: 'card <b>declined</b>' } }],
        },
        {
          name: 'exception',
          timeUnixNano: String(at + 720_000_000n),
          attributes: [{ key: 'exception.message', value: { stringValue: 'card <b>declined</b>' } }],
        },
        { name: 'retry', timeUnixNano: String(at + 100_000_000n), attributes: [] },
      ]
    }
  }
  const answer = await fetch(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  expect(answer.status).toBe(200)
  await page.goto(`${spoor.origin}/trace/${id}?view=events`)
  const rows = grid(page, 'Events').getByRole('row')
  await expect(rows.nth(1)).toContainText('+900 ms')
  await expect(rows.nth(1)).toContainText('retry')
  await rows.nth(2).click()
  await expect(grid(page, 'Events').getByText('card <b>declined</b>', { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/entry=0/u)
  await expect(page.getByText('2 shown + 1 folded = 3 events of 1 span')).toBeVisible()
  await rows.nth(2).getByRole('button').click()
  await expect(page.getByText('3 shown = 3 events of 1 span')).toBeVisible()
  await page.getByRole('radio', { name: 'retry 1' }).click()
  await expect(page.getByText('1 shown + 2 hidden = 3 events of 1 span')).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  await page.getByRole('menuitem', { name: 'JSON lines' }).click()
  const saved = readFileSync(await (await download).path(), 'utf8')
  expect(JSON.parse(saved)).toMatchObject({ span: 'charge', event: 'retry', attributes: {} })
})

for (const scheme of ['light', 'dark'] as const) {
  test(`no view has a fault that axe or our own checks find, ${scheme}`, async ({ page, spoor }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const id = await open(page, spoor, 'view=statistics')
    for (const view of VIEWS) {
      await page.goto(`${spoor.origin}/trace/${id}?view=${view}`)
      await expect(page.getByText(/ counted = |No span of this trace has events| shown/u).first()).toBeVisible()
      expect(await faultsOf(page), view).toEqual([])
    }
  })
}

/** Comparing two traces as a person does: the sentence, its links, the views, another trace, files, states, axe in both themes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page, TestInfo } from '@playwright/test'
import { otlpJson, randomTraceId, sendTrace, type SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

/** A checkout that asks for the ledger `reads` times; from the tenth on that is what one waits for. */
function checkout(reads: number, cached: boolean): SentSpan {
  const read = 3
  const ledger = Array.from({ length: reads }, (_, i): SentSpan => {
    const at = 60 + i * (read + 1)
    return { service: 'payments', name: 'SELECT ledger_entry', at, ms: read, kind: 'client' }
  })
  const paid = 60 + reads * (read + 1)
  const quote: SentSpan[] = cached
    ? []
    : [{ service: 'pricing', name: 'SELECT price_rule', at: 14, ms: 24, kind: 'client' }]
  return {
    service: 'shop',
    name: 'POST /checkout',
    at: 0,
    ms: paid + 20,
    kind: 'server',
    below: [
      {
        service: 'pricing',
        name: 'Quote',
        at: 10,
        ms: cached ? 6 : 32,
        attributes: { 'cache.hit': String(cached), 'service.release': cached ? '7.2.4' : '7.3.0' },
        below: quote,
      },
      { service: 'payments', name: 'Authorize', at: 55, ms: paid - 50, error: !cached, below: ledger },
    ],
  }
}

const quick = checkout(1, true)
const slow = checkout(100, false)

const grid = (page: Page): Locator => page.getByRole('treegrid', { name: 'Both traces, row by row' })
const gridRow = (page: Page, name: string): Locator => grid(page).getByRole('row').filter({ hasText: name })
const table = (page: Page): Locator => page.getByRole('table', { name: 'Differences' })

test('the sentence names the cause; its links lead to the row; views and table follow', async ({ spoor, page }) => {
  const [a, b] = [await sendTrace(spoor, quick), await sendTrace(spoor, slow)]
  await page.goto(`${spoor.origin}/trace/${a}...${b}`)
  const sentence = page.getByRole('heading', { level: 1 })
  await expect(sentence).toContainText(/B is 396\sms slower than A/u)
  await expect(sentence).toContainText('SELECT ledger_entry (100 calls instead of 1)')
  await sentence.getByRole('link').first().click()
  await expect(page).toHaveURL(/at=b/u)
  await expect(gridRow(page, 'ledger_entry')).toHaveAttribute('aria-selected', 'true')
  await expect(gridRow(page, 'price_rule')).toContainText('only in B')
  await expect(table(page).locator('tfoot')).toContainText(/\+396\sms/u)

  await grid(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await expect(gridRow(page, 'Quote')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('v')
  await expect(page.getByRole('group', { name: 'Graph of differences in time' })).toBeVisible()
  await page.getByRole('tab', { name: 'Attributes' }).click()
  await expect(page.getByRole('table', { name: 'Attributes that differ', exact: true })).toContainText('7.2.4')
  const address = page.url()
  await page.goto('about:blank')
  await page.goto(address)
  await expect(page.getByRole('tab', { name: 'Attributes' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('table', { name: 'Attributes that differ', exact: true })).toContainText('7.3.0')
})

test('by numbers of spans as Jaeger does, rows by path, another measure and order: all of it is in the address', async ({
  spoor,
  page,
}) => {
  const [a, b] = [await sendTrace(spoor, quick), await sendTrace(spoor, slow)]
  await page.goto(`${spoor.origin}/trace/${a}...${b}`)
  await page.getByRole('tab', { name: 'Graph' }).click()
  await page.getByRole('radio', { name: 'Number of spans' }).click({ force: true })
  const graph = page.getByRole('group', { name: /^Graph of differences/u })
  await expect(graph).toHaveAccessibleName('Graph of differences in number')
  // Each change has a word and a shape of its own, besides its colour.
  await expect(graph.getByRole('button').filter({ hasText: 'ledger_entry' })).toContainText('1 → 100')
  await page.getByRole('radio', { name: 'Path' }).click({ force: true })
  await page.getByRole('radio', { name: 'Total' }).click({ force: true })
  await table(page)
    .getByRole('button', { name: /^Spans/u })
    .click()
  const first = table(page).locator('tbody tr').first()
  await expect(first).toContainText('ledger_entry')
  await expect(page).toHaveURL(/view=graph/u)
  const address = page.url()
  for (const part of ['by=count', 'rows=path', 'measure=total', 'order=count']) expect(address).toContain(part)
  const text = await table(page).innerText()
  await page.goto('about:blank')
  await page.goto(address)
  await expect(graph).toHaveAccessibleName('Graph of differences in number')
  await expect.poll(() => table(page).innerText()).toBe(text)
})

test('from search: two are ticked, kept over a further search, and compared', async ({ spoor, page }) => {
  const service = `cohort-${randomTraceId().slice(0, 6)}`
  const root = (ms: number): SentSpan => ({ service, name: 'work', at: 0, ms })
  await sendTrace(spoor, root(20))
  await sendTrace(spoor, root(90))
  await page.goto(`${spoor.origin}/search?service=${service}`)
  const boxes = page.getByRole('table').getByRole('checkbox')
  await boxes.first().check({ force: true })
  await expect(page).toHaveURL(/pick=/u)
  await page.getByRole('button', { name: 'Find traces' }).click()
  await expect(boxes.first()).toBeChecked()
  await boxes.nth(1).check({ force: true })
  await expect(page).toHaveURL(/pick=.*pick=/u)
  await page
    .getByRole('region', { name: 'Comparison' })
    .getByRole('button', { name: /^Compare/u })
    .click()
  await expect(page).toHaveURL(/\/trace\/[0-9a-f]{32}\.\.\.[0-9a-f]{32}/u)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/70\.0\sms (slower|faster)/u)
})

test('from search: more than two are a cohort that outlives a search and that A and B are changed from', async ({
  spoor,
  page,
}) => {
  const service = `cohort-${randomTraceId().slice(0, 6)}`
  const sent: string[] = []
  for (const ms of [20, 90, 300]) {
    sent.push(await sendTrace(spoor, { service, name: `work ${ms}`, at: 0, ms, attributes: { size: String(ms) } }))
  }
  const tick = async (id: string): Promise<void> => {
    const row = page.locator('tbody tr', { has: page.locator(`a[href*="${id}"]`) })
    await row.getByRole('checkbox').check({ force: true })
  }
  await page.goto(`${spoor.origin}/search?service=${service}`)
  await tick(sent[0])
  await tick(sent[1])
  // Another question, whose answer has neither of them.
  const attributes = page.getByRole('combobox', { name: /Attributes/u })
  await attributes.fill('size=300')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Find traces' }).click()
  await expect(page.locator('tbody tr')).toHaveCount(1)
  await tick(sent[2])
  const tray = page.getByRole('region', { name: 'Comparison' })
  await expect(tray).toContainText('and 1 more')
  await tray.getByRole('button', { name: /^Compare/u }).click()
  await expect(page).toHaveURL(new RegExp(`/trace/${sent[0]}\\.\\.\\.${sent[1]}\\?cohort=`, 'u'))
  await page.getByRole('button', { name: 'Change B' }).click()
  await page.getByRole('dialog').getByRole('button', { name: sent[2] }).click()
  await expect(page).toHaveURL(new RegExp(`/trace/${sent[0]}\\.\\.\\.${sent[2]}`, 'u'))
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/280\sms slower/u)
})

test('from a trace: against a typical one of its operation, or one by its id; back is the trace', async ({
  spoor,
  page,
}) => {
  const service = `from-trace-${randomTraceId().slice(0, 6)}`
  const sent: string[] = []
  for (const ms of [10, 30, 50, 900]) sent.push(await sendTrace(spoor, { service, name: 'work', at: 0, ms }))
  await page.goto(`${spoor.origin}/trace/${sent[3]}`)
  const compare = async (entry: string): Promise<void> => {
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  await compare('Compare with a typical trace')
  await expect(page).toHaveURL(new RegExp(`/trace/${sent[1]}\\.\\.\\.${sent[3]}`, 'u'))
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/870\sms slower/u)
  await expect(page.getByRole('button', { name: /^Typical A/u })).toHaveAttribute('aria-pressed', 'true')
  await page.goBack()
  await expect(page.getByRole('treegrid', { name: 'Spans' })).toBeVisible()

  await compare('Compare with another trace')
  await page.getByRole('textbox', { name: 'Trace id or link' }).fill(`${spoor.origin}/trace/${sent[0]}?x=1`)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/trace/${sent[0]}\\.\\.\\.${sent[3]}`, 'u'))

  const alone = await sendTrace(spoor, { service, name: 'nothing like it', at: 0, ms: 5 })
  await page.goto(`${spoor.origin}/trace/...${alone}?typical=1`)
  await expect(page.getByText('There is no other trace of this operation to compare with.')).toBeVisible()
  await expect(page.getByRole('dialog', { name: 'Another trace A' })).toBeVisible()
})

test('against a typical trace of the operation: the median of its peers', async ({ spoor, page }) => {
  const service = `peers-${randomTraceId().slice(0, 6)}`
  const sent: string[] = []
  for (const ms of [10, 30, 50, 900]) sent.push(await sendTrace(spoor, { service, name: 'work', at: 0, ms }))
  await page.goto(`${spoor.origin}/trace/${sent[0]}...${sent[3]}`)
  await page.getByRole('button', { name: 'Change A' }).click()
  await page.getByRole('button', { name: /Ask the server for the median/u }).click()
  await page.getByRole('button', { name: /median of 3 traces/u }).click()
  await expect(page).toHaveURL(new RegExp(`/trace/${sent[1]}\\.\\.\\.${sent[3]}`, 'u'))
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/870\sms slower/u)
})

test('Jaeger’s links with a cohort open, and the cohort can be chosen from', async ({ spoor, page }) => {
  const [a, b, c] = [await sendTrace(spoor, quick), await sendTrace(spoor, slow), await sendTrace(spoor, slow)]
  await page.goto(`${spoor.origin}/trace/${a}...${b}?cohort=${a}&cohort=${b}&cohort=${c}`)
  await page.getByRole('button', { name: 'Change B' }).click()
  await page.getByRole('button', { name: c }).click()
  await expect(page).toHaveURL(new RegExp(`/trace/${a}\\.\\.\\.${c}.*cohort=${b}`, 'u'))
})

test('two dropped files are compared without the server', async ({ spoor, page }, testInfo: TestInfo) => {
  const ids = [randomTraceId(), randomTraceId()]
  const files = ids.map((id, k) => {
    const path = testInfo.outputPath(`trace-${k}.json`)
    writeFileSync(path, otlpJson(id, k === 0 ? quick : slow, Date.now() - 5000))
    return path
  })
  await page.goto(`${spoor.origin}/upload`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const asked: string[] = []
  page.on('request', request => {
    if (new URL(request.url()).pathname.startsWith('/api/spoor/traces')) asked.push(request.url())
  })
  const data = files.map(path => readFileSync(path, 'utf8'))
  await page.evaluate(texts => {
    const transfer = new DataTransfer()
    texts.forEach((text, k) => transfer.items.add(new File([text], `trace-${k}.json`, { type: 'application/json' })))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }, data)
  await page.getByRole('link', { name: 'Compare the two' }).click()
  await expect(page).toHaveURL(`${spoor.origin}/trace/${ids[0]}...${ids[1]}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/396\sms slower/u)
  await page.getByRole('button', { name: 'Change A' }).click()
  const listed = page.getByRole('dialog').getByRole('listitem').getByRole('button')
  await expect(listed).toHaveCount(2)
  await page.getByRole('textbox', { name: 'Trace id or link' }).fill(ids[1].slice(3, 9))
  await expect(listed).toHaveCount(1)
  await listed.click()
  await expect(page).toHaveURL(new RegExp(`/trace/${ids[1]}\\.\\.\\.${ids[1]}`, 'u'))
  expect(asked).toEqual([])
})

test('states: a trace that is not there, an address without one, an answer that fails', async ({ spoor, page }) => {
  const a = await sendTrace(spoor, quick)
  await page.goto(`${spoor.origin}/trace/${a}...0af7651916cd43dd8448eb211c80319c`)
  await expect(page.getByRole('heading', { name: 'Trace B is not here' })).toBeVisible()
  for (const half of [`${a}...`, `...${a}`]) {
    await page.goto(`${spoor.origin}/trace/${half}`)
    await expect(page.getByRole('main')).toContainText('The address names one trace only')
  }
  await page.route(/\/api\/spoor\/traces\//u, route => route.abort('connectionrefused'))
  await page.goto(`${spoor.origin}/trace/${a}...${'1'.repeat(32)}`)
  await expect(page.getByRole('heading', { name: 'Trace B could not be read' })).toBeVisible({ timeout: 20_000 })
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ spoor, page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const [a, b] = [await sendTrace(spoor, quick), await sendTrace(spoor, slow)]
    const check = async (what: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.flatMap(({ id: rule, nodes }) =>
        nodes.map(({ target }) => `${rule}: ${target.join(' ')}`),
      )
      expect(found, what).toEqual([])
    }
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      for (const view of ['aligned', 'graph', 'attributes', 'events']) {
        await page.goto(`${spoor.origin}/trace/${a}...${b}?view=${view}&all=1`)
        await expect(page.getByRole('tab', { selected: true })).toBeVisible()
        await check(`${view} at ${width}`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(wide, `${view} at ${width}`).toBeLessThanOrEqual(width)
      }
    }
    await page.getByRole('button', { name: 'Change A' }).click()
    await expect(page.getByRole('dialog')).toContainText('median')
    await check('the choice of another trace')
  })
}

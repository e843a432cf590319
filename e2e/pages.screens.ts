/** Pictures of every page in its states, in both themes, at two or three widths, into docs/screens/. A picture with a fault fails. */
import { mkdirSync } from 'node:fs'
import { compareStates } from './compare-states.ts'
import { faultsOf } from './screen-checks.ts'
import { holdBack, openResults, openTrace, refuse } from './screen-states.ts'
import type { State, Stores } from './screen-states.ts'
import { type SentSpan, otlpJson, sendTrace } from './send-spans.ts'
import { type Spoor, expect, startSpoor, test as base } from './server.ts'
import { traceStates } from './trace-states.ts'

const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const
/** Pages that gain by room are seen with it too. */
const WIDE = { width: 1600, height: 900 } as const
const WIDE_STATES = new Set(
  (
    'search trace trace-details trace-flame trace-flamegraph trace-graph trace-statistics trace-spans trace-events trace-json ' +
    'compare compare-graph compare-spans compare-attributes compare-events compare-json upload dependencies status'
  ).split(' '),
)
/** A width more shows nothing more of them. */
const ONE_WIDTH = /-50000-(?:flame|events|json)|compare-50000|-one-/u
const THEMES = ['light', 'dark'] as const
const FOLDER = 'docs/screens'

const test = base.extend<object, { stores: Stores }>({
  stores: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright insists on a pattern, and there is nothing to name in it
    async ({}, use) => {
      const full = await startSpoor()
      const empty = await startSpoor()
      await fetch(`${full.origin}/api/spoor/demo`, { method: 'POST' })
      // What the status page has to tell of: one span refused, one request that can't be read.
      const bad = JSON.parse(
        otlpJson('0'.repeat(32), { service: 'old-sensor', name: 'tick', at: 0, ms: 1 }, Date.now()),
      ) as unknown
      for (const body of [JSON.stringify(bad), '{"resourceSpans": 7}']) {
        await fetch(`http://127.0.0.1:${full.otlpHttpPort}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      }
      await sendAsServices(full)
      await use({ full, empty, story: await findStory(full) })
      await full.stop()
      await empty.stop()
    },
    { scope: 'worker' },
  ],
})

/** What the status page lists as senders: a few services of their own, with a failed call between two of them. */
async function sendAsServices(spoor: Spoor): Promise<void> {
  for (let time = 1; time <= 3; time++) {
    const trace: SentSpan = {
      service: 'storefront',
      name: 'GET /cart',
      kind: 'server',
      at: 0,
      ms: 48,
      below: [
        {
          service: 'cart',
          name: 'GetCart',
          kind: 'server',
          at: 4,
          ms: 31,
          error: time === 2,
          below: [{ service: 'pricing', name: 'Quote', kind: 'server', at: 9, ms: 12 }],
        },
      ],
    }
    await sendTrace(spoor, trace, { startMs: Date.now() - 700 * time })
  }
}

interface Found {
  readonly traceId: string
  readonly spanCount: number
  readonly root: { readonly name: string }
}

async function search(spoor: Spoor, query: string): Promise<readonly Found[]> {
  const answer = (await (await fetch(`${spoor.origin}/api/spoor/traces?${query}`)).json()) as { traces: Found[] }
  return answer.traces
}

async function findStory(spoor: Spoor): Promise<Stores['story']> {
  const all = await search(spoor, 'limit=1500')
  const large = all.reduce((most, one) => (one.spanCount > most.spanCount ? one : most))
  // The slow checkout has its 412 queries; the quick one is the oldest of the same name with few.
  const slow = all.find(({ spanCount }) => spanCount > 400 && spanCount < 2000)
  const quick = all.findLast(({ root, spanCount }) => root.name === slow?.root.name && spanCount < 200)
  const other = all.find(
    ({ root, traceId }) => root.name === slow?.root.name && ![slow, quick].some(one => one?.traceId === traceId),
  )
  if (slow === undefined || quick === undefined || other === undefined)
    throw new Error('the demo has no slow and quick checkout')
  return { slow: slow.traceId, quick: quick.traceId, other: other.traceId, large: large.traceId }
}

const states: readonly State[] = [
  { name: 'search', show: (page, { full }) => openResults(page, full) },
  {
    name: 'search-form',
    async show(page, { full }) {
      await openResults(page, full, '?service=payments')
      if ((page.viewportSize()?.width ?? 0) < 1020) await page.keyboard.press('f')
      await page.getByRole('combobox', { name: /Attributes/u }).pressSequentially('db')
      await expect(page.getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'search-picked',
    show: (page, { full, story }) =>
      openResults(page, full, `?service=edge-gateway&pick=${story.quick}&pick=${story.slow}`),
  },
  {
    name: 'search-nothing',
    async show(page, { full }) {
      await page.goto(`${full.origin}/search?service=nobody&lookback=1h`)
      await expect(page.getByText('No trace matches')).toBeVisible()
    },
  },
  {
    name: 'search-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/search`)
      await expect(page.getByText('Waiting for the first span')).toBeVisible()
    },
  },
  {
    name: 'search-loading',
    async show(page, { full }) {
      await holdBack(page, '**/api/spoor/traces?*')
      await page.goto(`${full.origin}/search?limit=21`)
      await expect(page.locator('table[aria-busy="true"]')).toBeVisible()
    },
  },
  {
    name: 'search-error',
    async show(page, { full }) {
      await refuse(page, '**/api/spoor/traces?*')
      await page.goto(`${full.origin}/search?limit=22`)
      await expect(page.getByText('The server did not answer')).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'dependencies',
    async show(page, { full }) {
      await page.goto(`${full.origin}/dependencies`)
      await expect(page.locator('canvas').first()).toBeVisible()
    },
  },
  {
    name: 'dependencies-table',
    async show(page, { full }) {
      await page.goto(`${full.origin}/dependencies?view=table&focus=payments`)
      await expect(page.getByRole('row').nth(2)).toBeVisible()
    },
  },
  {
    name: 'dependencies-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/dependencies`)
      await expect(page.getByRole('heading').nth(1).or(page.getByRole('status')).first()).toBeVisible()
    },
  },
  {
    name: 'status',
    async show(page, { full }) {
      await page.goto(`${full.origin}/status`)
      await expect(page.getByText('old-sensor').or(page.getByText('payments')).first()).toBeVisible()
    },
  },
  {
    name: 'status-loading',
    async show(page, { full }) {
      await holdBack(page, '**/api/spoor/status')
      await page.goto(`${full.origin}/status`)
      await expect(page.getByRole('status', { name: 'Loading' })).toBeVisible()
    },
  },
  {
    name: 'status-empty',
    async show(page, { empty }) {
      await page.goto(`${empty.origin}/status`)
      await expect(page.getByText('Nothing has been received')).toBeVisible()
    },
  },
  {
    name: 'status-error',
    async show(page, { full }) {
      await refuse(page, '**/api/spoor/status')
      await page.goto(`${full.origin}/status`)
      await expect(page.getByText('The server did not answer')).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'palette',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow)
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').pressSequentially('ne')
      await expect(page.getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'keys',
    async show(page, { full, story }) {
      await openTrace(page, full, story.slow)
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'about',
    async show(page, { full }) {
      await openResults(page, full)
      await page.keyboard.press('?')
      await page.getByRole('button', { name: 'About Spoor' }).click()
      await page.getByRole('button', { name: 'What differs from Jaeger' }).click()
      await expect(page.getByText('Metrics and logs sent here')).toBeVisible()
    },
  },
  {
    name: 'chinese',
    async show(page, { full, story }) {
      await page.addInitScript(() =>
        localStorage.setItem('spoor.locale', '{"state":{"preference":"zh-CN"},"version":0}'),
      )
      await openTrace(page, full, story.slow)
    },
  },
  ...traceStates,
  ...compareStates,
]

function viewportsOf(name: string): readonly { readonly width: number; readonly height: number }[] {
  if (WIDE_STATES.has(name)) return [...WIDTHS, WIDE]
  return ONE_WIDTH.test(name) ? WIDTHS.slice(0, 1) : WIDTHS
}

mkdirSync(FOLDER, { recursive: true })

for (const state of states) {
  for (const viewport of viewportsOf(state.name)) {
    test(`${state.name} at ${viewport.width}`, async ({ stores, page }) => {
      page.setDefaultTimeout(15_000)
      await page.setViewportSize(viewport)
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' })
      await state.show(page, stores)
      const faults: string[] = []
      for (const theme of THEMES) {
        // The switch happens with the page on screen, as when a system turns dark in the evening.
        await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: theme })
        await page.evaluate(() => document.fonts.ready)
        // Two frames: the first reads the colours, the second has drawn with them.
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
        await page.waitForTimeout(200)
        await page.screenshot({ path: `${FOLDER}/${state.name}-${viewport.width}-${theme}.png` })
        faults.push(...(await faultsOf(page)).map(fault => `${theme}: ${fault}`))
      }
      expect(faults.join('\n')).toBe('')
    })
  }
}

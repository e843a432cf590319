/** Comparisons and open files, in pictures. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { drop } from './dropped-files.ts'
import { refuse } from './screen-states.ts'
import type { State } from './screen-states.ts'
import { otlpJson } from './send-spans.ts'
import { expect } from './server.ts'

const files: readonly (readonly [name: string, text: () => string])[] = [
  [
    'hotrod-frontend.json',
    () => gunzipSync(readFileSync('server/routes/jaeger/fixtures/traces-frontend-limit20.json.gz')).toString(),
  ],
  ['broken.json', () => '{"resourceSpans": [\n  {"scopeSpans": [{"spans": [{"traceId": 8461730}]}]}\n]}'],
]

export const compareStates: readonly State[] = [
  {
    name: 'compare',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}`)
      await expect(page.getByText(/slower/u).first()).toBeVisible()
    },
  },
  ...(
    [
      ['graph', 'Graph of differences in time'],
      ['spans', 'pairs or spans'],
      ['attributes', 'Attributes that differ anywhere'],
      ['events', 'No event differs'],
      ['json', 'differenceNs"'],
    ] as const
  ).map(([view, sign]): State => ({
    name: `compare-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}?view=${view}`)
      const seen = page
        .getByText(sign)
        .or(page.getByLabel(sign))
        .or(page.getByRole('table', { name: 'Events that differ' }))
      await expect(seen.first()).toBeVisible()
    },
  })),
  {
    name: 'compare-choose',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/...${story.slow}`)
      await page.getByRole('button', { name: /Ask the server for the median/u }).click()
      await expect(page.getByRole('button', { name: /, the median of/u })).toBeVisible()
    },
  },
  {
    name: 'compare-cohort',
    async show(page, { full, story }) {
      const ids = [story.quick, story.slow, story.other]
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}?${ids.map(id => `cohort=${id}`).join('&')}`)
      await expect(page.getByText(/slower/u).first()).toBeVisible()
    },
  },
  {
    name: 'compare-same',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.quick}...${story.quick}`)
      await expect(page.getByRole('heading', { level: 1 })).toContainText(/same/u)
    },
  },
  ...(['aligned', 'graph'] as const).map((view): State => ({
    name: `compare-50000-${view}`,
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}...${story.large}?view=${view}`)
      await expect(page.getByText(/slower|faster/u).first()).toBeVisible({ timeout: 30_000 })
    },
  })),
  {
    name: 'compare-error',
    async show(page, { full, story }) {
      await refuse(page, `**/api/spoor/traces/${story.quick}*`)
      await page.goto(`${full.origin}/trace/${story.quick}...${story.slow}`)
      await expect(page.getByText(/did not answer|could not/u).first()).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'compare-missing',
    async show(page, { full, story }) {
      await page.goto(`${full.origin}/trace/${story.slow}...4bf92f3577b34da6a3ce929d0e0e4736`)
      await expect(page.getByRole('heading', { name: 'Trace B is not here' })).toBeVisible()
    },
  },
  {
    name: 'upload-empty',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
    },
  },
  {
    name: 'upload',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
      const transfer = await page.evaluateHandle(
        given => {
          const made = new DataTransfer()
          for (const [name, text] of given) made.items.add(new File([text], name))
          return made
        },
        files.map(([name, text]) => [name, text()]),
      )
      await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
      await expect(page.locator('tbody a').first()).toBeVisible()
      await expect(page.getByText(/Line 2/u)).toBeVisible()
    },
  },
  {
    name: 'upload-3000',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
      const lines = Array.from({ length: 3000 }, (_, k) => {
        const span = {
          service: `shop-${k % 7}`,
          name: `GET /item/${k % 90}`,
          at: 0,
          ms: 5 + (k % 400),
          error: k % 50 === 0,
        }
        return otlpJson((k + 1).toString(16).padStart(32, '0'), span, Date.UTC(2026, 0, 1) + k * 1000)
      })
      await drop(page, { 'collector.jsonl': lines.join('\n') })
      await expect(page.getByRole('heading', { name: /1 file, 3.000 traces/u })).toBeVisible({ timeout: 30_000 })
      await page.getByRole('textbox', { name: /Find/u }).or(page.getByRole('searchbox')).last().fill('item/42')
      await expect(page.getByText(/of 3.000/u)).toBeVisible({ timeout: 30_000 })
    },
  },
  {
    name: 'upload-two',
    async show(page, { full }) {
      await page.goto(`${full.origin}/upload`)
      await expect(page.getByText('Drop files here')).toBeVisible()
      const startMs = Date.UTC(2026, 0, 1)
      const texts = [20, 90].map((ms, k) =>
        otlpJson(`${k + 1}`.repeat(32), { service: 'shop', name: 'POST /checkout', at: 0, ms }, startMs + k * 1000),
      )
      const transfer = await page.evaluateHandle(given => {
        const made = new DataTransfer()
        for (const [k, text] of given.entries()) made.items.add(new File([text], `trace-${k + 1}.json`))
        return made
      }, texts)
      await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
      await expect(page.getByRole('link', { name: 'Compare the two' })).toBeVisible()
      for (const box of await page.getByRole('table').getByRole('checkbox').all()) await box.check({ force: true })
      await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible()
    },
  },
]

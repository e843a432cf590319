/** A trace that is opened while its spans still arrive. */
import { randomTraceId, sendTrace } from './send-spans.ts'
import { expect, test } from './server.ts'

test('late spans come by themselves, are marked, and move neither what is selected nor what is read', async ({
  spoor,
  page,
}) => {
  const traceId = randomTraceId()
  const startMs = Date.now() - 2000
  const steps = Array.from({ length: 60 }, (_, k) => ({ service: 'shop', name: `step ${k}`, at: 10 + k * 10, ms: 5 }))
  await sendTrace(spoor, { service: 'shop', name: 'GET /slow', at: 0, ms: 900, below: steps }, { traceId, startMs })
  await page.goto(`${spoor.origin}/trace/${traceId}`)
  const rows = page.getByRole('treegrid').getByRole('row')
  await expect(rows.first()).toContainText('GET /slow')
  await rows.filter({ hasText: 'step 20' }).click()
  await page.getByRole('treegrid').press('End')
  await expect(rows.filter({ hasText: 'step 59' })).toBeVisible()
  // One that begins before all others, so that rows and times move; one that ends after.
  await sendTrace(spoor, { service: 'edge', name: 'proxy', at: -50, ms: 20 }, { traceId, startMs })
  await sendTrace(spoor, { service: 'mail', name: 'send later', at: 1500, ms: 20 }, { traceId, startMs })
  await expect(page.getByText('2 came later')).toBeVisible({ timeout: 15_000 })
  // The row at the top stays there; the head may have grown by a line, which takes the last row's place.
  await expect(rows.filter({ hasText: 'step 50' })).toBeVisible()
  await expect(rows.filter({ hasText: 'step 10' })).toHaveCount(0)
  await expect(page.getByRole('complementary', { name: 'Span' }).getByRole('heading', { level: 2 })).toHaveText(
    'step 20',
  )
  await page.getByRole('treegrid').press('End')
  await expect(rows.filter({ hasText: 'send later' })).toContainText('late')
})

/** The scripts that a browser asks for are those that the size check counts (scripts/check-size.ts), so its sum is the real one. */
import { budgets, filesOf, gzipBytes, readManifest } from '#scripts/check-size.ts'
import { sendTrace } from './send-spans.ts'
import { expect, test } from './server.ts'

test('opening a trace fetches what is counted, and nothing else', async ({ page, spoor }) => {
  const [, budget] = budgets
  const id = await sendTrace(spoor, {
    service: 'shop',
    name: 'POST /checkout',
    at: 0,
    ms: 2000,
    below: [
      { service: 'payments', name: 'charge', at: 100, ms: 900, error: true },
      ...Array.from({ length: 9 }, (_, k) => ({ service: 'cart', name: 'HGETALL', at: 1000 + k * 100, ms: 80 })),
    ],
  })
  const fetched = new Set<string>()
  page.on('request', request => {
    const { pathname } = new URL(request.url().replace(/^blob:/u, ''))
    if (pathname.startsWith('/assets/') && pathname.endsWith('.js')) fetched.add(pathname.slice(1))
  })
  await page.goto(`${spoor.origin}/trace/${id}`)
  await expect(page.getByRole('treegrid').getByText('charge')).toBeVisible()
  // The words that wait for a moment without work come within three seconds.
  await expect.poll(() => [...fetched].some(file => file.startsWith('assets/en-')), { timeout: 15_000 }).toBe(true)
  await page.waitForLoadState('networkidle')
  const counted = filesOf(budget, readManifest())
  expect([...fetched].filter(file => !counted.includes(file))).toEqual([])
  expect(counted.filter(file => !fetched.has(file))).toEqual([])
  expect([...fetched].reduce((sum, file) => sum + gzipBytes(file), 0)).toBeLessThanOrEqual(budget.limitBytes)
})

/** Pages inside somebody else's page, addressed as Jaeger's are. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendTrace } from './send-spans.ts'
import { expect, startSpoor, test } from './server.ts'

test('an embedded trace has no frame, leaves out what it is told to, and has a link to the page of its own', async ({
  page,
  context,
}) => {
  const spoor = await startSpoor([])
  const id = await sendTrace(spoor, { service: 'shop', name: 'GET /', at: 0, ms: 5 })
  await page.goto(`${spoor.origin}/trace/${id}?uiFind=GET&uiEmbed=v0&uiTimelineHideMinimap=1&uiTimelineHideSummary=1`)
  await expect(page.getByRole('treegrid').getByRole('row')).toHaveCount(1)
  await expect(page.getByRole('navigation', { name: 'Pages' })).toHaveCount(0)
  await expect(page.getByText('Nothing special', { exact: false })).toBeHidden()
  await expect(page.getByRole('heading', { name: 'GET /' })).toBeVisible()
  await page.getByRole('treegrid').getByRole('row').click()
  await expect(page.getByRole('complementary', { name: 'Span' })).toBeVisible()
  expect(new URL(page.url()).searchParams.get('uiEmbed')).toBe('v0')

  const [alone] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open in a new tab' }).click(),
  ])
  await expect(alone.getByText('Nothing special', { exact: false })).toBeVisible()
  await expect(alone.getByRole('complementary', { name: 'Span' })).toBeVisible()
  const { searchParams } = new URL(alone.url())
  expect([searchParams.get('uiFind'), searchParams.get('uiEmbed'), searchParams.get('uiTimelineHideMinimap')]).toEqual([
    'GET',
    null,
    null,
  ])
  await spoor.stop()
})

test('an embedded search is its results alone', async ({ page }) => {
  const spoor = await startSpoor([])
  await sendTrace(spoor, { service: 'shop', name: 'GET /', at: 0, ms: 5 })
  const parts = [page.getByRole('link', { name: 'Status' }), page.getByRole('search').first(), page.locator('figure')]
  await page.goto(`${spoor.origin}/search?service=shop`)
  for (const part of parts) await expect(part).toBeVisible()
  await page.goto(`${spoor.origin}/search?service=shop&uiEmbed=v0&uiSearchHideGraph=1`)
  await expect(page.getByRole('link', { name: /GET \// }).first()).toBeVisible()
  for (const part of parts) await expect(part).toBeHidden()
  await spoor.stop()
})

test('a page of another origin may show it only where the server allows it', async ({ page }) => {
  let inside = ''
  const outer = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>outer</title><iframe src="${inside}" width="900" height="600"></iframe>`)
  })
  await new Promise<void>(resolve => void outer.listen(0, '127.0.0.1', resolve))
  // Another site than the server's: a name against a number.
  const origin = `http://localhost:${(outer.address() as AddressInfo).port}`
  for (const [flags, shown] of [
    [[], 0],
    [['--embed-origins', origin], 1],
  ] as const) {
    const spoor = await startSpoor([...flags])
    const id = await sendTrace(spoor, { service: 'shop', name: 'GET /', at: 0, ms: 5 })
    inside = `${spoor.origin}/trace/${id}?uiEmbed=v0`
    await page.goto(origin)
    const rows = page.frameLocator('iframe').getByRole('treegrid').getByRole('row')
    if (shown === 1) await expect(rows).toHaveCount(1)
    else await page.waitForLoadState('networkidle')
    await expect(rows).toHaveCount(shown)
    await spoor.stop()
  }
  outer.close()
})

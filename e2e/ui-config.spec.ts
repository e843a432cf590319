/** Jaeger UI's configuration file: links in the bar, links made of values. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sendTrace } from './send-spans.ts'
import { expect, startSpoor, test } from './server.ts'

test('the menu and the link patterns of the file are on the pages, with the values of the trace in them', async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-ui-'))
  const file = join(folder, 'ui.json')
  const menu = [
    { label: 'Runbook', url: 'https://runbook.example/' },
    { label: 'Team', items: [{ label: 'Chat', url: 'https://chat.example/' }] },
  ]
  const linkPatterns = [
    {
      type: 'tags',
      key: 'order.id',
      url: 'https://logs.example/?q=#{order.id}&t=#{trace.traceID}',
      text: 'Logs of #{order.id}',
    },
    { type: 'traces', url: 'https://all.example/#{traceID}', text: 'Elsewhere' },
    { type: 'process', key: 'service.name', url: 'https://own.example/#{service.name}', text: 'Owner' },
  ]
  writeFileSync(file, JSON.stringify({ menu, linkPatterns, tracking: { gaID: 'x' } }))
  const spoor = await startSpoor(['--ui-config', file])
  const id = await sendTrace(spoor, { service: 'shop', name: 'GET /', at: 0, ms: 5, attributes: { 'order.id': 'a b' } })
  await page.goto(`${spoor.origin}/trace/${id}`)
  await expect(page.getByRole('link', { name: 'Runbook' })).toHaveAttribute('href', 'https://runbook.example/')
  await page.getByRole('button', { name: 'Team' }).click()
  await expect(page.getByRole('menuitem', { name: 'Chat' })).toHaveAttribute('href', 'https://chat.example/')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('link', { name: 'Elsewhere' })).toHaveAttribute('href', `https://all.example/${id}`)
  await page.getByRole('treegrid').getByRole('row').first().click()
  await expect(page.getByRole('link', { name: 'Logs of a b' })).toHaveAttribute(
    'href',
    `https://logs.example/?q=a%20b&t=${id}`,
  )
  await expect(page.getByRole('link', { name: 'Owner' })).toHaveAttribute('href', 'https://own.example/shop')
  await spoor.stop()
  rmSync(folder, { recursive: true })
})

test('limits of the search and no archive, where the file says so', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-ui-'))
  const file = join(folder, 'ui.json')
  const search = { maxLookback: { label: '6 Hours', value: '6h' }, maxLimit: 50 }
  writeFileSync(file, JSON.stringify({ search, archiveEnabled: false }))
  const spoor = await startSpoor(['--ui-config', file])
  const id = await sendTrace(spoor, { service: 'shop', name: 'GET /', at: 0, ms: 5 })
  await page.goto(`${spoor.origin}/search?lookback=1h`)
  const ranges = page.getByRole('radiogroup', { name: 'Time range' }).getByRole('radio')
  await expect(ranges).toHaveCount(3)
  await page.getByLabel('Limit').fill('51')
  await page.getByRole('button', { name: 'Find traces' }).click()
  await expect(page.getByText('1 to 50', { exact: false })).toBeVisible()
  await page.goto(`${spoor.origin}/trace/${id}`)
  await expect(page.getByRole('button', { name: 'Share' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Archive' })).toHaveCount(0)
  await spoor.stop()
  rmSync(folder, { recursive: true })
})

test('an archived trace is there after the store has let everything else go', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-archive-'))
  const first = await startSpoor(['--data-dir', folder])
  const id = await sendTrace(first, { service: 'shop', name: 'GET /', at: 0, ms: 5 })
  await page.goto(`${first.origin}/trace/${id}`)
  await page.getByRole('button', { name: 'Archive' }).click()
  await expect(page.getByRole('button', { name: 'Archived' })).toBeVisible()
  await first.stop()
  const second = await startSpoor(['--data-dir', folder, '--retention-age', '1s'])
  await expect
    .poll(async () => (await (await fetch(`${second.origin}/api/services`)).json()).data, { timeout: 30_000 })
    .toEqual([])
  await page.goto(`${second.origin}/trace/${id}`)
  await expect(page.getByRole('treegrid').getByRole('row')).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Archived' })).toBeVisible()
  await second.stop()
  rmSync(folder, { recursive: true })
})

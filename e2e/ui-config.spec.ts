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

/** The first five minutes: an empty store, the lines it offers, the light, the demo and its removal. */
import { execFileSync } from 'node:child_process'
import { expect, startSpoor, test } from './server.ts'

test('the lines of the page send a trace as they stand; the light turns green by itself, and it opens', async ({
  page,
}) => {
  const spoor = await startSpoor()
  await page.goto(`${spoor.origin}/search`)
  await expect(page.getByText('Waiting for the first span')).toBeVisible()
  await page.getByRole('tab', { name: 'curl' }).click()
  const lines = await page.getByRole('tabpanel').locator('pre').innerText()
  expect(lines).toContain(`:${spoor.otlpHttpPort}/v1/traces`)
  execFileSync('sh', ['-c', lines], { stdio: 'pipe' })
  await page.getByRole('link', { name: /hello/u }).first().click()
  await expect(page.getByRole('treegrid').getByRole('row')).toHaveCount(1)
  await spoor.stop()
})

test('what a sender did wrong is told beside the door it came to', async ({ page }) => {
  const spoor = await startSpoor()
  await page.goto(`${spoor.origin}/search`)
  await expect(page.getByText('Waiting for the first span')).toBeVisible()
  await fetch(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"resourceSpans": 7}',
  })
  const door = page.getByRole('row').filter({ hasText: String(spoor.otlpHttpPort) })
  await expect(door).toContainText('1')
  await expect(door).not.toContainText('–')
  await spoor.stop()
})

test('the demo comes by one press; removing it takes its traces and no other', async ({ page }) => {
  const spoor = await startSpoor()
  await page.goto(`${spoor.origin}/search`)
  await page.getByRole('button', { name: 'Load all' }).click()
  const rows = page.getByRole('table', { name: 'Traces found' }).locator('tbody tr')
  await expect(rows.first()).toBeVisible()
  execFileSync(process.execPath, ['examples/javascript/checkout.mjs', 'http-json', 'mine'], {
    env: { ...process.env, SPOOR_HTTP_PORT: String(spoor.otlpHttpPort) },
  })
  await page.getByRole('button', { name: 'Remove the demo' }).click()
  await expect(page.getByText('the demo is loaded')).toBeHidden()
  await page.goto(`${spoor.origin}/search`)
  await expect(rows).toHaveCount(1)
  await expect(rows).toContainText('mine')
  await spoor.stop()
})

/** Files on the pages of a running server: read without it, kept by it only when told to. */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { checkCorpus } from './check-corpus.ts'
import { choose, corpusPath } from './dropped-files.ts'
import { expect, test } from './server.ts'

declare global {
  interface Window {
    /** Times that files were let go over the page. */
    filesLetGo: number
  }
}

/** What carries something away, but for reads. */
function sentBy(page: Page): string[] {
  const sent: string[] = []
  page.on('request', request => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return sent
}

/** Reads that tell the server a word of a file. */
function toldBy(page: Page, words: readonly string[]): string[] {
  const told: string[] = []
  page.on('request', request => {
    const { pathname, search } = new URL(request.url())
    // Below /trace/ is the page itself, asked for by name when it is loaded again.
    if (pathname.startsWith('/api/') && words.some(word => decodeURIComponent(pathname + search).includes(word))) {
      told.push(pathname + search)
    }
  })
  return told
}

const inHours = (hours: number): string => String(BigInt(Date.now() - hours * 3_600_000) * 1_000_000n)
const traceId = '00000000000000000000000000facade'
const recent = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'from-a-file' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId,
              spanId: '00000000000000f1',
              name: 'kept',
              startTimeUnixNano: inHours(0.1),
              endTimeUnixNano: inHours(0.09),
            },
          ],
        },
      ],
    },
  ],
})

test('nothing of a file is sent until it is to be kept; then it is in the store', async ({ spoor, page }) => {
  const sent = sentBy(page)
  await page.goto(`${spoor.origin}/upload`)
  await choose(page, [
    { name: 'recent.json.zst', mimeType: 'application/zstd', buffer: zstdCompressSync(recent) },
    {
      name: 'buildx.json.gz',
      mimeType: 'application/gzip',
      buffer: readFileSync(corpusPath('jaeger/buildx-jaeger.json')),
    },
  ])
  await expect(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()
  await expect(page.getByText('OTLP JSON, zstd')).toBeVisible()
  await page.getByRole('link', { name: 'kept' }).click()
  await expect(page.getByRole('treegrid')).toBeVisible()
  await page.goBack()
  expect(sent).toEqual([])

  await page.getByRole('button', { name: 'recent.json.zst: more' }).click()
  await page.getByRole('menuitem', { name: /^Keep in the store/u }).click()
  await expect(page.getByText('recent.json.zst: 1 span sent to the store.')).toBeVisible()
  expect(sent).toEqual(['POST /api/spoor/import'])

  const tab = await page.context().newPage()
  await tab.goto(`${spoor.origin}/search?service=from-a-file`)
  await expect(tab.locator(`tbody a[href*="${traceId}"]`)).toBeVisible()
  await tab.close()
})

test('views of a trace of a file, its spans and what to compare it with tell the server no word of it', async ({
  spoor,
  page,
}) => {
  const told = toldBy(page, [traceId, 'from-a-file', 'kept'])
  await page.goto(`${spoor.origin}/upload`)
  await choose(page, [{ name: 'recent.json', mimeType: 'application/json', buffer: Buffer.from(recent) }])
  await page.getByRole('link', { name: 'kept' }).click()
  await expect(page.getByRole('treegrid')).toBeVisible()
  const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link')
  await expect(views).toHaveCount(8)
  for (const view of await views.all()) {
    await view.click()
    await expect(view).toHaveAttribute('aria-current', 'page')
  }
  await views.first().click()
  await page.getByRole('treegrid').getByText('kept').first().click()
  await expect(page.getByRole('tab', { name: /^Attributes/u })).toBeVisible()
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByRole('menuitem', { name: /^Compare with a typical trace/u }).click()
  await expect(page.getByText('No open file has another trace of this operation.')).toBeVisible()
  expect(told).toEqual([])

  // Who wants the server's asks for it.
  await page.getByRole('button', { name: 'Ask the server for the median of the latest kept' }).click()
  await expect(page.getByText('No other trace', { exact: false })).toBeVisible()
  expect(told.map(address => address.split('?')[0])).toEqual(['/api/spoor/traces'])
})

test('text that is pasted opens as a file, and parts of a trace join whichever page they are let go on', async ({
  spoor,
  page,
}) => {
  await page.goto(`${spoor.origin}/status`)
  await expect(page.getByRole('button', { name: 'Open file' })).toBeVisible()
  await page.evaluate(text => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, recent)
  await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  await choose(
    page,
    [1, 2, 3].map(part => corpusPath(`otlp/otel-gui-sample-trace-late-root-part${part}.json`)),
  )
  await expect(page.getByRole('heading', { name: '4 files, 2 traces' })).toBeVisible()
  await page.locator('tbody tr').filter({ hasText: '3 files' }).getByRole('link').click()
  await expect(page.getByRole('treegrid')).toHaveAttribute('aria-rowcount', '9')
})

/** Lets go of `large.jsonl`, which takes seconds to read, and waits until that has begun. */
async function dropLarge(page: Page): Promise<void> {
  await page.evaluate(() => {
    const span = (i: number): string =>
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${(i + 1).toString(16).padStart(32, '0')}","spanId":"00000000000000f1"}]}]}]}\n`
    const block = Array.from({ length: 20_000 }, (_, i) => span(i)).join('')
    const transfer = new DataTransfer()
    transfer.items.add(
      new File(
        Array.from({ length: 60 }, () => block),
        'large.jsonl',
      ),
    )
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })
  await expect(page.getByRole('progressbar', { name: 'large.jsonl' })).toBeVisible()
}

test('a folder opens as the files in it, on any page; a file that is gone says so', async ({
  spoor,
  page,
}, testInfo) => {
  const folder = testInfo.outputPath('folder')
  const corpus = ['zipkin/zipkin-messaging.json', 'jaeger/buildx-jaeger.json']
  mkdirSync(join(folder, 'zipkin'), { recursive: true })
  mkdirSync(join(folder, 'jaeger'))
  for (const file of corpus) copyFileSync(corpusPath(file), join(folder, file))
  const alone = testInfo.outputPath('alone.json')
  copyFileSync(corpusPath('zipkin/zipkin-messaging.json'), alone)
  await page.goto(`${spoor.origin}/search`)
  await expect(page.getByRole('button', { name: 'Open file' })).toBeVisible()
  const session = await page.context().newCDPSession(page)
  await page.evaluate(() => {
    window.filesLetGo = 0
    window.addEventListener('drop', () => window.filesLetGo++, { capture: true })
  })
  const timesLetGo = (): Promise<number> => page.evaluate(() => window.filesLetGo)
  const letGo = async (...files: readonly string[]): Promise<void> => {
    const data = { items: [{ mimeType: 'text/plain', data: '' }], files: [...files], dragOperationsMask: 1 }
    const before = await timesLetGo()
    // Let go before the browser has heard that the page takes files, they are taken away: no hand is so quick.
    await expect(async () => {
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
      }
      await expect.poll(timesLetGo, { timeout: 1000 }).toBe(before + 1)
    }).toPass({ timeout: 20_000 })
  }
  await letGo(folder)
  await expect(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()
  await expect(page.getByText('buildx-jaeger.json').first()).toBeVisible()
  await letGo(alone, folder)
  await expect(page.getByRole('heading', { name: '5 files, 2 traces' })).toBeVisible()

  // One file after the other: it is gone when its turn comes.
  await dropLarge(page)
  await letGo(alone)
  await expect(page.getByRole('heading', { name: '7 files', exact: false })).toBeVisible()
  rmSync(alone)
  await page.getByRole('button', { name: 'large.jsonl: Cancel' }).click()
  await expect(page.getByText('its bytes could not be had', { exact: false })).toBeVisible()
})

test('a file that is being read can be cancelled, and the next one opens', async ({ spoor, page }) => {
  await page.goto(`${spoor.origin}/upload`)
  await expect(page.getByRole('button', { name: /^Drop files here/u })).toBeVisible()
  await dropLarge(page)
  await page.getByRole('button', { name: 'large.jsonl: Cancel' }).click()
  await expect(page.getByText('large.jsonl')).toHaveCount(0)
  await choose(page, corpusPath('zipkin/zipkin-messaging.json'))
  await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
})

test('every file of the corpus opens to what is in it, the wrong ones to their error, and nothing is sent', async ({
  spoor,
  page,
}) => {
  test.setTimeout(240_000)
  const sent = sentBy(page)
  await page.goto(`${spoor.origin}/upload`)
  await checkCorpus(page)
  expect(sent).toEqual([])
})

/** The single file: opened from a disk with the network off, and from any web server, it opens every file of the corpus. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import type { Browser } from '@playwright/test'
import { checkCorpus, statesOf } from './check-corpus.ts'
import { choose, corpusPath } from './dropped-files.ts'

let folder: string
let html: string

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-single-'))
  const root = new URL('../', import.meta.url)
  execFileSync(process.execPath, [new URL('scripts/build-single.ts', root).pathname], { stdio: 'pipe' })
  html = readFileSync(new URL('dist/spoor.html', root), 'utf8')
  writeFileSync(join(folder, 'spoor.html'), html)
})

test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A page at `address` and all that it asks for or complains of besides itself. */
async function open(browser: Browser, address: string, offline: boolean) {
  const context = await browser.newContext({ offline, acceptDownloads: true })
  const page = await context.newPage()
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', request => {
    const url = request.url()
    if (url.split('#')[0] !== address && !/^(?:blob|data):/u.test(url)) asked.push(url)
  })
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  await page.goto(address)
  return { page, asked, complaints, close: () => context.close() }
}

test('from a disk with the network off it opens every file of the corpus to what is in it', async ({ browser }) => {
  test.setTimeout(240_000)
  const { page, asked, complaints, close } = await open(browser, pathToFileURL(join(folder, 'spoor.html')).href, true)
  await checkCorpus(page)
  expect(asked).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

test('a trace opens in its views, is found by its spans, and comes back from a file that was saved', async ({
  browser,
}) => {
  const { page, asked, complaints, close } = await open(browser, pathToFileURL(join(folder, 'spoor.html')).href, true)
  await choose(page, [
    corpusPath('jaeger/perses-authenticate_error_jaeger.json'),
    corpusPath('zipkin/zipkin-messaging.json'),
  ])
  await expect(page.getByRole('heading', { name: '2 files, 2 traces' })).toBeVisible()

  await page.getByRole('textbox', { name: 'Find in open files' }).fill('service=backend')
  await expect(page.getByText('1 of 2 traces')).toBeVisible()
  await page.getByRole('textbox', { name: 'Find in open files' }).fill('')

  for (const [entry, ending] of [
    ['OTLP JSON', 'otlp.json'],
    ['Jaeger JSON', 'jaeger.json'],
    ['Chrome trace (Perfetto, speedscope)', 'chrome.json'],
  ]) {
    await page.getByRole('button', { name: 'zipkin-messaging.json: more' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: entry }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe(`zipkin-messaging.${ending}`)
    const path = join(folder, saved.suggestedFilename())
    await saved.saveAs(path)
    await choose(page, [path])
    // The same trace: another file of it, no further row.
    await expect(page.getByRole('heading', { name: /, 2 traces$/u })).toBeVisible()
    await expect.poll(async () => (await statesOf(page)).get(saved.suggestedFilename())).toContain('1 trace, 4 spans')
  }

  await page.getByRole('table', { name: 'Traces in open files' }).getByRole('link').first().click()
  await expect(page.getByRole('treegrid')).toBeVisible()
  // Four files have the trace; equal spans count once, and Zipkin's, OTLP's and Chrome's are equal.
  expect(page.url()).toContain('#/trace/')
  expect(asked).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

test('links to views lead behind the #, and the palette offers no search', async ({ browser }) => {
  const address = pathToFileURL(join(folder, 'spoor.html')).href
  const { page, complaints, close } = await open(browser, address, true)
  await choose(page, [corpusPath('zipkin/zipkin-messaging.json')])
  await page.getByRole('table', { name: 'Traces in open files' }).getByRole('link').first().click()
  await expect(page.getByRole('treegrid')).toBeVisible()
  const trace = page.url().split('?')[0]
  expect(trace).toContain(`${address}#/trace/`)
  for (const [name, ending] of [
    ['Statistics', '?view=statistics'],
    ['Timeline', ''],
  ]) {
    const view = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name })
    await view.hover()
    expect(await view.evaluate(link => (link as HTMLAnchorElement).href)).toBe(trace + ending)
    await view.click()
    await expect(view).toHaveAttribute('aria-current', 'page')
    await expect(page).toHaveURL(trace + ending)
  }

  await page.keyboard.press('Control+k')
  const field = page.getByRole('dialog').getByRole('combobox')
  for (const words of ['frontend', 'https://spoor.example/search?service=frontend']) {
    await field.fill(words)
    await expect(page.getByText(`No command is called “${words}”.`)).toBeVisible()
    await expect(page.getByRole('option', { name: /^Search for|^Open the search/u })).toHaveCount(0)
  }
  // What is in the open file can be gone to.
  await field.fill(trace.split('/').at(-1) ?? '')
  await expect(page.getByRole('option', { name: /^Open trace/u })).toBeVisible()
  expect(complaints).toEqual([])
  await close()
})

test('two files are compared without a server', async ({ browser }) => {
  const { page, asked, complaints, close } = await open(browser, pathToFileURL(join(folder, 'spoor.html')).href, true)
  const names = ['authenticate_error', 'pushbytes', 'async'].map(name => `jaeger/perses-${name}_jaeger.json`)
  await choose(page, names.slice(0, 2).map(corpusPath))
  await page.getByRole('link', { name: 'Compare the two' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/B is .* (?:slower|faster) than A/u)
  await expect(page.getByRole('treegrid', { name: 'Both traces, row by row' })).toBeVisible()
  await page.getByRole('button', { name: 'Change B' }).click()
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(2)
  expect(asked).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

test('from a web server that has nothing else it does the same and asks for nothing', async ({ browser }) => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.writeHead(request.url === '/any/where.html' ? 200 : 404, { 'content-type': 'text/html' })
    response.end(request.url === '/any/where.html' ? html : '')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { page, complaints, close } = await open(browser, `http://127.0.0.1:${port}/any/where.html`, false)
  await choose(page, [corpusPath('otlp/otlp2parquet-traces.pb')])
  await expect(page.getByRole('heading', { name: '1 file, 19 traces' })).toBeVisible()
  await page.getByRole('table', { name: 'Traces in open files' }).getByRole('link').first().click()
  await expect(page.getByRole('treegrid')).toBeVisible()
  expect(requests).toEqual(['/any/where.html'])
  expect(complaints).toEqual([])
  await close()
  await new Promise(resolve => server.close(resolve))
})

test('it is small enough to be mailed', () => {
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(2 * 1024 * 1024)
})

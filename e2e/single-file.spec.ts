/** The single file: opened from a disk with the network off, and from any web server, it opens every file of the corpus. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import type { Browser, Page } from '@playwright/test'

interface CorpusFile {
  readonly file: string
  readonly expected: { readonly traces: number; readonly spans: number }
}

const fixtures = new URL('../shared/formats/corpus/fixtures/', import.meta.url)
const { files } = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as {
  readonly files: readonly CorpusFile[]
}
/** Not JSON, empty, without a span, without times, without ids: shared/formats/corpus/corpus.test.ts has the words. */
const REFUSED = new Set([
  'jaeger/jaeger-trace_empty.json',
  'jaeger/jaeger-trace_scan_error.json',
  'jaeger/jaeger-trace_invalid_json.json',
  'otlp/data-prepper-test-request-no-spans.json',
  'otlp/langwatch-claude_code.json',
])

function pathOf(file: string): string {
  const plain = new URL(file, fixtures).pathname
  return existsSync(plain) ? plain : `${plain}.gz`
}

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

async function choose(page: Page, paths: readonly string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^Drop files here/u }).click()
  await (await chooser).setFiles([...paths])
}

/** What is said of each file, by its name. */
async function statesOf(page: Page): Promise<ReadonlyMap<string, string>> {
  const items = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  const said = await items.evaluateAll(list =>
    list.map(item => [item.querySelector('b')?.textContent ?? '', item.textContent ?? ''] as const),
  )
  return new Map(said)
}

test('from a disk with the network off it opens every file of the corpus to what is in it', async ({ browser }) => {
  test.setTimeout(120_000)
  const { page, asked, complaints, close } = await open(browser, pathToFileURL(join(folder, 'spoor.html')).href, true)
  await choose(
    page,
    files.map(({ file }) => pathOf(file)),
  )
  await expect(page.getByRole('heading', { name: /^95 files, \d+ traces$/u })).toBeVisible({ timeout: 60_000 })
  const said = await statesOf(page)
  for (const { file, expected } of files) {
    const text = said.get(pathOf(file).split('/').at(-1) ?? '') ?? 'is not in the list'
    const plural = (count: number, word: string): string =>
      `${count.toLocaleString('en').replace(',', '\u202f')} ${word}${count === 1 ? '' : 's'}`
    const counts = `${plural(expected.traces, 'trace')}, ${plural(expected.spans, 'span')}`
    if (REFUSED.has(file)) expect([file, text]).toEqual([file, expect.not.stringContaining(counts)])
    else expect([file, text.replaceAll('\u00a0', '\u202f')]).toEqual([file, expect.stringContaining(counts)])
  }
  expect(asked).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

test('a trace opens in its views, is found by its spans, and comes back from a file that was saved', async ({
  browser,
}) => {
  const { page, asked, complaints, close } = await open(browser, pathToFileURL(join(folder, 'spoor.html')).href, true)
  await choose(page, [pathOf('jaeger/perses-authenticate_error_jaeger.json'), pathOf('zipkin/zipkin-messaging.json')])
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
  await choose(page, [pathOf('otlp/otlp2parquet-traces.pb')])
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

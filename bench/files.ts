/**
 * A large file of OTLP JSON lines opened in the single file in headless Chromium: time until its traces are listed, memory
 * of the tab's process by the operating system's count, and how long a cancel takes until the next file is read. The lines are
 * requests of some 500 spans as an SDK sends them.
 *
 * `node bench/files.ts [--mb 128]`: `--mb 1024` is the size that the promise speaks of.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { tellFigure } from './figures.ts'
import { tabMemory } from './tab-memory.ts'
import { request, seeded, toJson } from './otlp-payload.ts'

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const at = process.argv.indexOf('--mb')
const megabytes = at < 0 ? 128 : Number(process.argv[at + 1])
if (!(megabytes >= 1 && megabytes <= 8192)) throw new Error('--mb: expected 1 to 8192')

const SPANS_OF_A_TRACE = 20

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'spoor-files-'))
const large = join(folder, 'large.jsonl')
const small = join(folder, 'small.json')

/** Lines until the file has its size; how many spans they have. */
function writeLines(path: string, bytes: number): number {
  const random = seeded(1)
  const file = openSync(path, 'w')
  let written = 0
  let spans = 0
  while (written < bytes) {
    const message = request(random, 500)
    const sent = message.resourceSpans[0].scopeSpans[0].spans
    for (const [i, span] of sent.entries()) span.traceId = sent[i - (i % SPANS_OF_A_TRACE)].traceId
    written += writeSync(file, `${toJson(message)}\n`)
    spans += sent.length
  }
  closeSync(file)
  return spans
}

async function choose(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^Drop files here/u }).click()
  await (await chooser).setFiles(path)
}

execFileSync(process.execPath, [join(root, 'scripts', 'build-single.ts')], { stdio: 'inherit' })
const spans = writeLines(large, megabytes * 2 ** 20)
writeFileSync(
  small,
  JSON.stringify([
    { traceId: '1', id: '2', name: 'a', timestamp: 1e15, duration: 5, localEndpoint: { serviceName: 's' } },
  ]),
)
const bytes = statSync(large).size
console.log(`${(bytes / 2 ** 20).toFixed(0)} MiB of OTLP JSON lines, ${spans} spans`)

const server = await chromium.launchServer({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
const browserPid = server.process().pid ?? 0
const browser = await chromium.connect(server.wsEndpoint())
try {
  const page = await browser.newPage()
  await page.goto(pathToFileURL(join(root, 'dist', 'spoor.html')).href)
  const empty = tabMemory(browserPid)
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, tabMemory(browserPid))), 200)

  const begun = performance.now()
  await choose(page, large)
  await page
    .getByRole('heading', { name: /^1 file, .* traces?$/u })
    .filter({ hasNotText: 'so far' })
    .waitFor({ timeout: 600_000 })
  const seconds = (performance.now() - begun) / 1000
  const held = tabMemory(browserPid)

  await page.getByRole('button', { name: 'large.jsonl: Close' }).click()
  await choose(page, large)
  await page.getByText(/so far/u).waitFor({ timeout: 60_000 })
  await page.waitForTimeout(Math.min(3000, (seconds * 1000) / 4))
  const cancelled = performance.now()
  await page.getByRole('button', { name: 'large.jsonl: Cancel' }).click()
  await choose(page, small)
  await page
    .getByRole('heading', { name: '1 file, 1 trace' })
    .filter({ hasNotText: 'so far' })
    .waitFor({ timeout: 60_000 })
  const cancel = performance.now() - cancelled
  clearInterval(watch)

  const whole = megabytes >= 1024
  const tell = (name: string, value: number, unit: string, reach: string): void => {
    console.log(`${name}: ${value.toFixed(unit === 's' ? 1 : 0)} ${unit} (${reach})`)
    tellFigure({ name: `${name}, ${megabytes} MB`, value, unit, reach, script: 'bench/files.ts' })
  }
  tell('OTLP JSON lines opened', seconds, 's', whole ? '≤ 90' : '≤ 90 for 1 GB')
  tell('rate', bytes / 1e6 / seconds, 'MB/s', '≥ 12')
  tell('memory of the tab, most', peak - empty, 'MB', whole ? '≤ 1,500' : '≤ 1,500 for 1 GB')
  tell('memory of the tab, file open', held - empty, 'MB', '–')
  tell('cancel until the next file is open', cancel, 'ms', '≤ 1,000')
} finally {
  await browser.close()
  await server.close()
  rmSync(folder, { recursive: true })
}

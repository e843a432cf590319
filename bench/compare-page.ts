/**
 * Two traces of 100,000 spans each (or the first argument) on the page that compares them, in headless Chromium without a GPU, out of a
 * real server.
 *
 *   node bench/compare-page.ts [spans]
 *
 * First rows: from the opening of the page to the frame that has rows of the comparison, median and worst of three. Tasks: the longest
 * that held the page up, before the first rows, after them, and while a view is opened and scrolled. Frames: as in ui.ts, every one scrolls.
 * Needs `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { formatTraceId } from '#shared/spans/ids.ts'
import { tellFigure } from './figures.ts'
import { largeTrace, sendRows } from './large-trace.ts'
import { startServer } from './server-process.ts'

interface LongTask {
  readonly start: number
  readonly ms: number
}

declare global {
  var comparedTasks: LongTask[] | undefined
}

const spans = Number(process.argv[2] ?? 100_000)
if (!(spans > 1)) throw new Error('expected: node bench/compare-page.ts [spans]')
const OPENINGS = 3
const FRAMES = 200
/** Debian's, as the tests have it. */
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** What is scrolled in each view: the address that shows it, and where its rows are. */
const VIEWS = [
  { name: 'aligned timelines', search: '', rows: '[role=treegrid] [role=row]' },
  { name: 'diff table', search: 'rows=path&all=1', rows: 'table[aria-rowcount] tbody [aria-rowindex]' },
  { name: 'diff graph', search: 'view=graph', rows: '[data-place]' },
  { name: 'pairs of spans', search: 'view=spans&rows=service', rows: '[role=grid] [role=row]' },
  { name: 'JSON', search: 'view=json&rows=path&all=1', rows: '[role=tabpanel] code' },
] as const

async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.addInitScript(() => {
    const all: LongTask[] = (globalThis.comparedTasks = [])
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) all.push({ start: startTime, ms: duration })
    }).observe({ entryTypes: ['longtask'] })
  })
  const answer = await page.goto(url, { waitUntil: 'commit' })
  if (answer?.status() !== 200)
    throw new Error(`the page was answered ${answer?.status()}: is it built (npm run build)?`)
  return page
}

/** Resolves with the time of the frame that has what `selector` names, ms since the page was opened. */
async function seen(page: Page, selector: string): Promise<number> {
  return await page.evaluate(
    wanted =>
      new Promise<number>(resolve => {
        const look = (): void => {
          if (document.querySelector(wanted) === null) requestAnimationFrame(look)
          else requestAnimationFrame(resolve)
        }
        look()
      }),
    selector,
  )
}

/** Longest task, ms, of those that began from `from` on and before `to`; 0: none above 50 ms. */
async function longestTask(page: Page, from: number, to = Infinity): Promise<number> {
  // They are told a little later.
  await page.waitForTimeout(500)
  const tasks = await page.evaluate(() => globalThis.comparedTasks ?? [])
  return Math.max(0, ...tasks.filter(({ start }) => start >= from && start < to).map(({ ms }) => ms))
}

/** Times between frames, ms, with one step of scrolling in each: of the box around the rows, or of the page. */
async function frames(page: Page, rows: string): Promise<readonly number[]> {
  return await page.evaluate(
    ([selector, count]) =>
      new Promise<number[]>((resolve, reject) => {
        let box = document.querySelector(selector)?.parentElement
        while (box && !(/auto|scroll/u.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight)) {
          box = box.parentElement
        }
        const scroller = box ?? document.scrollingElement
        if (scroller === null) return reject(new Error('nothing scrolls'))
        const times: number[] = []
        let last = 0
        let step = 0
        const next = (now: number): void => {
          if (last > 0) times.push(now - last)
          last = now
          if (step === count) return resolve(times)
          // Slow steps and jumps, from the top again at the end.
          const end = scroller.scrollHeight - scroller.clientHeight
          scroller.scrollTop = (scroller.scrollTop + (step % 2 === 0 ? 37 : 1913)) % Math.max(1, end)
          step++
          requestAnimationFrame(next)
        }
        requestAnimationFrame(next)
      }),
    [rows, FRAMES] as const,
  )
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}

const told = (ms: number): string => (ms === 0 ? 'none above 50 ms' : `${ms.toFixed(0)} ms`)
const figure = (name: string, value: number, reach: string): void =>
  tellFigure({ name: `compare 2 × ${spans}: ${name}`, value, unit: 'ms', reach, script: 'bench/compare-page.ts' })

const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-compare-'))
const server = await startServer(['--data-dir', directory])
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
try {
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores; load ${loadavg()[0].toFixed(1)}`)
  const ids: string[] = []
  for (const firstSeed of [1, 1001]) {
    const table = largeTrace(spans, firstSeed)
    await sendRows(table, spans, server.otlpHttpPort)
    ids.push(formatTraceId(table.traceId, 0))
  }
  const url = `http://127.0.0.1:${server.queryPort}/trace/${ids.join('...')}`
  const rows: number[] = []
  const after: number[] = []
  for (let k = 0; k < OPENINGS; k++) {
    const page = await open(url)
    rows.push(await seen(page, VIEWS[0].rows))
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(3000)
    const first = rows[k]
    after.push(await longestTask(page, first))
    const before = await longestTask(page, 0, first)
    console.log(`first rows after ${first.toFixed(0)} ms; longest task before ${told(before)}, after ${told(after[k])}`)
    await page.close()
  }
  figure('first rows', share(rows, 0.5), '≤ 5000')
  figure('longest task after the first rows', share(after, 0.5), '≤ 50')
  for (const { name, search, rows: selector } of VIEWS) {
    const page = await open(`${url}?${search}`)
    await page.waitForSelector(selector)
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(2000)
    const from = await page.evaluate(() => performance.now())
    const times = await frames(page, selector)
    const task = await longestTask(page, from)
    console.log(
      `${name}: frames p50 ${share(times, 0.5).toFixed(1)} ms, p95 ${share(times, 0.95).toFixed(1)} ms, worst ${Math.max(...times).toFixed(0)} ms; longest task ${told(task)}`,
    )
    figure(`${name}, frame p95, scroll`, share(times, 0.95), '≤ 33')
    await page.close()
  }
  // From one view to the next, as a person goes.
  const page = await open(url)
  await seen(page, VIEWS[0].rows)
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(2000)
  let worst = 0
  for (const key of ['v', 'v', 'v', 'v', 'v', 'v', 'c', 'm', 'o', 'x']) {
    const from = await page.evaluate(() => performance.now())
    await page.keyboard.press(key)
    await page.waitForTimeout(key === 'x' ? 4000 : 700)
    const task = await longestTask(page, from)
    if (task > 0) console.log(`key ${key}: longest task ${told(task)}`)
    worst = Math.max(worst, task)
  }
  console.log(`from view to view: longest task ${told(worst)}`)
  figure('longest task from view to view', worst, '≤ 50')
  console.log(`load ${loadavg()[0].toFixed(1)}`)
} finally {
  await browser.close()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

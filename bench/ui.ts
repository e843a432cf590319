/**
 * The trace page in headless Chromium without a GPU: one trace of 100,000 spans (or the first argument) out of a real server.
 *
 *   node bench/ui.ts [spans] [tree|chain|fan]
 *
 * First rows: from the first byte of the answer to the frame that has rows, median and worst of five openings. Complete: until
 * attributes show in the rows. Frames: the time from one animation frame to the next while every frame scrolls, zooms or moves
 * the window, so none of them is idle; 16.7 ms is what the browser draws at most. Tasks: the longest that held the page up. Find and
 * filter: from Enter to the frame that has their number. Memory: what the operating system counts for the tab with the spans but
 * without their attributes, less an empty tab, by span. `chain` is one level a span, `fan` one parent of all. Needs
 * `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { formatTraceId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime } from '#shared/spans/time.ts'
import { tellFigure } from './figures.ts'
import { largeTrace, sendRows } from './large-trace.ts'
import { startServer } from './server-process.ts'
import { tabMemory } from './tab-memory.ts'

declare global {
  var longTasks: { readonly start: number; readonly ms: number }[] | undefined
}

const spans = Number(process.argv[2] ?? 100_000)
const SHAPES = ['tree', 'chain', 'fan'] as const
const shape = SHAPES.find(one => one === (process.argv[3] ?? 'tree'))
if (shape === undefined || !(spans > 1)) throw new Error('expected: node bench/ui.ts [spans] [tree|chain|fan]')
const OPENINGS = 5
const FRAMES = 300
/** Debian's, as the tests have it. */
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** One span below the other, or all below one. */
function oddTrace(count: number, chain: boolean): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const start = BigInt(Date.now() - 60_000) * 1_000_000n
  for (let i = 0; i < count; i++) {
    const name = table.internText(i === 0 ? 'root' : `part ${i % 7}`)
    const row = table.beginSpan()
    table.traceId[row * 4 + 3] = 77
    table.spanId[row * 2 + 1] = i + 1
    if (i > 0) table.parentSpanId[row * 2 + 1] = chain ? i : 1
    table.name[row] = name
    const from = chain ? i * 100 : i * 1000
    const to = chain ? count * 300 - i * 100 : i === 0 ? count * 1000 : from + 900
    setTime(table.startTime, row, start + BigInt(from))
    setTime(table.endTime, row, start + BigInt(to))
    table.endSpan()
  }
  return table
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}

/** Waits for rows in the frame they are drawn in; ms from the first byte of the core, and how long the answer took to come. */
async function firstRows(page: Page, url: string): Promise<{ readonly rows: number; readonly answer: number }> {
  const answer = await page.goto(url, { waitUntil: 'commit' })
  if (answer?.status() !== 200)
    throw new Error(`the page was answered ${answer?.status()}: is it built (npm run build)?`)
  return await page.evaluate(
    () =>
      new Promise<{ rows: number; answer: number }>(resolve => {
        const look = (): void => {
          if (document.querySelector('[role=treegrid] [role=row]') === null) {
            requestAnimationFrame(look)
            return
          }
          // The frame that has them ends when the next one begins.
          requestAnimationFrame(now => {
            const core = performance
              .getEntriesByType('resource')
              .find((entry): entry is PerformanceResourceTiming => entry.name.includes('sections=core'))
            if (core === undefined) throw new Error('the core of the trace was not asked for')
            resolve({ rows: now - core.responseStart, answer: core.responseStart - core.requestStart })
          })
        }
        look()
      }),
  )
}

const GESTURES = ['scroll', 'zoom', 'pan'] as const

/** Times between frames, ms, with one step of the gesture in each. */
async function frames(page: Page, gesture: (typeof GESTURES)[number]): Promise<readonly number[]> {
  return await page.evaluate(
    ([kind, count]) =>
      new Promise<number[]>(resolve => {
        // The rows of the timeline, or the one bar of the flame chart that the keyboard is at.
        const grid = document.querySelector('section [role=treegrid], section [role=tree]')
        let scroller = grid
        while (scroller !== null && getComputedStyle(scroller).overflowY !== 'auto') scroller = scroller.parentElement
        if (grid === null || scroller === null) throw new Error('there is neither timeline nor flame chart')
        const box = grid.getBoundingClientRect()
        const wheel = (deltaX: number, deltaY: number): void => {
          const at = { clientX: box.left + box.width * 0.75, clientY: box.top + box.height / 2 }
          grid.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX, deltaY, bubbles: true, cancelable: true }))
        }
        const times: number[] = []
        let last = 0
        let step = 0
        const next = (now: number): void => {
          if (last > 0) times.push(now - last)
          last = now
          if (step === count) {
            resolve(times)
            return
          }
          // Slow steps and jumps over many rows; in and out again.
          if (kind === 'scroll') scroller.scrollTop += step % 2 === 0 ? 37 : 1913
          else if (kind === 'zoom') wheel(0, step % 100 < 50 ? -60 : 60)
          else wheel(step % 100 < 50 ? 25 : -25, 0)
          step++
          requestAnimationFrame(next)
        }
        requestAnimationFrame(next)
      }),
    [gesture, FRAMES] as const,
  )
}

/** Long tasks (above 50 ms) are collected from the beginning; how long the longest was that began after `since`, 0 for none. */
async function longestTask(page: Page, since: number): Promise<number> {
  // They are told a little later.
  await page.waitForTimeout(500)
  return await page.evaluate(
    from => Math.max(0, ...(globalThis.longTasks ?? []).filter(({ start }) => start >= from).map(({ ms }) => ms)),
    since,
  )
}

async function collectLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const all: { start: number; ms: number }[] = (globalThis.longTasks = [])
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) all.push({ start: startTime, ms: duration })
    }).observe({ entryTypes: ['longtask'] })
  })
}

/** From Enter in the field to the frame whose status says `told`, median of three; and the longest task meanwhile. */
async function ask(page: Page, texts: readonly string[], told: string): Promise<{ ms: number; task: number }> {
  const times: number[] = []
  const since = await page.evaluate(() => performance.now())
  for (const text of texts) {
    await page.getByRole('textbox', { name: 'Find: text, or key=value' }).fill(text)
    times.push(
      await page.evaluate(
        ([selector, wanted]) =>
          new Promise<number>(resolve => {
            const input = document.querySelector('search input')
            const begun = performance.now()
            input?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
            const look = (): void => {
              const said = [...document.querySelectorAll(selector)].map(one => one.textContent).join(' ')
              if (new RegExp(wanted, 'u').test(said) && !said.includes('…')) {
                requestAnimationFrame(now => resolve(now - begun))
              } else requestAnimationFrame(look)
            }
            requestAnimationFrame(look)
          }),
        [told === 'hidden' ? 'footer, [class*=chips]' : 'search [role=status]', told] as const,
      ),
    )
  }
  return { ms: share(times, 0.5), task: await longestTask(page, since) }
}

async function measureAsking(page: Page): Promise<void> {
  const found = await ask(page, ['select', 'payment', 'error'], 'match|of')
  console.log(`find a text: ${found.ms.toFixed(0)} ms, longest task ${found.task.toFixed(0)} ms`)
  figure(`find in ${spans} spans`, found.ms, spans > 100_000 ? '≤ 500' : '≤ 100')
  const filtered = await ask(page, ['{status=error}'], 'hidden')
  console.log(`filter: ${filtered.ms.toFixed(0)} ms, longest task ${filtered.task.toFixed(0)} ms`)
  figure(`filter of ${spans} spans`, filtered.ms, spans > 100_000 ? '≤ 500' : '≤ 100')
  figure(`longest task of find and filter, ${spans} spans`, Math.max(found.task, filtered.task), '≤ 50')
}

/** Megabytes of a tab that shows the trace without what its sections *rest* hold, and of an empty one. */
async function coreMemory(url: string): Promise<number> {
  const own = await chromium.launchServer({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const lone = await chromium.connect(own.wsEndpoint())
    const page = await lone.newPage({ viewport: { width: 1280, height: 800 } })
    const pid = own.process().pid ?? 0
    await page.goto('about:blank')
    await page.waitForTimeout(1000)
    const empty = tabMemory(pid)
    // Refused for good: after a fault of the network the page reads all of it once more.
    await page.route(/sections=rest/u, route =>
      route.fulfill({ status: 400, contentType: 'application/json', body: '{}' }),
    )
    await page.goto(url)
    await page.waitForSelector('[role=treegrid] [role=row]')
    // What was only needed to decode is given back some time later.
    let least = Infinity
    for (let k = 0; k < 20; k++) {
      await page.waitForTimeout(500)
      least = Math.min(least, tabMemory(pid))
    }
    return least - empty
  } finally {
    await own.close()
  }
}

function figure(name: string, value: number, reach: string): void {
  tellFigure({ name: shape === 'tree' ? name : `${shape}: ${name}`, value, unit: 'ms', reach, script: 'bench/ui.ts' })
}

async function measureFrames(page: Page, view: string): Promise<void> {
  for (const gesture of GESTURES) {
    if (gesture === 'pan') {
      // A window is moved only when it is smaller than the trace; the address says when it is.
      await page.keyboard.press('Shift+ArrowUp')
      await page.waitForURL(/from=/u)
    }
    const times = await frames(page, gesture)
    figure(`${view} of ${spans} spans, frame p95, ${gesture}`, share(times, 0.95), '≤ 33')
    console.log(
      `${view}, frames, ${gesture}: p50 ${share(times, 0.5).toFixed(1)} ms, p95 ${share(times, 0.95).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms (aim p95 33)`,
    )
  }
}

/** From the press on its tab to the frame that has bars, and the longest task on the way (tasks below 50 ms are not told). */
async function openFlameChart(page: Page): Promise<string> {
  const { opened, longest } = await page.evaluate(
    () =>
      new Promise<{ opened: number; longest: number }>(resolve => {
        let worst = 0
        const observer = new PerformanceObserver(list => {
          for (const { duration } of list.getEntries()) worst = Math.max(worst, duration)
        })
        observer.observe({ entryTypes: ['longtask'] })
        const begun = performance.now()
        document.querySelector<HTMLElement>('nav a[href*="view=flame"]')?.click()
        const look = (): void => {
          if (document.querySelector('section [role=tree]') === null) {
            requestAnimationFrame(look)
            return
          }
          requestAnimationFrame(now => {
            // Long tasks are told a little later.
            setTimeout(() => resolve({ opened: now - begun, longest: worst }), 500)
          })
        }
        look()
      }),
  )
  const task = longest === 0 ? 'no task above 50 ms' : `longest task ${longest.toFixed(0)} ms`
  return `flame chart: first bars ${opened.toFixed(0)} ms after the press, ${task} (aim 50)`
}

const directory = mkdtempSync(join(tmpdir(), 'spoor-bench-ui-'))
const server = await startServer(['--data-dir', directory])
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
try {
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores; load ${loadavg()[0].toFixed(1)}`)
  const table = shape === 'tree' ? largeTrace(spans) : oddTrace(spans, shape === 'chain')
  await sendRows(table, spans, server.otlpHttpPort)
  const url = `http://127.0.0.1:${server.queryPort}/trace/${formatTraceId(table.traceId, 0)}`
  const openings: { readonly rows: number; readonly answer: number }[] = []
  for (let k = 0; k < OPENINGS; k++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    openings.push(await firstRows(page, url))
    await page.close()
  }
  const rows = openings.map(one => one.rows)
  const answers = openings.map(one => one.answer)
  console.log(`${spans} spans, 1280 × 800`)
  console.log(
    `first rows after response start: median ${share(rows, 0.5).toFixed(0)} ms, worst ${Math.max(...rows).toFixed(0)} ms (aim 1000); server answers after ${share(answers, 0.5).toFixed(0)} ms`,
  )
  figure(`first rows of ${spans} spans after response start`, share(rows, 0.5), spans > 100_000 ? '≤ 4000' : '≤ 1000')
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await collectLongTasks(page)
  const first = await firstRows(page, url)
  const seen = await page.evaluate(() => performance.now())
  // Until attributes, events and links have come too.
  if (shape === 'tree') {
    await page.waitForSelector('[role=row] [class*=tag]')
    const complete = (await page.evaluate(() => performance.now())) - seen + first.rows
    console.log(`complete after response start: ${complete.toFixed(0)} ms`)
    figure(`${spans} spans complete after response start`, complete, spans > 100_000 ? '≤ 10,000' : '≤ 2500')
  }
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(2000)
  const task = await longestTask(page, seen)
  console.log(`longest task after the first rows: ${task === 0 ? 'none above 50 ms' : `${task.toFixed(0)} ms`}`)
  figure(`longest task after the first rows, ${spans} spans`, task, '≤ 50')
  await measureFrames(page, 'timeline')
  if (shape === 'tree') await measureAsking(page)
  const chart = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await chart.goto(url)
  await chart.waitForSelector('[role=treegrid] [role=row]')
  await chart.waitForLoadState('networkidle')
  console.log(await openFlameChart(chart))
  await measureFrames(chart, 'flame chart')
  const bytes = ((await coreMemory(url)) * 2 ** 20) / spans
  console.log(`memory of the tab without attributes: ${bytes.toFixed(0)} B a span`)
  tellFigure({
    name: `${shape === 'tree' ? '' : `${shape}: `}memory of a tab with ${spans} spans, attributes apart`,
    value: bytes,
    unit: 'B/span',
    reach: '≤ 100',
    script: 'bench/ui.ts',
  })
  console.log(`load ${loadavg()[0].toFixed(1)}`)
} finally {
  await browser.close()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

/**
 * The trace page in headless Chromium without a GPU: one trace of 100,000 spans (or the first argument) out of a real server.
 *
 *   node bench/ui.ts [spans]
 *
 * First rows: from the first byte of the answer to the frame that has rows, median and worst of five openings. Frames: the time
 * from one animation frame to the next while every frame scrolls, zooms or moves the window, so none of them is idle; 16.7 ms is
 * what the browser draws at most. Needs `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { encodeOtlpProtobuf } from '#shared/formats/otlp/encode-protobuf.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { formatTraceId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { tellFigure } from './figures.ts'
import { startServer } from './server-process.ts'

const spans = Number(process.argv[2] ?? 100_000)
const OPENINGS = 5
const FRAMES = 300
const SPANS_A_REQUEST = 5000
/** Debian's, as the tests have it. */
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** One trace of exactly `count` spans. Parents stand before their children, so the first rows of a larger one are a tree. */
function oneTrace(count: number): SpanTableBuilder {
  for (let seed = 1; ; seed++) {
    const table = new SpanTableBuilder()
    new Traffic(table, { seed, spansPerTrace: Math.ceil(count * 0.8), services: 30 }).addTrace(
      BigInt(Date.now() - 60_000) * 1_000_000n,
    )
    if (table.rowCount >= count) return table
  }
}

async function send(table: SpanTableBuilder, port: number): Promise<void> {
  for (let first = 0; first < spans; first += SPANS_A_REQUEST) {
    const rows = Array.from({ length: Math.min(SPANS_A_REQUEST, spans - first) }, (_, i) => first + i)
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: encodeOtlpProtobuf(table, rows),
    })
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${await answer.text()}`)
  }
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

function figure(name: string, value: number, reach: string): void {
  tellFigure({ name, value, unit: 'ms', reach, script: 'bench/ui.ts' })
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
  const table = oneTrace(spans)
  await send(table, server.otlpHttpPort)
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
  await firstRows(page, url)
  // Until attributes, events and links have come too.
  await page.waitForLoadState('networkidle')
  await measureFrames(page, 'timeline')
  const chart = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await chart.goto(url)
  await chart.waitForSelector('[role=treegrid] [role=row]')
  await chart.waitForLoadState('networkidle')
  console.log(await openFlameChart(chart))
  await measureFrames(chart, 'flame chart')
  console.log(`load ${loadavg()[0].toFixed(1)}`)
} finally {
  await browser.close()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

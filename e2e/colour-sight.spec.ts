/**
 * For eyes that see no colour, or fewer, the marks of a comparison stay apart by their shape: as the browser draws them for such
 * eyes. How far apart the colours themselves are is told by app/theme/colour-blindness.test.ts.
 */
import type { Locator, Page } from '@playwright/test'
import { randomTraceId, sendTrace } from './send-spans.ts'
import type { SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

// Marks are ten pixels wide: shapes are read at four times that.
test.use({ deviceScaleFactor: 4 })

/** Cells of a side of the grid that a shape is read into. */
const CELLS = 12
/** Share of cells in which two shapes differ, at least. */
const APART = 0.15

/** One each: that came, went (elsewhere, or it would be one that was renamed), takes longer, takes less, fails. */
function order(later: boolean): SentSpan {
  const child = (name: string, at: number, ms: number, error = false, below: readonly SentSpan[] = []): SentSpan => ({
    service: 'sight',
    name,
    at,
    ms,
    error,
    below,
  })
  return {
    service: 'sight',
    name: 'POST /sight',
    at: 0,
    ms: later ? 900 : 700,
    below: [
      ...(later ? [] : [child('went', 10, 100)]),
      child('slowed', 120, later ? 300 : 100, false, later ? [child('came', 150, 90)] : []),
      child('sped', 430, later ? 40 : 200),
      child('failed', 640, later ? 90 : 50, later),
    ],
  }
}

/** Where a mark has ink, cell by cell over the box that just holds it. */
async function shapeOf(page: Page, mark: Locator): Promise<readonly boolean[]> {
  const picture = (await mark.screenshot()).toString('base64')
  return await page.evaluate(
    async ([data, cells]) => {
      const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const { width, height } = bitmap
      const context = new OffscreenCanvas(width, height).getContext('2d')
      if (context === null) throw new Error('no canvas')
      context.drawImage(bitmap, 0, 0)
      const pixels = context.getImageData(0, 0, width, height).data
      const light = (x: number, y: number): number => pixels[(y * width + x) * 4 + 1]
      const ground = light(0, 0)
      const isInk = (x: number, y: number): boolean => Math.abs(light(x, y) - ground) > 50
      const [xs, ys]: [number[], number[]] = [[], []]
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (!isInk(x, y)) continue
          xs.push(x)
          ys.push(y)
        }
      }
      const [left, top] = [Math.min(...xs), Math.min(...ys)]
      // A square, so that a dash is not stretched into a block.
      const side = Math.max(Math.max(...xs) - left, Math.max(...ys) - top) + 1
      return Array.from({ length: cells * cells }, (_, at) => {
        const x = Math.floor(left + (((at % cells) + 0.5) * side) / cells)
        const y = Math.floor(top + ((Math.floor(at / cells) + 0.5) * side) / cells)
        return x < width && y < height && isInk(x, y)
      })
    },
    [picture, CELLS] as const,
  )
}

for (const sight of ['achromatopsia', 'deuteranopia', 'protanopia'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`marks of a comparison differ in shape with ${sight}, ${colorScheme}`, async ({ page, spoor }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const [a, b] = [
        await sendTrace(spoor, order(false), { traceId: randomTraceId() }),
        await sendTrace(spoor, order(true), { traceId: randomTraceId() }),
      ]
      await page.goto(`${spoor.origin}/trace/${a}...${b}`)
      const session = await page.context().newCDPSession(page)
      await session.send('Emulation.setEmulatedVisionDeficiency', { type: sight })
      const row = (name: string): Locator =>
        page.getByRole('treegrid', { name: 'Both traces, row by row' }).getByRole('row').filter({ hasText: name })
      await expect(row('came')).toBeVisible()
      await page.mouse.move(1, 1)
      const shapes = new Map<string, readonly boolean[]>()
      for (const name of ['came', 'went', 'slowed', 'sped']) {
        shapes.set(name, await shapeOf(page, row(name).locator('svg').first()))
      }
      shapes.set('failed', await shapeOf(page, row('failed').locator('.err svg')))
      for (const [one, here] of shapes) {
        expect(here.filter(Boolean).length, `${one} is drawn`).toBeGreaterThan(10)
        for (const [other, there] of shapes) {
          if (one === other) continue
          const apart = here.filter((ink, at) => ink !== there[at]).length / here.length
          expect(apart, `${one} and ${other}`).toBeGreaterThan(APART)
        }
      }
    })
  }
}

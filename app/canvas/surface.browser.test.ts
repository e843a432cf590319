import { afterEach, expect, test, vi } from 'vitest'
import '#app/theme/tokens.css'
import { attachSurface, type Frame, type Surface } from './surface.ts'

const open: { surface: Surface; canvas: HTMLCanvasElement }[] = []

afterEach(() => {
  for (const { surface, canvas } of open.splice(0)) {
    surface.dispose()
    canvas.remove()
  }
  delete document.documentElement.dataset['theme']
})

/** The colours of each drawing of a canvas of 40 × 20 pixels. */
function drawn(): Frame['colours'][] {
  const colours: Frame['colours'][] = []
  const canvas = document.createElement('canvas')
  canvas.style.cssText = 'display: block; width: 40px; height: 20px'
  document.body.append(canvas)
  open.push({ surface: attachSurface(canvas, frame => void colours.push(frame.colours)), canvas })
  return colours
}

test('what is on screen is drawn again in the colours of another theme; what opens later has them too', async () => {
  document.documentElement.dataset['theme'] = 'light'
  const first = drawn()
  await vi.waitFor(() => expect(first.length).toBeGreaterThan(0))
  const light = first[first.length - 1]
  const second = drawn()
  await vi.waitFor(() => expect(second.length).toBeGreaterThan(0))
  // Read once for all drawings.
  expect(second[0]).toBe(light)

  document.documentElement.dataset['theme'] = 'dark'
  await vi.waitFor(() => expect(first[first.length - 1]).not.toBe(light))
  await vi.waitFor(() => expect(second[second.length - 1]).not.toBe(light))
  const dark = first[first.length - 1]
  expect(dark['surface-0']).not.toBe(light['surface-0'])
  expect(dark['text-1']).not.toBe(light['text-1'])

  // None is left that would be told: the next one must not have yesterday's.
  for (const { surface } of open) surface.dispose()
  document.documentElement.dataset['theme'] = 'light'
  const third = drawn()
  await vi.waitFor(() => expect(third.length).toBeGreaterThan(0))
  expect(third[0]['surface-0']).toBe(light['surface-0'])
})

import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { answer, open, row, rowNames, serve, spansOf, tree } from './fixtures/open-trace-page.tsx'

const TEXT = `
shop: POST /checkout [0 500ms] server
${Array.from({ length: 400 }, (_, k) => `  shop: step ${k} [${k}ms 1ms] number=n${k}`).join('\n')}
`
const idOf = (step: number): string => (step + 2).toString(16).padStart(16, '0')

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const scroller = (): Element => {
  const found = tree().element().closest('section')?.firstElementChild
  if (found === null || found === undefined) throw new Error('no timeline')
  return found
}
const isThere = (name: string): boolean => rowNames().some(one => one.includes(name))
/** Two frames, in which anything that was asked for would be shown. */
const frames = (): Promise<unknown> =>
  new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined))))

test('a find whose match comes with the attributes goes to it, unless somebody has scrolled before', async () => {
  for (const scrolls of [false, true]) {
    const rest = Promise.withResolvers<undefined>()
    const spans = spansOf(TEXT)
    answer(async url => {
      if (url.searchParams.get('sections') === 'rest') await rest.promise
      return spans(url)
    })
    await open('?uiFind=n300')
    await waitFor(() => expect(isThere('step 5,')).toBe(true))
    if (scrolls) scroller().scrollTop = 400
    await waitFor(() => expect(isThere('POST /checkout')).toBe(!scrolls))
    const { scrollTop } = scroller()
    rest.resolve(undefined)
    await expect.element(page.getByText(/^1 (?:match|of 1)$/u)).toBeVisible()
    await frames()
    expect([isThere('step 300,'), scroller().scrollTop === scrollTop]).toEqual([!scrolls, scrolls])
    cleanup()
    vi.restoreAllMocks()
  }
})

test('a span is gone to again after one has scrolled away from it', async () => {
  serve(TEXT)
  await open(`?span=${idOf(200)}`)
  await waitFor(() => expect(isThere('step 200,')).toBe(true))
  scroller().scrollTop = 0
  await waitFor(() => expect(isThere('POST /checkout')).toBe(true))
  await frames()
  expect(isThere('step 200,')).toBe(false)
  await userEvent.keyboard('/')
  await userEvent.keyboard('n200')
  await expect.element(page.getByText(/^1 (?:match|of 1)$/u)).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(isThere('step 200,')).toBe(true))
})

test('what was selected in another view is in view when the timeline comes back; else the rows are where they were', async () => {
  serve(TEXT)
  const { search } = await open()
  const to = (view: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Views' }).getByText(view, { exact: true }).click()
  const scrollAway = async (): Promise<readonly string[]> => {
    scroller().scrollTop = 5000
    await waitFor(() => expect(isThere('step 9,')).toBe(false))
    return rowNames()
  }
  await waitFor(() => expect(isThere('step 9,')).toBe(true))
  await scrollAway()
  await to('Spans')
  await page.getByRole('grid').getByText('step 9', { exact: true }).click()
  await waitFor(() => expect(search().get('span')).toBe(idOf(9)))
  await to('Timeline')
  await waitFor(() => expect(row('step 9,')).toBeVisible())
  const before = await scrollAway()
  await to('Spans')
  await expect.element(page.getByRole('grid')).toBeVisible()
  await to('Timeline')
  await waitFor(() => expect(rowNames()).toEqual(before))
})

const WITH_PART = 'shop: top [0 20ms]\n  shop: first [1ms 5ms]\n  shop: part [6ms 9ms]\n    shop: second [7ms 5ms]\n'

test.each([
  ['a selection outside of it', '?span=0000000000000002&focus=0000000000000003', /^first$/u],
  ['a match outside of it', '?uiFind=first&focus=0000000000000003', /^1 match$/u],
  ['matches on both sides', '?uiFind=shop&focus=0000000000000003', /^3 of 4$/u],
])('a focus in the address stays beside %s', async (_, search, told) => {
  serve(WITH_PART)
  const { search: now } = await open(search)
  await waitFor(() => expect(rowNames().length).toBe(2))
  await expect.element(page.getByText(told).first()).toBeVisible()
  await frames()
  expect(`?${now()}`).toBe(search)
})

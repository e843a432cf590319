import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { nameOf, open, row, rows, serve, tree } from './fixtures/open-trace-page.tsx'

const MANY = 400
const STEPS = Array.from({ length: MANY }, (_, k) => `  shop: step ${k} [${k}ms 1ms] number=${k}`)
const LONG = Array.from({ length: 60 }, (_, k) => `key.${k}=value`).join(' ')
const TEXT = `
shop: POST /checkout [0 500ms] server ${LONG}
${STEPS.join('\n')}
`

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const detail = () => page.getByRole('region', { name: 'Span', exact: true })
const box = (element: Element): DOMRect => element.getBoundingClientRect()
const place = (): DOMRect => box(detail().element())
const heading = () => detail().getByRole('heading', { level: 2 })
const scroller = (): Element => {
  const found = tree().element().closest('section')?.firstElementChild
  if (found === null || found === undefined) throw new Error('no timeline')
  return found
}
const press = (name: string): Promise<void> => userEvent.click(row(name), { position: { x: 120, y: 10 } })

/** Opened, measured, and between its row and the next. */
async function expectBelow(name: string): Promise<void> {
  await expect.element(detail().getByRole('tab', { name: /^Attributes/u })).toBeVisible()
  await waitFor(() => {
    const all = rows()
    const at = all.indexOf(row(name))
    // Their edge covers the row's.
    expect(Math.abs(place().top - box(all[at]).bottom)).toBeLessThanOrEqual(1)
    const next = at + 1 < all.length ? box(all[at + 1]).top : place().bottom
    expect(Math.abs(next - place().bottom)).toBeLessThanOrEqual(1)
    expect(place().height).toBeGreaterThan(100)
  })
}

/** All of it is within the rows' window. */
async function expectInView(name: string): Promise<void> {
  await waitFor(() => {
    const window = box(tree().element())
    expect(box(row(name)).top).toBeGreaterThanOrEqual(window.top - 1)
    expect(place().bottom).toBeLessThanOrEqual(window.bottom + 1)
  })
}

test('a press opens the details below its row and before the next, and another press closes them', async () => {
  serve(TEXT)
  const { search } = await open('?dock=inline')
  await expect.element(tree()).toBeVisible()
  await waitFor(() => expect(rows().length).toBeGreaterThan(10))
  const second = box(row('step 1,')).top
  await press('step 0,')
  await expectBelow('step 0,')
  expect(nameOf(rows()[2])).toContain('step 1,')
  expect(box(row('step 1,')).top).toBeGreaterThan(second + 100)
  expect([search().get('span'), search().get('dock')]).toEqual(['0000000000000002', 'inline'])
  // Told of, and no landmark within a landmark.
  const told = document.getElementById(row('step 0,').getAttribute('aria-details') ?? '')
  expect(told?.contains(detail().element())).toBe(true)
  expect(page.getByRole('complementary').elements()).toHaveLength(0)
  await press('step 0,')
  await waitFor(() => expect(box(row('step 1,')).top).toBe(second))
  expect(detail().elements()).toHaveLength(0)
  expect(search().get('span')).toBeNull()
})

test('the selection takes the details along, the pressed row stays under the pointer; Escape closes', async () => {
  serve(TEXT)
  const { search } = await open('?dock=inline&span=000000000000000a')
  await expectBelow('step 8,')
  scroller().scrollTop = 120
  await waitFor(() => expect(rows().some(one => nameOf(one).includes('step 9,'))).toBe(true))
  const before = box(row('step 9,')).top
  await press('step 9,')
  await waitFor(() => expect(search().get('span')).toBe('000000000000000b'))
  await expect.element(heading()).toHaveTextContent('step 9')
  await expectBelow('step 9,')
  await expectInView('step 9,')
  expect(box(row('step 9,')).top).toBeLessThanOrEqual(before)
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(detail().elements()).toHaveLength(0))
  expect(search().get('span')).toBeNull()
  expect(document.activeElement).toBe(tree().element())
})

test('the address opens them at their row, an older one too; the button puts them beside the rows and back', async () => {
  serve(TEXT)
  const { search } = await open('?dock=below&span=000000000000012c')
  await expectBelow('step 298,')
  await expectInView('step 298,')
  const button = (): ReturnType<typeof page.getByRole> =>
    page.getByRole('button', { name: 'Details below their row, or beside all rows' })
  await userEvent.click(button())
  const side = page.getByRole('complementary', { name: 'Span' })
  await expect.element(side).toBeVisible()
  expect(search().get('dock')).toBeNull()
  await waitFor(() => expect(box(side.element()).left).toBeGreaterThanOrEqual(box(tree().element()).right))
  await userEvent.click(button())
  await expectBelow('step 298,')
  await expectInView('step 298,')
  expect(search().get('dock')).toBe('inline')
})

test('keys: Enter opens and closes, rows below are walked to, the last one is seen with its details', async () => {
  serve(TEXT)
  const { search } = await open('?dock=inline')
  await expect.element(tree()).toBeVisible()
  const grid = tree().element()
  if (grid instanceof HTMLElement) grid.focus()
  await userEvent.keyboard('{Home}{ArrowDown}{Enter}')
  await expectBelow('step 0,')
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expectBelow('step 1,')
  await userEvent.keyboard('{End}')
  await waitFor(() => expect(rows().some(one => nameOf(one).includes(`step ${MANY - 1},`))).toBe(true))
  await waitFor(() => {
    expect(box(row(`step ${MANY - 1},`)).bottom).toBeLessThanOrEqual(box(grid).bottom + 1)
  })
  await userEvent.keyboard('{Enter}')
  await expectBelow(`step ${MANY - 1},`)
  await expectInView(`step ${MANY - 1},`)
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(search().get('span')).toBeNull())
})

test('rows far below the details are reached by scrolling; the Tab key brings the details back', async () => {
  serve(TEXT)
  await open('?dock=inline&span=0000000000000002')
  await expectBelow('step 0,')
  scroller().scrollTop = 1e6
  await waitFor(() => {
    const last = row(`step ${MANY - 1},`)
    expect(Math.abs(box(last).bottom - box(tree().element()).bottom)).toBeLessThanOrEqual(1)
  })
  const grid = tree().element()
  // They are put into place with the next frame.
  await waitFor(() => expect(place().bottom).toBeLessThanOrEqual(box(grid).top))
  if (grid instanceof HTMLElement) grid.focus()
  await userEvent.keyboard('{Tab}')
  expect(detail().element().contains(document.activeElement)).toBe(true)
  await expectBelow('step 0,')
  await expectInView('step 0,')
})

test('details longer than the view scroll by themselves; the wheel over them moves them before it moves the rows', async () => {
  serve(TEXT)
  await open('?dock=inline&span=0000000000000001')
  await expectBelow('POST /checkout')
  const inner = detail().element()
  await waitFor(() => expect(inner.scrollHeight).toBeGreaterThan(inner.clientHeight + 100))
  expect(place().height).toBeLessThanOrEqual(box(tree().element()).height * 0.7 + 1)
  const top = scroller().scrollTop
  await userEvent.wheel(detail(), { delta: { y: 60 } })
  await waitFor(() => expect(inner.scrollTop).toBeGreaterThan(0))
  expect(scroller().scrollTop).toBe(top)
})

test('a double click on a bar fits it, though its details have opened under the pointer in between', async () => {
  serve(`
shop: root [0 1s]
  cart: before [0 100ms]
  cart: wide [200ms 600ms]
`)
  const { search } = await open('?dock=inline&span=0000000000000002')
  await expectBelow('before')
  const from = box(row('wide')).top
  // The middle of the bars: a wide one's whatever the ruler leaves free at the ends.
  await userEvent.dblClick(row('wide'), { position: { x: 850, y: 10 } })
  await waitFor(() => expect([search().get('from'), search().get('to')]).toEqual(['170000000', '830000000']))
  expect(search().get('span')).toBe('0000000000000003')
  await expectBelow('wide')
  expect(box(row('wide')).top).toBeLessThan(from - 100)
})

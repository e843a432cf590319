import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Locator } from 'vitest/browser'
import { open, row, rowNames, rows, serve } from './fixtures/open-trace-page.tsx'

const TEXT = `
resource shop host.name=node-7

shop: POST /checkout [0 120ms] server http.response.status_code=500 tenant=acme
  shop: call cart [10ms 50ms] client
    cart: GET /cart [12ms 46ms] server tenant=blue
      cart: read stock [20ms 9ms] client peer.service=stock-db
      cart: publish [30ms 2ms] producer
  shop: log [70ms 1ms]
  shop: charge [80ms 30ms] error
  mail: send [60ms 55ms]
    > 1:5
`

const names = (): string[] => rowNames().map(name => name.split(', ').slice(0, 2).join(' '))

/** The box itself is hidden under what is drawn in its place. */
const tick = async (box: Locator): Promise<void> => {
  await expect.element(box).toBeInTheDocument()
  await userEvent.click(box.element().closest('label') ?? box)
}

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('the filter menu ticks errors, a duration and services; each is a chip, in the address, and all counts add up', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => expect(rows().length).toBe(8))
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  const panel = page.getByRole('dialog', { name: 'Filter' })
  await tick(panel.getByRole('checkbox', { name: 'Errors only' }))
  await waitFor(() => expect(search().getAll('filter')).toEqual(['status=error']))
  await expect.element(page.getByText('2 shown + 6 hidden = 8 spans')).toBeVisible()
  await tick(panel.getByRole('checkbox', { name: 'Errors only' }))
  await panel.getByRole('textbox', { name: 'Took at least' }).fill('soon')
  await expect.element(panel.getByText('“soon” is no duration', { exact: false })).toBeVisible()
  await panel.getByRole('textbox', { name: 'Took at least' }).fill('20ms')
  await waitFor(() => expect(search().getAll('filter')).toEqual(['duration>=20ms']))
  await expect.element(page.getByText('5 shown + 3 hidden = 8 spans')).toBeVisible()
  await panel.getByRole('textbox', { name: 'Took at least' }).fill('')
  await expect.element(panel.getByText('3 of 3')).toBeVisible()
  await panel.getByRole('button', { name: 'Only cart' }).click()
  await waitFor(() => expect(search().getAll('filter')).toEqual(['service=cart']))
  await tick(panel.getByRole('checkbox', { name: 'mail' }))
  await waitFor(() => expect(search().getAll('filter')).toEqual(['service!=shop']))
  await panel.getByRole('button', { name: 'All', exact: true }).click()
  await waitFor(() => expect(search().getAll('filter')).toEqual([]))
  await tick(panel.getByRole('checkbox', { name: 'Critical path only' }))
  await waitFor(() => expect(search().getAll('filter')).toEqual(['critical=true']))
  await userEvent.keyboard('{Escape}')
  await page.getByRole('button', { name: /critical=true/ }).click()
  await waitFor(() => expect(rows().length).toBe(8))
})

test('a text in braces that is no query is said to be read as words, and is none any more when it is taken away', async () => {
  serve(TEXT)
  await open(`?filter=${encodeURIComponent('{ status = error && span. }')}`)
  const told = page.getByText('its words are looked for', { exact: false })
  await expect.element(told).toBeVisible()
  await page.getByRole('button', { name: /status = error/ }).click()
  await waitFor(() => expect(rows().length).toBe(8))
  await expect.element(told).not.toBeInTheDocument()
  await userEvent.keyboard('/')
  await userEvent.keyboard('{{ duration > 50ms }{Enter}')
  await waitFor(() => expect(rows().length).toBe(4))
  await expect.element(told).not.toBeInTheDocument()
})

test('a span is looked at alone with what is below it, and going elsewhere shows the whole trace again', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('GET /cart'))
  await userEvent.click(row('GET /cart'))
  await userEvent.keyboard('{Shift>}Z{/Shift}')
  await waitFor(() => expect(names()).toEqual(['cart GET /cart', 'cart read stock', 'cart publish']))
  expect(row('GET /cart').getAttribute('aria-level')).toBe('1')
  await expect.element(page.getByText('3 shown + 5 outside = 8 spans')).toBeVisible()
  expect(search().get('focus')).toBe('0000000000000003')
  // Up from the top there is nothing.
  await userEvent.keyboard('{Home}{ArrowLeft}{ArrowLeft}')
  expect(rows().length).toBeLessThanOrEqual(3)
  await userEvent.keyboard('e')
  await waitFor(() => expect(rows().length).toBeGreaterThan(5))
  expect(search().get('focus')).toBeNull()
})

test('attributes are columns and pills, chosen by their names', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('GET /cart'))
  await page.getByRole('button', { name: 'Columns', exact: true }).click()
  const panel = page.getByRole('dialog', { name: 'Columns' })
  await panel.getByRole('textbox').fill('ten')
  await tick(panel.getByRole('checkbox', { name: 'tenant as a column' }))
  await panel.getByRole('textbox').fill('peer')
  await tick(panel.getByRole('checkbox', { name: 'peer.service as a pill' }))
  await waitFor(() => expect([search().get('column'), search().get('pill')]).toEqual(['tenant', 'peer.service']))
  const cells = (name: string): string[] =>
    [...row(name).querySelectorAll('[role=gridcell]')].map(cell => cell.textContent ?? '')
  await waitFor(() => expect(cells('GET /cart').at(-1)).toBe('blue'))
  expect(cells('POST /checkout').at(-1)).toBe('acme')
  expect(cells('log').at(-1)).toBe('')
  expect(row('read stock').querySelector('[title="peer.service = stock-db"]')?.textContent).toBe('stock-db')
  await panel.getByRole('button', { name: 'As usual' }).click()
  await waitFor(() => expect([...search().keys()]).toEqual([]))
})

test('a call and its answer share a row on request; who was called shows where nobody answered', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => expect(row('read stock').textContent).toContain('→ stock-db'))
  expect(row('call cart').textContent).not.toContain('→')
  await userEvent.keyboard('m')
  await waitFor(() => expect(rows().length).toBe(7))
  expect(search().get('calls')).toBe('merged')
  expect(row('call cart').textContent).toContain('→ cart GET /cart')
  expect(row('read stock').getAttribute('aria-level')).toBe('3')
  await expect.element(page.getByText('8 shown = 8 spans')).toBeVisible()
  // Pressed once it is the call, once more its answer.
  await userEvent.click(row('call cart'), { position: { x: 100, y: 10 } })
  await waitFor(() => expect(search().get('span')).toBe('0000000000000002'))
  await userEvent.click(row('call cart'), { position: { x: 100, y: 10 } })
  await waitFor(() => expect(search().get('span')).toBe('0000000000000003'))
  expect(row('call cart').getAttribute('aria-selected')).toBe('true')
})

test('links within the trace are listed at both ends and stepped through', async () => {
  serve(TEXT)
  const { search } = await open('?span=0000000000000005&panel=links')
  const detail = page.getByRole('complementary', { name: 'Span' })
  await detail.getByRole('button', { name: 'send' }).click()
  await waitFor(() => expect(search().get('span')).toBe('0000000000000008'))
  await expect.element(detail.getByRole('button', { name: 'publish' })).toBeVisible()
  await userEvent.keyboard('x')
  await waitFor(() => expect(search().get('span')).toBe('0000000000000005'))
})

import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { PATHS } from '#shared/api/spoor.ts'
import { answer, ID, open, spansOf } from './fixtures/open-trace-page.tsx'

const SQL = `SELECT o.id, o.total FROM orders o LEFT JOIN lines l ON l.order_id = o.id WHERE o.state = 'open' AND o.total > 10`
const TEXT = `
shop: POST /checkout [0 120ms] server
  cart: read [10ms 100ms] payload="{\\"list\\":[1,2],\\"deep\\":{\\"a\\":{\\"b\\":9007199254740993}}}" long="${'many words '.repeat(100)}"
    db: query [20ms 3ms] client db.statement="${SQL}" @jaeger@warnings=["clock skew of 5ms","no parent"]
`

const asked: string[] = []

function serve(archive: () => unknown): void {
  const spans = spansOf(TEXT)
  answer((url, method) => {
    if (!url.pathname.startsWith(PATHS.archive.replace('{id}', ''))) return spans(url)
    asked.push(method)
    return Response.json(archive())
  })
}

const detail = () => page.getByRole('complementary', { name: 'Span' })
const none = () => ({ available: true, archived: null })

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  asked.length = 0
})

test('JSON is a tree whose parts open, with the digits that were sent, and can be seen as it was sent', async () => {
  serve(none)
  const { container, registry } = await open('?span=2')
  const opener = detail().getByRole('button', { name: '"a": { b }' })
  await expect.element(opener).toHaveAttribute('aria-expanded', 'false')
  expect(detail().getByText('9007199254740993').elements()).toHaveLength(0)
  await userEvent.click(opener)
  await expect.element(detail().getByText('"b": 9007199254740993')).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
  await userEvent.click(detail().getByRole('button', { name: 'As it was sent' }))
  await expect.element(detail().getByText('{"list":[1,2],"deep":{"a":{"b":9007199254740993}}}')).toBeVisible()
})

test('a long message of an error leaves room for what stands below it', async () => {
  const spans = spansOf(`shop: pay [0 9ms] error "${'very wrong '.repeat(200)}"`)
  answer(url => spans(url))
  await open('?span=1')
  const unfold = detail().getByRole('button', { name: 'Show all 2\u202F200 characters' })
  await expect.element(unfold).toBeVisible()
  expect(
    detail()
      .getByRole('tab', { name: /^Attributes/u })
      .element()
      .getBoundingClientRect().top,
  ).toBeLessThan(500)
  await userEvent.click(unfold)
  await waitFor(() => expect(detail().element().textContent.split('very wrong').length).toBe(201))
})

test('a long value is folded, says how long it is, and opens', async () => {
  serve(none)
  await open('?span=2')
  const unfold = detail().getByRole('button', { name: 'Show all 1\u202F100 characters' })
  await expect.element(unfold).toBeVisible()
  const words = (): number => detail().element().textContent?.split('many words').length ?? 0
  expect(words()).toBeLessThan(50)
  await userEvent.click(unfold)
  expect(words()).toBe(101)
  await userEvent.click(detail().getByRole('button', { name: 'Show less' }))
  expect(words()).toBeLessThan(50)
})

test('a query stands in lines', async () => {
  serve(none)
  await open('?span=3')
  await expect.element(detail().getByText('LEFT JOIN', { exact: true })).toBeVisible()
  const lines = [...detail().element().querySelectorAll('pre > span')].map(line => line.textContent?.trim())
  expect(lines).toEqual([
    'SELECT o.id, o.total',
    'FROM orders o',
    'LEFT JOIN lines l ON l.order_id = o.id',
    "WHERE o.state = 'open'",
    'AND o.total > 10',
  ])
})

test('warnings that came with a span from Jaeger stand above', async () => {
  serve(none)
  await open('?span=3')
  await expect.element(detail().getByText('clock skew of 5ms', { exact: true })).toHaveClass(/warn/u)
  await expect.element(detail().getByText('no parent', { exact: true })).toHaveClass(/warn/u)
})

test('a key becomes a column, and no longer is one', async () => {
  serve(none)
  const { search } = await open('?span=3')
  const choose = async (entry: string): Promise<void> => {
    await userEvent.hover(
      detail()
        .getByText(/db\.\s*statement/u)
        .first(),
    )
    await userEvent.click(detail().getByRole('button', { name: 'What to do with db.statement' }))
    await userEvent.click(page.getByRole('menuitem', { name: entry }))
  }
  await choose('Show as a column')
  await waitFor(() => expect(search().getAll('column')).toEqual(['db.statement']))
  await choose('No longer a column')
  await waitFor(() => expect(search().getAll('column')).toEqual([]))
})

test('Share copies the traceparent of the selected span and a command that asks for the trace', async () => {
  serve(none)
  const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  await open('?span=2')
  await userEvent.click(page.getByRole('button', { name: 'Share' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'traceparent of the selected span' }))
  await waitFor(() => expect(copied).toHaveBeenCalledWith(`00-${ID}-0000000000000002-01`))
  await userEvent.click(page.getByRole('button', { name: 'Share' }))
  await userEvent.click(page.getByRole('menuitem', { name: 'curl that asks for it' }))
  const url = new URL(`api/spoor/traces/${ID}`, document.baseURI)
  await waitFor(() => expect(copied).toHaveBeenLastCalledWith(`curl -fsS '${url.href}'`))
})

test('Archive keeps the trace and lets it go; a store without an archive has no button', async () => {
  let archived: object | null = null
  serve(() => {
    if (asked.at(-1) === 'PUT') archived = { archivedAt: '1700000000000000000', spanCount: 3, bytes: 700 }
    if (asked.at(-1) === 'DELETE') archived = null
    return { available: true, archived }
  })
  const { unmount } = await open()
  await userEvent.click(page.getByRole('button', { name: 'Archive' }))
  await expect.element(page.getByRole('button', { name: 'Archived' })).toHaveAttribute('aria-pressed', 'true')
  await expect.element(page.getByText('Archived: kept as it is now', { exact: false })).toBeVisible()
  await userEvent.click(page.getByRole('button', { name: 'Archived' }))
  await expect
    .element(page.getByRole('button', { name: 'Archive', exact: true }))
    .toHaveAttribute('aria-pressed', 'false')
  expect(asked).toEqual(['GET', 'PUT', 'DELETE'])
  unmount()
  vi.restoreAllMocks()
  serve(() => ({ available: false, archived: null }))
  await open()
  await expect.element(page.getByRole('button', { name: 'Share' })).toBeVisible()
  await waitFor(() => expect(asked.length).toBe(4))
  expect(page.getByRole('button', { name: 'Archive' }).elements()).toHaveLength(0)
})

test('a trace that has grown since it was archived can be archived again', async () => {
  let spanCount = 2
  serve(() => {
    if (asked.at(-1) === 'PUT') spanCount = 3
    return { available: true, archived: { archivedAt: '1700000000000000000', spanCount, bytes: 700 } }
  })
  await open()
  await userEvent.click(page.getByRole('button', { name: 'Archive what came since' }))
  await expect.element(page.getByRole('button', { name: 'Archived' })).toHaveAttribute('aria-pressed', 'true')
  expect(asked).toEqual(['GET', 'PUT'])
})

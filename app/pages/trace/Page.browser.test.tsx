import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import type { Problem } from '#shared/api/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import { SPANS_MEDIA_TYPE } from '#shared/api/spoor.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { answer, nameOf, open, row, rowNames, rows, serve, tree } from './fixtures/open-trace-page.tsx'

const QUERIES = Array.from(
  { length: 12 },
  (_, i) => `      db: SELECT ledger [${30 + i * 4}ms 3ms] client db.system=postgres`,
)
const TEXT = `
resource shop host.name=node-7 service.version=1.4

shop: POST /checkout [0 120ms] server http.response.status_code=500
  cart: read [10ms 100ms] user.id=742 note="two words" payload="{\\"a\\":[1,2]}" big=9007199254740993
    @ 15ms "cache miss" level=warn
    payments: authorize [20ms 80ms] error "card refused"
      @ 90ms "exception" exception.type=Refused exception.message="no funds" exception.stacktrace="at pay.ts:1"
      > 2:5 reason=retry
${QUERIES.join('\n')}
  ?: nameless [112ms 2ms]
shop: lost [50ms 1ms] ^77
`

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('the trace stands in a tree with levels, sizes, errors, and the first line says what it is', async () => {
  serve(TEXT)
  await open()
  await expect.element(tree()).toBeVisible()
  await waitFor(() => expect(rows().length).toBe(6))
  expect(rowNames().slice(0, 3)).toEqual([
    'shop, POST /checkout, 120 ms, error below, on the critical path',
    'cart, read, 100 ms, error below, on the critical path',
    'payments, authorize, 80.0 ms, error, on the critical path',
  ])
  const read = row('read')
  expect(['aria-level', 'aria-setsize', 'aria-posinset', 'aria-expanded'].map(name => read.getAttribute(name))).toEqual(
    ['2', '2', '1', 'true'],
  )
  await expect.element(page.getByText('1 error', { exact: false }).first()).toBeVisible()
  await expect.element(page.getByRole('link', { name: '12 times SELECT ledger' })).toBeVisible()
  await expect
    .element(page.getByText('1 span lacks its parent. It is drawn at the root.', { exact: false }))
    .toBeVisible()
  expect(rowNames()[3]).toBe('db, SELECT ledger, 12 repeated, 36.0 ms, on the critical path')
  await expect.element(page.getByText('5 shown + 12 folded = 17 spans')).toBeVisible()
  await waitFor(() => expect(document.title.replaceAll('\u202F', ' ')).toBe('120 ms · POST /checkout · Spoor'))
})

test('a click opens the details, with typed values, events, links; Escape closes them', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('read'))
  await userEvent.click(row('read'))
  const detail = page.getByRole('complementary', { name: 'Span' })
  await expect.element(detail.getByRole('heading', { name: 'read' })).toBeVisible()
  await expect.element(detail.getByText('9007199254740993')).toBeVisible()
  expect(search().get('span')).toBe('0000000000000002')
  await expect.element(detail.getByText('"a": [', { exact: false })).toBeVisible()
  await detail.getByRole('tab', { name: 'Events 1' }).click()
  await expect.element(detail.getByText('cache miss')).toBeVisible()
  await expect.element(detail.getByText('+5.00 ms')).toBeVisible()
  await userEvent.click(row('authorize'))
  await expect.element(detail.getByText('card refused', { exact: false })).toBeVisible()
  await detail.getByRole('tab', { name: 'Links 1' }).click()
  await expect
    .element(detail.getByRole('link', { name: 'trace 00000000000000000000000000000002' }))
    .toHaveAttribute('href', '/trace/00000000000000000000000000000002?span=0000000000000005')
  await userEvent.keyboard('{Escape}')
  await expect.element(detail).not.toBeInTheDocument()
  expect(search().get('span')).toBeNull()
})

test('repeated spans are one row that opens, by key too, and closes again; the address keeps it', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('12 repeated'))
  await userEvent.click(row('12 repeated'))
  await expect.element(page.getByText('17 shown = 17 spans')).toBeVisible()
  expect(search().get('unfold')).toBe('0000000000000004')
  expect(rowNames().filter(name => name.startsWith('db, SELECT ledger, 3.00 ms'))).toHaveLength(12)
  await userEvent.click(document.querySelector('[data-close-run]:not([hidden])') ?? document.body)
  await expect.element(page.getByText('5 shown + 12 folded = 17 spans')).toBeVisible()
  expect(search().get('unfold')).toBeNull()
  document.querySelector<HTMLElement>('[role=treegrid]')?.focus()
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(page.getByText('17 shown = 17 spans')).toBeVisible()
  await userEvent.keyboard('r')
  await waitFor(() => expect(search().get('fold')).toBe('off'))
})

test('a filter leaves the way to what matches, counts what it hides, and shows it when asked', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('read'))
  const find = page.getByRole('textbox', { name: 'Find: text, or key=value' })
  await find.fill('{name!="SELECT ledger" duration>=80ms}')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(rows()).toHaveLength(6))
  expect(search().getAll('filter')).toEqual(['name!="SELECT ledger" duration>=80ms'])
  expect(rowNames()).toEqual([
    'shop, POST /checkout, 120 ms, error below, on the critical path',
    'cart, read, 100 ms, error below, on the critical path',
    'payments, authorize, 80.0 ms, error, on the critical path',
    '12 spans hidden by the filter',
    '1 span hidden by the filter',
    '1 span hidden by the filter',
  ])
  await expect.element(page.getByText('3 shown + 14 hidden = 17 spans')).toBeVisible()
  await userEvent.click(row('12 spans hidden'))
  await waitFor(() => row('12 repeated'))
  await expect.element(page.getByText('3 shown + 12 folded + 2 hidden = 17 spans')).toBeVisible()
  await page.getByRole('button', { name: 'Remove name!="SELECT ledger" duration>=80ms' }).click()
  await expect.element(page.getByText('5 shown + 12 folded = 17 spans')).toBeVisible()
})

test('the keyboard walks the tree, closes and opens it, and the address keeps what is closed', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('read'))
  document.querySelector<HTMLElement>('[role=treegrid]')?.focus()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  const active = (): string | null | undefined => {
    const id = document.querySelector('[role=treegrid]')?.getAttribute('aria-activedescendant')
    return id === undefined || id === null ? id : document.getElementById(id)?.getAttribute('aria-label')
  }
  await waitFor(() => expect(active()).toContain('read'))
  await userEvent.keyboard('{ArrowLeft}')
  await expect.element(page.getByText('4 shown + 13 collapsed = 17 spans')).toBeVisible()
  expect(search().get('toggle')).toBe('0000000000000002')
  expect(row('read').getAttribute('aria-expanded')).toBe('false')
  await userEvent.keyboard('{ArrowRight}')
  await expect.element(page.getByText('5 shown + 12 folded = 17 spans')).toBeVisible()
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect.element(page.getByRole('heading', { name: 'authorize' })).toBeVisible()
  await userEvent.keyboard('{End}')
  await waitFor(() => expect(active()).toContain('lost'))
})

test('find counts, steps, and opens what hides a match', async () => {
  serve(TEXT)
  const { search } = await open('?level=0')
  await expect.element(page.getByText('2 shown + 15 collapsed = 17 spans')).toBeVisible()
  await userEvent.keyboard('/')
  await userEvent.keyboard('user.id=742')
  await expect.element(page.getByText('1 match')).toBeVisible()
  await waitFor(() => expect(search().get('uiFind')).toBe('user.id=742'))
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByText('1 of 1')).toBeVisible()
  await waitFor(() => expect(row('read')).toBeVisible())
})

test('a link brings back window, selection, panel and find', async () => {
  serve(TEXT)
  const link = '?uiFind=SELECT&span=0000000000000003&panel=events&from=1000000&to=2000000&level=2'
  const { search } = await open(link)
  await expect.element(page.getByRole('heading', { name: 'authorize' })).toBeVisible()
  await expect.element(page.getByText('window 1.00 ms – 2.00 ms')).toBeVisible()
  await expect.element(page.getByText('no funds')).toBeVisible()
  await expect.element(page.getByText('12 matches')).toBeVisible()
  expect(row('authorize').getAttribute('aria-selected')).toBe('true')
  expect(search().get('from')).toBe('1000000')
})

test('a link that says what is open is left so: its span is in the row that has it, its details are open', async () => {
  serve(TEXT)
  await open('?span=0000000000000003&level=1')
  await expect.element(page.getByRole('heading', { name: 'authorize' })).toBeVisible()
  await waitFor(() => expect(tree().element().getAttribute('aria-activedescendant')).toBe(row('read').id))
  expect(row('read').getAttribute('aria-expanded')).toBe('false')
  expect(rowNames().some(name => name.includes('authorize'))).toBe(false)
})

test('wheel zooms at the pointer down to a nanosecond, keys pan and fit, the address follows', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('read'))
  const grid = document.querySelector('[role=treegrid]')
  if (grid === null) throw new Error('no grid')
  const box = grid.getBoundingClientRect()
  for (let i = 0; i < 40; i++) {
    const event = { deltaY: -400, clientX: box.left + 800, clientY: box.top + 50, bubbles: true, cancelable: true }
    grid.dispatchEvent(new WheelEvent('wheel', event))
  }
  await waitFor(() => expect(search().get('from')).not.toBeNull())
  expect(Number(search().get('to')) - Number(search().get('from'))).toBeCloseTo(1, 2)
  await userEvent.keyboard('0')
  await waitFor(() => expect(search().get('from')).toBeNull())
})

test('every action has a command', async () => {
  serve(TEXT)
  const { registry, container } = await open('?span=0000000000000003&uiFind=SELECT')
  await expect.element(page.getByRole('heading', { name: 'authorize' })).toBeVisible()
  await expect.element(page.getByRole('tab', { name: /^Attributes/u })).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

test('the JSON of the server, line by line, at the selected span', async () => {
  serve(TEXT)
  await open('?view=json&span=0000000000000002')
  await expect.element(page.getByText('"resourceSpans": [')).toBeVisible()
  await waitFor(() => expect(document.querySelectorAll('[data-marked]').length).toBe(4))
  await expect.element(page.getByText('lines 1 – 12 of 12')).toBeVisible()
})

test('the first line names what is special, each part a link to its span', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => row('read'))
  const said = () =>
    [...document.querySelectorAll('[data-finding]')].map(one => one.textContent.replaceAll('\u202F', ' '))
  await waitFor(() => expect(said()[0]).toBe('1 error, first in payments authorize: card refused. '))
  expect(said()[1]).toBe('12 times SELECT ledger one after another, 36.0 ms together. ')
  await page.getByRole('link', { name: '1 error' }).click()
  await waitFor(() => expect(search().get('span')).toBe('0000000000000003'))
})

test('nothing special is said of a healthy trace', async () => {
  serve('a: GET / [0 100ms] server\n  a: one [5ms 40ms]\n  a: two [50ms 45ms]')
  await open()
  await expect
    .element(page.getByText('Nothing special: nothing failed, nothing repeats.', { exact: false }))
    .toBeVisible()
})

test('the critical path shows under the bars and goes away; its keys walk along it', async () => {
  serve(TEXT)
  const { search } = await open()
  await waitFor(() => expect(nameOf(row('nameless'))).toBe('unknown_service, nameless, 2.00 ms, on the critical path'))
  expect(rowNames()[3]).toBe('db, SELECT ledger, 12 repeated, 36.0 ms, on the critical path')
  await page.getByRole('button', { name: 'Critical path' }).click()
  await waitFor(() => expect(rowNames().every(name => !name.includes('critical'))).toBe(true))
  expect(search().get('critical')).toBe('off')
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  await userEvent.keyboard('nnn')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(search().get('span')).toBe('0000000000000003'))
})

test('answers outside of their calls are moved into them, and back to the times as sent', async () => {
  serve(`
resource a host.name=x
resource b host.name=y
a: call [10ms 20ms] client
  b: serve [0 10ms] server
`)
  const { search } = await open()
  await expect
    .element(page.getByText('Clocks disagree: 1 span lies outside of the call', { exact: false }))
    .toBeVisible()
  await waitFor(() => expect(document.title.replaceAll('\u202F', ' ')).toBe('20.0 ms · call · Spoor'))
  await page.getByRole('button', { name: 'Clocks adjusted' }).click()
  await waitFor(() => expect(document.title.replaceAll('\u202F', ' ')).toBe('30.0 ms · call · Spoor'))
  expect(search().get('clocks')).toBe('raw')
})

test('details and head say where a duration stands among its peers', async () => {
  const table = new SpanTableBuilder()
  parseTraces(TEXT, table)
  const asked: string[] = []
  answer(url => {
    if (url.pathname.endsWith('/durations')) {
      asked.push(['service', 'operation', 'kind'].map(key => url.searchParams.get(key)).join(', '))
      const buckets = [
        { fromNs: 10e6, toNs: 11e6, count: 900 },
        { fromNs: 90e6, toNs: 99e6, count: 70 },
        { fromNs: 200e6, toNs: 220e6, count: 30 },
      ]
      return Response.json({ buckets })
    }
    const sections = url.searchParams.get('sections') === 'core' ? 'core' : 'rest'
    return new Response(new Blob(encodeSpanTable(table, { sections })), {
      headers: { 'content-type': SPANS_MEDIA_TYPE },
    })
  })
  await open('?span=0000000000000002')
  await expect.element(page.getByText('of 1 000 spans like it of that day', { exact: false })).toBeVisible()
  await waitFor(() => expect(document.body.textContent).toMatch(/Slower than 97.%/u))
  // The root took 120 ms.
  const peers = page.getByRole('link', { name: /slower than 97/u })
  await expect.element(peers).toBeVisible()
  const href = new URL(peers.element().getAttribute('href') ?? '', document.baseURI)
  const [start, end] = ['start', 'end'].map(key => Number(href.searchParams.get(key)))
  expect([href.pathname, href.searchParams.get('service'), href.searchParams.get('operation'), end - start]).toEqual([
    '/search',
    'shop',
    'POST /checkout',
    25 * 3_600_000_000,
  ])
  expect(asked.toSorted()).toEqual(['cart, read, unspecified', 'shop, POST /checkout, server'])
})

test('an unknown trace says what was searched and how long spans are kept', async () => {
  const problem: Problem = {
    title: 'No such trace',
    status: 404,
    code: 'trace_not_found',
    detail: 'no span has this trace id',
    retentionMs: 7 * 86_400_000,
    oldestReceived: '1790000000000000000',
    spanCount: 1234,
  }
  answer(() => new Response(JSON.stringify(problem), { status: 404, headers: { 'content-type': PROBLEM_MEDIA_TYPE } }))
  await open()
  await expect.element(page.getByRole('heading', { name: 'There is no such trace here' })).toBeVisible()
  await expect.element(page.getByText('7 d', { exact: false })).toBeVisible()
  await expect.element(page.getByText('1 234 spans, received since', { exact: false })).toBeVisible()
})

test('when attributes do not come the rows stay, and the page says so', async () => {
  const table = new SpanTableBuilder()
  parseTraces(TEXT, table)
  answer(url =>
    url.searchParams.get('sections') === 'core'
      ? new Response(new Blob(encodeSpanTable(table, { sections: 'core' })))
      : new Response('', { status: 500 }),
  )
  await open()
  await waitFor(() => row('read'))
  await expect.element(page.getByText('Attributes, events and links did not come.')).toBeVisible()
})

test('spans that came between the two requests make the page read all once more', async () => {
  const [one, two] = [TEXT, `${TEXT}shop: late [60ms 1ms] #99`].map(text => {
    const table = new SpanTableBuilder()
    parseTraces(text, table)
    return table
  })
  answer(url => {
    const sections = url.searchParams.get('sections')
    return new Response(
      new Blob(
        sections === 'core'
          ? encodeSpanTable(one, { sections })
          : encodeSpanTable(two, { sections: sections === 'rest' ? 'rest' : 'all' }),
      ),
    )
  })
  await open()
  await waitFor(() => expect(rowNames().some(name => name.includes('late'))).toBe(true))
})

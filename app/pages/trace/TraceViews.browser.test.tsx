import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { answer, open, row, rowNames, serve, spansOf, tree } from './fixtures/open-trace-page.tsx'

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('a flame graph of spans that take no time keeps its layout, and its table has them', async () => {
  serve('shop: tick [0 0ms]\n  shop: tock [0 0ms]')
  await open('?view=flamegraph')
  await expect.element(page.getByText('No path takes any time')).toBeVisible()
  const foot = page.getByText('2 counted = 2 spans')
  await expect.element(foot).toBeVisible()
  expect(foot.element().getBoundingClientRect().bottom).toBeGreaterThan(window.innerHeight - 40)
  await page.getByRole('radio', { name: 'Table' }).click()
  await expect.element(page.getByText('tock')).toBeVisible()
})

test.each(['flame', 'flamegraph', 'spans', 'events'])('spans without a name are said to have none: %s', async view => {
  serve('shop: top [0 10ms]\n  shop: below [1ms 5ms]\n    @ 2ms "tick"', table => {
    table.name[0] = table.internText('')
    table.name[1] = table.internText('')
  })
  await open(`?view=${view}&span=0000000000000002`)
  await waitFor(() => expect(document.querySelector('main section')?.textContent).toContain('(no name)'))
})

test('a flame chart of which a filter leaves nothing says so in its table', async () => {
  serve('shop: top [0 10ms]\n  shop: below [1ms 5ms]')
  await open('?view=flame&filter=nowhere-to-be-found')
  const table = page.getByRole('table', { name: 'Self time by group' })
  await expect.element(table.getByText('No span is left by filter and window')).toBeVisible()
})

test('the flame chart is coloured as the timeline is, and shows the critical path or not', async () => {
  serve('shop: top [0 10ms] tier=gold\n  shop: below [1ms 5ms] tier=tin')
  const { search } = await open('?view=flame')
  /** Colours that cover something. */
  const shown = (): Set<number> => {
    const canvas = document.querySelector<HTMLCanvasElement>('section canvas[role=img]')
    const context = canvas?.getContext('2d')
    if (canvas === null || !context) return new Set()
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const counts = new Map<number, number>()
    for (const colour of new Uint32Array(data.buffer)) counts.set(colour, (counts.get(colour) ?? 0) + 1)
    return new Set([...counts].filter(([colour, count]) => colour !== 0 && count > 500).map(([colour]) => colour))
  }
  await waitFor(() => expect(shown().size).toBeGreaterThan(0))
  const before = shown()
  await page.getByRole('button', { name: 'Colour: service' }).click()
  await page.getByRole('menuitem', { name: 'tier' }).click()
  await waitFor(() => expect(search().get('colour')).toBe('.tier'))
  await waitFor(() => expect([...shown()].filter(colour => !before.has(colour))).toHaveLength(2))
  await page.getByRole('button', { name: 'Critical path' }).click()
  await waitFor(() => expect(search().get('critical')).toBe('off'))
})

test('a view that is drawn stays while the attributes come', async () => {
  const spans = spansOf('shop: top [0 10ms] tier=gold\n  shop: below [1ms 5ms] tier=tin')
  const rest = Promise.withResolvers<void>()
  answer(async url => {
    if (url.searchParams.get('sections') === 'rest') await rest.promise
    return spans(url)
  })
  await open('?view=spans&column=tier')
  await expect.element(page.getByText('below')).toBeVisible()
  const drawn = document.querySelector('section [role=grid]')
  expect(drawn).not.toBeNull()
  const gone: Node[] = []
  const watch = new MutationObserver(changes => {
    for (const { removedNodes } of changes) gone.push(...[...removedNodes].filter(node => node.contains(drawn)))
  })
  watch.observe(document.body, { childList: true, subtree: true })
  rest.resolve()
  await expect.element(page.getByText('gold')).toBeVisible()
  expect(gone).toEqual([])
  watch.disconnect()
})

test('the graph tells how many spans a filter hides', async () => {
  serve('shop: top [0 10ms]\n  shop: below [1ms 5ms]\n  shop: beside [6ms 2ms]')
  await open('?view=graph&filter=below')
  await expect.element(page.getByText(/paths? of 1 span, 2 hidden/u)).toBeVisible()
})

test('a row of repeated spans tells of errors among them, and is marked when one of them is found', async () => {
  const reads = Array.from(
    { length: 8 },
    (_, k) => `  db: read [${k}ms 1ms] ${k === 3 ? 'error "lost" item=x3' : 'item=y'}`,
  )
  serve(`shop: top [0 10ms]\n${reads.join('\n')}`)
  await open('?level=9&uiFind=x3')
  await waitFor(() => expect(rowNames()[1]).toBe('db, read, 8 repeated, 8.00 ms, 1 error, on the critical path'))
  const colour = (name: string): string => getComputedStyle(row(name)).backgroundColor
  await waitFor(() => expect(colour('8 repeated')).not.toBe(colour('top')))
})

test('a stretch that is chosen tells what runs in it', async () => {
  serve('shop: top [0 10ms]\n  shop: below [1ms 5ms] error\n  shop: beside [7ms 2ms]')
  await open('?from=2000000&to=6500000')
  await expect
    .element(page.getByText('window 2.00 ms – 6.50 ms: 2 spans run in it, 8.00 ms of their own, 1 error'))
    .toBeVisible()
  cleanup()
  await open('?from=2000000&to=6500000&filter=below')
  await expect
    .element(page.getByText('window 2.00 ms – 6.50 ms: of what matches 1 span runs in it, 5.00 ms of its own, 1 error'))
    .toBeVisible()
})

test('where the row of the cursor goes into a closed one, that one has the cursor', async () => {
  serve('shop: top [0 10ms]\n  shop: call [1ms 8ms]\n    shop: below [2ms 5ms]')
  await open('?span=0000000000000003')
  const active = (): string | null => tree().element().getAttribute('aria-activedescendant')
  await waitFor(() => expect(active()).toBe(row('below').id))
  await userEvent.keyboard(']')
  await waitFor(() => expect(rowNames().length).toBe(1))
  expect(active()).toBe(row('top').id)
  expect(row('top').className).toMatch(/cursor/u)
})

test('each of several spans with one id is selected for itself, in the rows and in JSON', async () => {
  const text = 'shop: top [0 10ms] #1\n  shop: one [1ms 2ms] #2\n  shop: two [4ms 2ms] #2'
  const spans = spansOf(text)
  const json = JSON.stringify({
    spans: ['one', 'two', 'top'].map(name => ({ spanId: `000000000000000${name === 'top' ? 1 : 2}`, name })),
  })
  answer(url => (url.searchParams.has('download') ? new Response(json) : spans(url)))
  const { search } = await open()
  await waitFor(() => row('two'))
  await userEvent.click(row('two'))
  await expect
    .element(page.getByRole('complementary', { name: 'Span' }).getByRole('heading', { name: 'two' }))
    .toBeVisible()
  expect(row('two').getAttribute('aria-selected')).toBe('true')
  expect(row('one').getAttribute('aria-selected')).toBe('false')
  expect(search().get('span')).toBe('0000000000000002.2')
  await userEvent.keyboard('8')
  const marked = (): string => [...document.querySelectorAll('[data-marked]')].map(line => line.textContent).join(' ')
  await waitFor(() => expect(marked()).toContain('"two"'))
  expect(marked()).not.toContain('"one"')
})

test('the id of a parent leads to the one of several with that id that the span hangs below', async () => {
  serve('shop: top [0 10ms] #1\n  shop: one [1ms 2ms] #2\n  shop: two [4ms 4ms] server #2\n    shop: part [5ms 1ms] #3')
  const { search } = await open('?span=3')
  await page.getByRole('button', { name: 'ids and times' }).click()
  await page.getByRole('button', { name: '0000000000000002' }).click()
  await waitFor(() => expect(search().get('span')).toBe('0000000000000002.2'))
})

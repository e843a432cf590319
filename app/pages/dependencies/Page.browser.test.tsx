import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createMemoryHistory } from '@tanstack/react-router'
import { cleanup, render, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { createQueryClient } from '#app/api/query-client.ts'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { createCommandRegistry } from '#app/commands/registry.ts'
import { createCatalogueIntl, loadCatalogue } from '#app/i18n/catalogue.ts'
import { LanguageProvider } from '#app/i18n/LanguageProvider.tsx'
import { createAppRouter } from '#app/router.tsx'
import '#app/theme/base.css'
import { ToastProvider } from '#app/ui/Toast.tsx'
import type { DependenciesAnswer } from '#shared/api/spoor.ts'

type Calls = DependenciesAnswer['edges']

const SHOP: Calls = [
  { parent: 'edge-gateway', child: 'storefront', callCount: 311, errorCount: 1 },
  { parent: 'storefront', child: 'cart', callCount: 204, errorCount: 0 },
  { parent: 'storefront', child: 'checkout', callCount: 38, errorCount: 2 },
  { parent: 'checkout', child: 'payments', callCount: 61, errorCount: 0 },
]

function serve(edges: Calls | 'down'): string[] {
  const asked: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, document.baseURI)
    if (url.pathname !== '/api/spoor/dependencies') return await real(input, init)
    asked.push(url.search)
    if (edges === 'down') throw new TypeError('no connection')
    return Response.json({ edges } satisfies DependenciesAnswer)
  })
  return asked
}

async function open(search = '', width = 1280) {
  await page.viewport(width, 800)
  const registry = createCommandRegistry()
  const client = createQueryClient()
  client.setDefaultOptions({ queries: { retry: false } })
  const history = createMemoryHistory({ initialEntries: [`/dependencies${search}`] })
  const router = createAppRouter({ pages: { dependencies: () => import('./Page.tsx') }, basePath: '', history })
  const view = render(
    <LanguageProvider initial={createCatalogueIntl('en', await loadCatalogue('en'))}>
      <QueryClientProvider client={client}>
        <CommandsProvider registry={registry}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </CommandsProvider>
      </QueryClientProvider>
    </LanguageProvider>,
  )
  return { ...view, registry, search: () => new URLSearchParams(history.location.search) }
}

const graph = () => page.getByRole('img', { name: 'Service graph of', exact: false })
const rows = (): readonly string[] =>
  [...document.querySelectorAll(`table[aria-label="Calls between services"] tbody tr`)].map(row =>
    [...row.querySelectorAll('td')]
      .map(cell => cell.textContent)
      .join('|')
      .replaceAll(/\s/gu, ' '),
  )

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('the graph is laid out by Graphviz in a worker, drawn, and its table says the same', async () => {
  serve(SHOP)
  const { container, registry, search } = await open()
  await expect
    .element(graph())
    .toHaveAttribute('aria-label', 'Service graph of 5 services and 4 edges. The table holds the same.')
  await expect.element(graph()).toBeInTheDocument()
  const canvas = graph().element() as HTMLCanvasElement
  await waitFor(() => expect(colours(canvas).size).toBeGreaterThan(5))
  await expect.element(page.getByText('5 services, 4 edges, 614 calls')).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
  await page.getByRole('radio', { name: 'Table' }).click()
  await waitFor(() =>
    expect(rows()).toEqual([
      'edge-gateway|storefront|311|1|0.3 %',
      'storefront|cart|204|–no errors|',
      'checkout|payments|61|–no errors|',
      'storefront|checkout|38| 2|5.3 %',
    ]),
  )
  expect(search().get('view')).toBe('table')
  expect(actionsWithoutCommand(container, registry)).toEqual([])
})

/** Different colours on a canvas: an empty one has one. */
function colours(canvas: HTMLCanvasElement): ReadonlySet<number> {
  const { width, height } = canvas
  if (width === 0 || height === 0) return new Set()
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data
  return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0)))
}

test('arrow keys walk along the calls, Enter puts a service in focus, Escape takes it away', async () => {
  serve(SHOP)
  const { search } = await open()
  const list = page.getByRole('tree')
  await expect.element(list).toBeInTheDocument()
  list.element().focus()
  const active = (): string | null | undefined =>
    document.getElementById(list.element().getAttribute('aria-activedescendant') ?? '')?.textContent
  for (let i = 0; i < 5 && active() !== 'edge-gateway, called by no service'; i++)
    await userEvent.keyboard('{ArrowLeft}')
  expect(active()).toBe('edge-gateway, called by no service')
  await userEvent.keyboard('{ArrowRight}')
  expect(active()).toBe('storefront, called 311 times, 1 error')
  await userEvent.keyboard('{ArrowRight}')
  expect(active()).toBe('cart, called 204 times, no errors')
  await userEvent.keyboard('{ArrowLeft}{Enter}')
  await waitFor(() => expect(search().get('focus')).toBe('storefront'))
  const panel = page.getByRole('complementary', { name: 'Focus' })
  await expect.element(panel.getByRole('heading', { name: 'storefront' })).toBeVisible()
  await expect.element(panel.getByRole('region', { name: 'Called by' }).getByText('edge-gateway')).toBeVisible()
  await expect.element(panel.getByRole('region', { name: 'Calls' }).getByText('checkout')).toBeVisible()
  await expect
    .element(panel.getByRole('link', { name: 'Traces' }))
    .toHaveAttribute('href', '/search?service=storefront')
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(search().get('focus')).toBeNull())
})

test('a press on a box puts it in focus: what is drawn is what is hit', async () => {
  serve([{ parent: 'left', child: 'right', callCount: 3, errorCount: 0 }])
  const { search } = await open()
  const canvas = graph()
  await expect.element(canvas).toBeInTheDocument()
  await waitFor(() => expect(colours(canvas.element() as HTMLCanvasElement).size).toBeGreaterThan(5))
  const { width, height } = canvas.element().getBoundingClientRect()
  // Two boxes of 132 px and the gap of 84 between them, in the middle of the canvas.
  await canvas.click({ position: { x: width / 2 + 100, y: height / 2 } })
  await waitFor(() => expect(search().get('focus')).toBe('right'))
})

test('the time range is asked for and kept in the address', async () => {
  const asked = serve(SHOP)
  const { search } = await open('?lookback=1h')
  await expect.element(graph()).toBeInTheDocument()
  expect(asked).toHaveLength(1)
  expect(Math.abs(Number(new URLSearchParams(asked[0]).get('start')) / 1000 - (Date.now() - 3600e3))).toBeLessThan(60e3)
  await page.getByRole('radio', { name: 'All' }).click()
  await waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[1]).toBe('')
  expect(search().get('lookback')).toBeNull()
})

test('no calls, and no answer, say so and what to do', async () => {
  serve([])
  await open('?lookback=15m')
  await expect.element(page.getByRole('heading', { name: 'No service called another one' })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Look at all that is kept' })).toBeVisible()
  cleanup()
  serve('down')
  await open()
  await expect.element(page.getByRole('heading', { name: 'The server did not answer' })).toBeVisible()
})

test('on a phone the focus and its neighbours are drawn, and nothing scrolls sideways', async () => {
  serve([
    ...SHOP,
    { parent: 'cart', child: 'catalog', callCount: 9, errorCount: 0 },
    { parent: 'catalog', child: 'db', callCount: 5, errorCount: 0 },
  ])
  await open('?focus=checkout', 390)
  await expect
    .element(graph())
    .toHaveAttribute('aria-label', 'Service graph of 3 services and 2 edges. The table holds the same.')
  await expect.element(page.getByText('Only checkout and its neighbours are drawn', { exact: false })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBe(390)
  cleanup()
  await open('?start=1732540000000000&end=1732550000000000&view=table', 390)
  await waitFor(() => expect(rows()).toHaveLength(6))
  expect(document.documentElement.scrollWidth).toBe(390)
})

import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { actionsWithoutCommand } from '#app/commands/actions-without-command.ts'
import type { LinksToAnswer } from '#shared/api/spoor.ts'
import { answer, ID, open, row, serve, spansOf } from './fixtures/open-trace-page.tsx'

const TEXT = `
shop: POST /checkout [0 120ms] server
  shop: send order [10ms 5ms] producer
`
const MAIL = 'abcdef0123456789abcdef0123456789'
const shared = { traceId: MAIL, kind: 'consumer', error: false, startTime: '1767225605000000000' } as const
const LINKS: LinksToAnswer = {
  available: true,
  links: [
    {
      ...shared,
      spanId: '00000000000000aa',
      service: 'mail',
      name: 'receive order',
      durationNs: 5,
      linkedSpanId: '0000000000000002',
    },
    {
      ...shared,
      spanId: '00000000000000ab',
      service: null,
      name: '',
      durationNs: -1,
      linkedSpanId: '0000000000000001',
    },
  ],
  total: 2,
  exact: true,
  incomplete: null,
}

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

/** Answers with the links; the addresses that were asked for them. */
function serveLinks(links: LinksToAnswer): string[] {
  const asked: string[] = []
  const spans = spansOf(TEXT)
  answer(url => {
    if (!url.pathname.startsWith('/api/spoor/links-to/')) return spans(url)
    asked.push(url.pathname + url.search)
    return Response.json(links)
  })
  return asked
}

test('spans of other traces that link here stand in the head and in the details of the span, and lead there', async () => {
  const asked = serveLinks(LINKS)
  const { container, registry, search } = await open()
  const button = page.getByRole('button', { name: '2 links here' })
  await expect.element(button).toBeVisible()
  expect(asked).toEqual([`/api/spoor/links-to/${ID}?limit=500`])
  await userEvent.click(row('send order'))
  const detail = page.getByRole('complementary', { name: 'Span' })
  await detail.getByRole('tab', { name: 'Links 1' }).click()
  await expect
    .element(detail.getByRole('link', { name: 'receive order' }))
    .toHaveAttribute('href', `/trace/${MAIL}?span=00000000000000aa`)
  await expect.element(detail.getByText(`trace ${MAIL}`, { exact: false })).toBeVisible()
  expect(actionsWithoutCommand(container, registry)).toEqual([])
  await button.click()
  const items = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=menuitem]')]
  await waitFor(() => expect(items()).toHaveLength(2))
  expect(items()[1].textContent).toMatch(/^unknown_service\(no name\)/u)
  await userEvent.click(items()[0])
  await waitFor(() => expect(search().get('span')).toBe('00000000000000aa'))
})

test('links beyond those that came are counted, and where there are none nothing is said', async () => {
  serveLinks({ ...LINKS, total: 10_000, exact: false })
  const { unmount } = await open()
  await expect.element(page.getByRole('button', { name: 'more than 10 000 links here' })).toBeVisible()
  unmount()
  serveLinks({ ...LINKS, links: [], total: 0, available: false })
  await open()
  await waitFor(() => row('send order'))
  await expect.element(page.getByText('complete', { exact: true })).toBeVisible()
  expect(page.getByRole('button', { name: 'links here', exact: false }).elements()).toEqual([])
})

test('when nobody can say who links here the page is as without', async () => {
  serve(TEXT)
  await open()
  await waitFor(() => row('send order'))
  expect(page.getByRole('button', { name: 'links here', exact: false }).elements()).toEqual([])
})

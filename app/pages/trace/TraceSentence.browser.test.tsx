import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { open, rows, serve } from './fixtures/open-trace-page.tsx'

const sentence = (): string =>
  document.querySelector('p:has([data-finding])')?.textContent.replaceAll(/[\u00A0\u202F]/gu, ' ') ?? ''

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('services of any length leave room for the rows, and spans without a name are said to have none', async () => {
  const long = `shop-${'x'.repeat(2000)}`
  const text = `
${long}: top [0 100ms]
  ${long}: read [5ms 10ms]
  ${long}: write [70ms 10ms] error "refused"
`
  serve(text, table => {
    table.name[0] = table.internText('')
  })
  await open()
  await waitFor(() => expect(rows().length).toBe(3))
  const cut = `shop-${'x'.repeat(74)}…`
  await waitFor(() => expect(sentence()).toContain(`first in ${cut} write: refused.`))
  expect(sentence()).toContain(`in ${cut} (no name), `)
  expect(sentence().length).toBeLessThan(600)
})

import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { open, rowNames, serve } from './fixtures/open-trace-page.tsx'

const TEXT = `
api: GET / [0 120ms] server
  auth: check [10ms 5ms]
  cache: get [20ms 5ms]
  db: SELECT [30ms 50ms] client
`

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('a link of Jaeger’s that hides services opens with them hidden; what they are stands in the filter from then on', async () => {
  serve(TEXT)
  const { search } = await open('?svcFilter=7d06.9&uiFind=SELECT')
  await waitFor(() => expect(search().getAll('filter')).toEqual(['service=api service=db']))
  expect([search().get('svcFilter'), search().get('uiFind')]).toEqual([null, 'SELECT'])
  const shown = (): string[] => rowNames().filter(name => !name.includes('hidden'))
  await waitFor(() => expect(shown().map(name => name.split(', ')[0])).toEqual(['api', 'db']))
})

test('one that was made when the trace had other services hides nothing', async () => {
  serve(TEXT)
  const { search } = await open('?svcFilter=ffff.9')
  await waitFor(() => expect(rowNames().length).toBe(4))
  await waitFor(() => expect(search().get('svcFilter')).toBeNull())
  expect(search().getAll('filter')).toEqual([])
})

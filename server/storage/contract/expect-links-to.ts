/** The promise of `linksTo`; a store that has none keeps it. */
import { expect } from 'vitest'
import type { SpanWriter, TraceReader } from '#server/storage/store.ts'
import { hex, spanId, spans, traceId } from './plain-spans.ts'
import { BASE } from './random-traces.ts'
import { sendRows } from './send.ts'

const never = new AbortController().signal

/** `store` is asked anew after `settle`. */
export async function expectLinksTo(
  store: () => { readonly writer: SpanWriter; readonly reader: TraceReader },
  settle: () => Promise<void>,
): Promise<void> {
  if (store().reader.linksTo === undefined) return
  const received = { trace: 2, span: 2, service: 'b', name: 'receive', kind: 'consumer', status: 'error' } as const
  const early = spans([
    { trace: 1, span: 1, links: [[1, 9]] },
    {
      ...received,
      start: BASE + 5n,
      end: BASE + 2n,
      links: [
        [3, 1],
        [1, 1],
        [1, 1],
        [1, 7],
      ],
    },
    { trace: 3, span: 3, start: BASE + 6n },
  ])
  await sendRows(store().writer, early)
  await settle()
  const late = { trace: 4, span: 4, service: undefined, start: BASE + 9n, links: [[1, 1]] } as const
  await sendRows(store().writer, spans([late]))
  await sendRows(store().writer, early)
  const ask = (id: number, limit = 10) => store().reader.linksTo?.(traceId(hex(id)), limit, never)
  const shared = { traceId: hex(2), spanId: spanId(2), service: 'b', name: 'receive', kind: 'consumer' }
  const second = { ...shared, error: true, startTime: BASE + 5n, durationNs: -3 }
  const first = { traceId: hex(4), spanId: spanId(4), service: undefined, name: 'n', kind: 'internal' }
  expect(await ask(1)).toEqual({
    links: [
      { ...first, error: false, startTime: BASE + 9n, durationNs: 1, linkedSpanId: spanId(1) },
      { ...second, linkedSpanId: spanId(1) },
      { ...second, linkedSpanId: spanId(7) },
    ],
    total: 3,
    exact: true,
  })
  expect(await ask(1, 1)).toMatchObject({ links: [{ traceId: hex(4) }], total: 3, exact: true })
  expect(await ask(3)).toMatchObject({ links: [{ traceId: hex(2) }], total: 1 })
  for (const id of [2, 99]) expect(await ask(id)).toEqual({ links: [], total: 0, exact: true })
}

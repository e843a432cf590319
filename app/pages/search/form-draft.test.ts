import { expect, test } from 'vitest'
import { draftOf, PRESETS, presetsUpTo, viewOf, withLookback, withZone } from './form-draft.ts'
import type { FormDraft } from './form-draft.ts'
import { EMPTY_VIEW } from './url.ts'
import type { SearchView } from './url.ts'

const NOW = Date.parse('2026-11-25T13:06:41.218Z')
const empty = draftOf(EMPTY_VIEW, 'Europe/Amsterdam', NOW)
const problems = (draft: Partial<FormDraft>): unknown => {
  const result = viewOf({ ...empty, ...draft })
  return result.kind === 'problems' ? result.problems : 'none'
}

test('the form at rest asks for the newest traces of all services', () => {
  expect(empty).toMatchObject({ lookback: 'all', from: '', to: 'now', limit: '20', attributes: '' })
  expect(viewOf(empty)).toEqual({ kind: 'view', view: EMPTY_VIEW })
})

test('a view goes through the form unchanged', () => {
  const view: SearchView = {
    ...EMPTY_VIEW,
    service: 'checkout',
    operation: 'PlaceOrder',
    attributes: [
      ['reason', 'no stock'],
      ['error', 'true'],
    ],
    range: { kind: 'exact', start: '1764079601218001', end: '1764079699000000' },
    minDuration: '100ms',
    maxTraceDuration: '1.5s',
    limit: '50',
  }
  expect(viewOf(draftOf(view, 'Europe/Amsterdam', NOW))).toEqual({ kind: 'view', view })
  expect(viewOf(draftOf({ ...view, range: { kind: 'last', lookback: '6h' } }, 'UTC', NOW))).toMatchObject({
    view: { range: { kind: 'last', lookback: '6h' } },
  })
})

test('From and To say what a preset means, on the clock in force', () => {
  const hour = withLookback(empty, '1h', NOW)
  expect(hour).toMatchObject({ lookback: '1h', from: '2026-11-25 13:06:41.218000', to: 'now' })
  expect(withZone(hour, 'UTC').from).toBe('2026-11-25 12:06:41.218000')
  expect(withZone({ ...hour, from: 'soon' }, 'UTC').from).toBe('soon')
})

test('an open end is now, an open start is whatever is kept', () => {
  expect(viewOf({ ...empty, lookback: '', from: '2026-11-25', to: 'now' })).toMatchObject({
    view: { range: { kind: 'exact', start: String(Date.parse('2026-11-24T23:00:00Z') * 1000), end: '' } },
  })
  expect(viewOf({ ...empty, lookback: '', from: '', to: '' })).toMatchObject({ view: { range: { kind: 'all' } } })
})

test('each field says what is wrong with it, all of them at once', () => {
  expect(problems({ minDuration: '5 minutes', maxTraceDuration: '1d', limit: '0', attributes: 'a="x' })).toEqual({
    minDuration: { id: 'search.problem.duration', values: { seen: '5 minutes' } },
    maxTraceDuration: { id: 'search.problem.duration', values: { seen: '1d' } },
    limit: { id: 'search.problem.limit', values: { seen: '0', most: 1500 } },
    attributes: { id: 'search.problem.quote', values: { seen: 'a="x', column: 1 } },
  })
  expect(problems({ minDuration: '2s', maxDuration: '100ms' })).toEqual({
    maxDuration: { id: 'search.problem.maxBelowMin' },
  })
  expect(problems({ lookback: '', from: 'yesterday' })).toEqual({
    from: { id: 'search.problem.time', values: { seen: 'yesterday' } },
  })
  expect(problems({ lookback: '', from: '2026-11-25', to: '2026-11-24' })).toEqual({
    to: { id: 'search.problem.toBeforeFrom' },
  })
})

test('whoever runs the server may offer shorter ranges and smaller answers', () => {
  expect(presetsUpTo(null, 'all')).toEqual(PRESETS)
  expect(presetsUpTo(2 * 86_400_000, '1h')).toEqual(['15m', '1h', '6h', '1d'])
  // What is chosen stays in sight.
  expect(presetsUpTo(3_600_000, 'all')).toEqual(['15m', '1h', 'all'])
  const limited = (limit: string): unknown => viewOf({ ...empty, limit }, 200)
  expect(limited('200')).toMatchObject({ kind: 'view', view: { limit: '200' } })
  expect(limited('201')).toEqual({
    kind: 'problems',
    problems: { limit: { id: 'search.problem.limit', values: { seen: '201', most: 200 } } },
  })
  // A larger number than the server gives changes nothing.
  expect(viewOf({ ...empty, limit: '1501' }, 9000)).toMatchObject({ problems: { limit: { values: { most: 1500 } } } })
})

import { expect, test } from 'vitest'
import { addCounts, formatCounts, playwrightCounts, stageCounts, vitestCounts } from './test-counts.ts'

test('counts of both runners and their sum', () => {
  const vitest = vitestCounts({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 })
  const playwright = playwrightCounts({ stats: { expected: 3, unexpected: 0, flaky: 1, skipped: 0 } })
  expect(vitest).toEqual({ passed: 5, failed: 1, skipped: 3 })
  expect(playwright).toEqual({ passed: 3, failed: 1, skipped: 0 })
  expect(formatCounts(addCounts([stageCounts(1, vitest), stageCounts(1, playwright)]))).toBe(
    '8 passed, 2 failed, 3 skipped',
  )
})

test('a runner that fails without a failed test is a failure', () => {
  expect(stageCounts(1, { passed: 9, failed: 0, skipped: 0 })).toEqual({ passed: 9, failed: 1, skipped: 0 })
})

test('a runner that ran nothing, or left no report, is a failure', () => {
  expect(stageCounts(0, { passed: 0, failed: 0, skipped: 4 }).failed).toBe(1)
  expect(stageCounts(0, undefined).failed).toBe(1)
  expect(vitestCounts(undefined)).toBeUndefined()
  expect(playwrightCounts({ errors: ['no config'] })).toBeUndefined()
})

test('nothing skipped is not mentioned', () => {
  expect(formatCounts({ passed: 1, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed')
})

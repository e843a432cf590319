import { expect, test } from 'vitest'
import {
  addCounts,
  formatCounts,
  playwrightCounts,
  playwrightFailures,
  stageCounts,
  vitestCounts,
  vitestFailures,
} from './test-counts.ts'

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

test('failed tests are named with the first lines of what went wrong', () => {
  const failed = {
    status: 'failed',
    fullName: 'a sum is right',
    failureMessages: ['\u001b[31mexpected 1\u001b[0m\n\nto be 2'],
  }
  const report = {
    testResults: [
      { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'passed', fullName: 'x' }, failed] },
      { name: 'b.test.ts', status: 'failed', assertionResults: [], message: 'no such module' },
    ],
  }
  expect(vitestFailures(report)).toEqual([
    'a.test.ts: a sum is right\n    expected 1\n    to be 2',
    'b.test.ts: the file\n    no such module',
  ])
  expect(vitestFailures(undefined)).toEqual([])
})

test('failed and flaky specs are named wherever they are nested', () => {
  const spec = (title: string, status: string) => ({
    file: 'a.spec.ts',
    title,
    tests: [{ status, results: [{ status: 'failed', error: { message: `${title} did not` } }] }],
  })
  const report = {
    suites: [
      { specs: [spec('one', 'unexpected')], suites: [{ specs: [spec('two', 'flaky'), spec('three', 'expected')] }] },
      { specs: [spec('four', 'unexpected')] },
    ],
  }
  expect(playwrightFailures(report)).toEqual([
    'a.spec.ts: one\n    one did not',
    'a.spec.ts: two\n    two did not',
    'a.spec.ts: four\n    four did not',
  ])
})

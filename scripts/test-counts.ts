/** What the test runners counted and which tests failed, read from their JSON reports, and the sum of it. */
import { stripVTControlCharacters } from 'node:util'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

function numberIn(report: unknown, name: string): number | undefined {
  if (typeof report !== 'object' || report === null) return undefined
  const value: unknown = (report as Record<string, unknown>)[name]
  return typeof value === 'number' ? value : undefined
}

/** From Vitest's JSON reporter; undefined when `report` is none. Tests marked as todo count as skipped. */
export function vitestCounts(report: unknown): Counts | undefined {
  const passed = numberIn(report, 'numPassedTests')
  const failed = numberIn(report, 'numFailedTests')
  if (passed === undefined || failed === undefined) return undefined
  const skipped = (numberIn(report, 'numPendingTests') ?? 0) + (numberIn(report, 'numTodoTests') ?? 0)
  return { passed, failed, skipped }
}

/** From Playwright's JSON reporter; undefined when `report` is none. A flaky test failed once, so it counts as failed. */
export function playwrightCounts(report: unknown): Counts | undefined {
  if (typeof report !== 'object' || report === null) return undefined
  const stats: unknown = (report as Record<string, unknown>)['stats']
  const passed = numberIn(stats, 'expected')
  const failed = numberIn(stats, 'unexpected')
  if (passed === undefined || failed === undefined) return undefined
  return { passed, failed: failed + (numberIn(stats, 'flaky') ?? 0), skipped: numberIn(stats, 'skipped') ?? 0 }
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `file: title`, and below it the first lines of what went wrong: enough to know which test it was where only the end is kept. */
function failure(file: string, title: string, message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter(line => line.trim() !== '')
    .slice(0, 6)
    .map(line => `    ${line.slice(0, 200)}`)
  return [`${file}: ${title}`, ...lines].join('\n')
}

/** The failed tests of Vitest's JSON report, in its order; a file that could not be loaded stands there by itself. */
export function vitestFailures(report: unknown): readonly string[] {
  return list(fields(report)['testResults']).flatMap(file => {
    const name = text(file['name'])
    const tests = list(file['assertionResults'])
    if (tests.length === 0 && file['status'] === 'failed') return [failure(name, 'the file', text(file['message']))]
    return tests
      .filter(test => test['status'] === 'failed')
      .map(test => {
        const messages: unknown = test['failureMessages']
        return failure(name, text(test['fullName']), Array.isArray(messages) ? text(messages[0]) : '')
      })
  })
}

/** The failed tests of Playwright's JSON report, flaky ones too, in its order. */
export function playwrightFailures(report: unknown): readonly string[] {
  const failures: string[] = []
  const open: Fields[] = [...list(fields(report)['suites'])].reverse()
  for (let suite = open.pop(); suite !== undefined; suite = open.pop()) {
    for (const spec of list(suite['specs'])) {
      const tests = list(spec['tests']).filter(({ status }) => status === 'unexpected' || status === 'flaky')
      for (const test of tests) {
        const result = list(test['results']).find(({ status }) => status !== 'passed') ?? {}
        failures.push(failure(text(spec['file']), text(spec['title']), text(fields(result['error'])['message'])))
      }
    }
    open.push(...[...list(suite['suites'])].reverse())
  }
  return failures
}

/** A runner's counts as they go into the sum: one failure more when it failed, or ran nothing, and counted no failure. */
export function stageCounts(exitCode: number, counted: Counts | undefined): Counts {
  if (counted === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const ranNothing = counted.passed + counted.failed === 0
  return counted.failed === 0 && (exitCode !== 0 || ranNothing) ? { ...counted, failed: 1 } : counted
}

export function addCounts(all: readonly Counts[]): Counts {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const counts of all) {
    passed += counts.passed
    failed += counts.failed
    skipped += counts.skipped
  }
  return { passed, failed, skipped }
}

/** `12 passed, 0 failed`, and `, 3 skipped` when there are any. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

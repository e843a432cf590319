/** What the test runners counted, read from their JSON reports, and the sum of it. */

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

/**
 * `npm test`: check, Vitest, the app's size, Playwright. Every stage runs whatever the others say. The sum stands on the last
 * line and in .cache/test-results/sum, for `.ci/run`: tests as their runners counted them, and one failure for each stage that
 * failed without counting any (a crash, a timeout, a failed check).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from './build.ts'
import { check } from './check.ts'
import { ensureChromium } from './chromium.ts'
import { results, run } from './programs.ts'
import {
  addCounts,
  formatCounts,
  playwrightCounts,
  playwrightFailures,
  stageCounts,
  vitestCounts,
  vitestFailures,
  type Counts,
} from './test-counts.ts'

/** What each runner may take, ms, about twice what it does: the whole must stay below CI's thirty minutes on two cores, and one that hangs must say so before. */
const LIMITS = { vitest: 600_000, playwright: 1_080_000 } as const

/** What a runner wrote into `file`; undefined when it crashed before. */
function report(file: string): unknown {
  const path = join(results, file)
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Cut off while it was being written: the runner did not come to its end, which counts as a failure.
    return undefined
  }
}

/** Told again before the sum, where they are seen when the rest has scrolled away. */
const failures: string[] = []

async function vitest(): Promise<Counts> {
  const out = join(results, 'vitest.json')
  const args = ['run', '--project', 'node', '--project', 'browser']
  const code = await run(
    { package: 'vitest' },
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${out}`],
    LIMITS.vitest,
  )
  const told = report('vitest.json')
  failures.push(...vitestFailures(told))
  return stageCounts(code, vitestCounts(told))
}

async function playwright(): Promise<Counts> {
  const code = await run(
    { package: '@playwright/test', name: 'playwright' },
    ['test', '--project', 'journeys'],
    LIMITS.playwright,
  )
  const told = report('playwright.json')
  failures.push(...playwrightFailures(told))
  return stageCounts(code, playwrightCounts(told))
}

/** One stage by name: its counts, with anything thrown told and counted as one failure. */
async function stage(name: string, work: () => Promise<Counts>): Promise<readonly [string, Counts]> {
  console.log(`\n— ${name}`)
  try {
    return [name, await work()]
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return [name, stageCounts(1, undefined)]
  }
}

/** A stage that counts nothing when all is well. */
function plain(code: number): Counts {
  return code === 0 ? { passed: 0, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

async function main(): Promise<void> {
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  const stages = [
    await stage('check', async () => plain((await check()).length)),
    await stage('Chromium', async () => {
      await ensureChromium()
      return plain(0)
    }),
    await stage('Vitest', vitest),
    await stage('the app', async () => plain(await buildApp(true))),
    await stage('its size', async () => plain(await run({ script: 'scripts/check-size.ts' }, []))),
    await stage('Playwright', playwright),
  ]
  const sum = addCounts(stages.map(([, counts]) => counts))
  if (failures.length > 0) console.log(`\n${failures.join('\n')}`)
  console.log()
  for (const [name, counts] of stages) {
    const tests = counts.passed + counts.failed + counts.skipped > 0
    console.log(`${counts.failed > 0 ? 'FAILED' : 'ok    '} ${name}${tests ? `: ${formatCounts(counts)}` : ''}`)
  }
  writeFileSync(join(results, 'sum'), `${formatCounts(sum)}\n`)
  console.log(formatCounts(sum))
  process.exitCode = sum.failed > 0 ? 1 : 0
}

await main()

/** A real disk of 6 MB that fills up: a tmpfs in a mount namespace of its own, which needs root on Linux. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as z from 'zod'

const CHILD = fileURLToPath(new URL('full-disk-child.ts', import.meta.url))

const Report = z.object({
  refusal: z.string(),
  refusedAgain: z.boolean(),
  before: z.number(),
  after: z.number(),
  lost: z.number(),
  told: z.array(z.boolean()),
  freeWhenRefused: z.number(),
})

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fillDisk(reserve: number) {
  const directory = mkdtempSync(path.join(tmpdir(), 'spoor-full-'))
  const script = 'mount -t tmpfs -o size=6m tmpfs "$1" && exec "$2" "$3" "$1" "$4"'
  try {
    const said = execFileSync(
      'unshare',
      ['-m', 'sh', '-c', script, 'sh', directory, process.execPath, CHILD, String(reserve)],
      { encoding: 'utf8' },
    )
    return Report.parse(JSON.parse(said))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test.skipIf(!mayMount())('full to the last byte: refused, nothing lost, taken again when there is room', () => {
  const report = fillDisk(1)
  expect(report.refusal).toContain('ENOSPC')
  expect([report.refusedAgain, report.before > 1000, report.after > 60, report.lost]).toEqual([true, true, true, 0])
  expect(report.told.slice(0, 2)).toEqual([true, false])
})

test.skipIf(!mayMount())('the reserve stays free', () => {
  const report = fillDisk(1_500_000)
  expect(report.refusal).toContain('spans are refused below 1.5 MB')
  // One record more than allowed is what it can be off by.
  expect(report.freeWhenRefused).toBeGreaterThan(1_400_000)
  expect([report.refusedAgain, report.before > 100, report.after > 60, report.lost]).toEqual([true, true, true, 0])
  expect(report.told.slice(0, 2)).toEqual([true, false])
})

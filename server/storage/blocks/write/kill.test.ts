/** A writer that is killed at any moment, again and again in one directory: everything that it acknowledged is there afterwards. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { diskFiles } from '#server/storage/blocks/files.ts'
import { Random } from '#shared/generator/random.ts'
import { keysOf, randomBatch, reopen } from './test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** RELIABILITY.md: 20 in CI, 1,000 at night, 10,000 for a release. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 20)
const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url))

/** Runs the child until `lifeMs` after its first acknowledgement; the batches that it acknowledged. */
async function runAndKill(directory: string, seed: number, lifeMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [CHILD, directory, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, complaints] = ['', '']
  const first = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    first.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const closed = new Promise(resolve => child.on('close', resolve))
  await Promise.race([first.promise, closed])
  await new Promise(resolve => setTimeout(resolve, lifeMs))
  child.kill('SIGKILL')
  await closed
  expect([complaints, child.signalCode]).toEqual(['', 'SIGKILL'])
  // A line that was cut off may be an acknowledgement or not.
  return said
    .slice(0, said.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map(Number)
}

test(`${ROUNDS} kills: no acknowledged span is lost (seed ${SEED})`, { timeout: 60_000 + ROUNDS * 5000 }, async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'spoor-kill-'))
  const random = new Random(SEED)
  const wanted = new Set<string>()
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = (SEED + round) % 2 ** 31
      const acknowledged = await runAndKill(directory, seed, random.below(120))
      for (const number of acknowledged) {
        for (const key of keysOf(randomBatch(seed, number, 1 + (number % 9)))) wanted.add(key)
      }
      const found = new Set(reopen(diskFiles(directory)).keys)
      expect([...wanted].filter(key => !found.has(key))).toEqual([])
    }
    expect(wanted.size).toBeGreaterThan(ROUNDS * 10)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

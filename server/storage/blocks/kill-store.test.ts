/**
 * The whole store is killed while it takes spans, seals and merges, again and again in one directory: everything that it acknowledged is
 * found by id and by search afterwards, and counts once.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { detail, openTestStore, until } from './test-blocks-store.ts'
import { keysOf, randomBatch, spanKeys } from './write/test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** RELIABILITY.md; the write path alone has as many of its own (write/kill.test.ts). */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 20)
/** Each round searches for everything and reads about so many of its traces by id; the last round reads all. */
const READ_EACH_ROUND = 100
const CHILD = fileURLToPath(new URL('kill-store-child.ts', import.meta.url))
const never = new AbortController().signal

/** Runs the child until `lifeMs` after its first acknowledgement; the batches that it acknowledged. */
async function runAndKill(directory: string, seed: number, lifeMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [CHILD, directory, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Starting is most of what a round takes.
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(tmpdir(), 'spoor-compiled') },
  })
  let [said, complaints] = ['', '']
  const first = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    first.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const closed = new Promise<void>(resolve => child.on('close', () => resolve()))
  await Promise.race([first.promise, closed])
  await new Promise(resolve => setTimeout(resolve, lifeMs))
  child.kill('SIGKILL')
  await closed
  expect([complaints, child.signalCode]).toEqual(['', 'SIGKILL'])
  // What stands behind the last line feed may be a part of a line.
  return said.split('\n').slice(0, -1).map(Number)
}

test(
  `${ROUNDS} kills of the whole store: nothing is lost or doubled (seed ${SEED})`,
  { timeout: 120_000 + ROUNDS * 20_000 },
  async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'spoor-kill-'))
    const random = new Random(SEED)
    /** Acknowledged spans by trace. */
    const wanted = new Map<string, Set<string>>()
    let [blocks, sent] = [0, 0]
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const seed = (SEED + round) % 2 ** 31
        for (const number of await runAndKill(directory, seed, random.below(600))) {
          for (const key of keysOf(randomBatch(seed, number, 1 + (number % 9)))) {
            const trace = key.slice(0, 32)
            wanted.set(trace, (wanted.get(trace) ?? new Set()).add(key))
            sent++
          }
        }
        const store = await openTestStore({ directory, settings: { tableRows: 100 }, local: round % 5 !== 4 })
        // Copies are recognised when their tables become blocks: counts are exact then.
        await until(async () => (await detail(store, 'open tables')) === 0)
        const missing = new Set(wanted.keys())
        let [cursor, listed]: [string | undefined, number] = [undefined, 0]
        do {
          const query = { where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 500, cursor } as const
          const page = await store.reader.findTraces(query, never)
          expect(page.incomplete).toBeUndefined()
          for (const { traceId, spanCount } of page.traces) {
            listed += spanCount
            missing.delete(traceId)
            const keys = wanted.get(traceId) ?? new Set()
            // Spans that were kept and whose acknowledgement was not heard may be there too.
            expect(spanCount, `${traceId}`).toBeGreaterThanOrEqual(keys.size)
            if (round < ROUNDS - 1 && !random.chance(READ_EACH_ROUND / wanted.size)) continue
            const table = await store.reader.readTrace(traceId, never)
            expect(table.rowCount).toBe(spanCount)
            const found = new Set(spanKeys(table))
            expect([...keys].filter(key => !found.has(key))).toEqual([])
          }
          cursor = page.cursor
        } while (cursor !== undefined)
        expect([...missing]).toEqual([])
        const status = await store.reader.status()
        expect([status.spanCount, status.quarantined]).toEqual([listed, []])
        blocks += Number(status.details.find(({ name }) => name === 'blocks')?.value)
        await store.close()
      }
      expect(sent).toBeGreaterThan(ROUNDS * 10)
      expect(blocks).toBeGreaterThan(0)
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
)

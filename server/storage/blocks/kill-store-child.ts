/**
 * A process to be killed: opens the whole store in a directory, writes seeded batches and says on standard output which are acknowledged,
 * a line each, the moment they are. Arguments: directory, seed. See kill-store.test.ts.
 */
import { writeSync } from 'node:fs'
import { Random } from '#shared/generator/random.ts'
import { openTestStore } from './test-blocks-store.ts'
import { randomBatch, send } from './write/test-store.ts'

const [directory, seedText] = process.argv.slice(2)
const seed = Number(seedText)
const random = new Random(seed)
const store = await openTestStore({ directory, settings: { tableRows: 100 } })
for (let number = 0; ;) {
  const burst = Array.from({ length: 1 + random.below(6) }, async () => {
    const mine = number++
    await send(store.writer, randomBatch(seed, mine, 1 + (mine % 9)))
    // Synchronous: the line is with the system before anything else can happen.
    writeSync(1, `${mine}\n`)
  })
  await Promise.all(burst)
}

/**
 * A process to be killed: takes the directory, starts from what is there, writes seeded batches and says on standard output which are
 * acknowledged, a line each, the moment they are. Arguments: directory, seed. See kill.test.ts.
 */
import { writeSync } from 'node:fs'
import { diskFiles } from '#server/storage/blocks/files.ts'
import { lockDirectory } from '#server/storage/blocks/lock.ts'
import { Random } from '#shared/generator/random.ts'
import { randomBatch, send, start, testStore } from './test-store.ts'

const [directory, seedText] = process.argv.slice(2)
const seed = Number(seedText)
const random = new Random(seed)
lockDirectory(directory)
const files = diskFiles(directory)
start(files)
const store = testStore(files, { init: { tableRows: 200 }, seals: true })
for (let number = 0; ;) {
  const burst = Array.from({ length: 1 + random.below(6) }, async () => {
    const mine = number++
    await send(store.writer, randomBatch(seed, mine, 1 + (mine % 9)))
    // Synchronous: the line is with the system before anything else can happen.
    writeSync(1, `${mine}\n`)
  })
  await Promise.all(burst)
}

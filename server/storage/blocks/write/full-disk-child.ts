/**
 * A store on a small disk that fills up. Argument: a directory on it. Says in one line of JSON how it went; see full-disk.test.ts.
 */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { StoreUnavailableError } from '#server/errors.ts'
import { diskFiles } from '#server/storage/blocks/files.ts'
import { keysOf, randomBatch, reopen, send, testStore } from './test-store.ts'

const [directory, reserve] = process.argv.slice(2)
const ballast = path.join(directory, 'ballast')
writeFileSync(ballast, new Uint8Array(2_000_000))
const files = diskFiles(directory)
const store = testStore(files, { init: { tableRows: 100_000, diskReserveBytes: Number(reserve) } })
const acknowledged: string[] = []
let number = 0

/** Sends until the store refuses or `most` batches are acknowledged; the refusal. */
async function sendMany(most: number): Promise<string> {
  for (let i = 0; i < most; i++) {
    const batch = randomBatch(7, number++, 60)
    try {
      await send(store.writer, batch)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      return error.message
    }
    for (const key of keysOf(batch)) acknowledged.push(key)
  }
  return ''
}

const refusal = await sendMany(10_000)
const before = acknowledged.length
// Reading goes on, and a refused store stays so while the disk is full.
const freeWhenRefused = files.space().free
const again = await sendMany(1)
rmSync(ballast)
let waits = 0
while ((await sendMany(1)) !== '' && waits++ < 100) await new Promise(resolve => setTimeout(resolve, 100))
await sendMany(20)
await store.close()
const found = new Set(reopen(files).keys)
const lost = acknowledged.filter(key => !found.has(key)).length
const told = store.messages.flatMap(message => (message.kind === 'refusing' ? [message.reason !== undefined] : []))
process.stdout.write(
  JSON.stringify({
    refusal,
    refusedAgain: again !== '',
    before,
    after: acknowledged.length - before,
    lost,
    told,
    freeWhenRefused,
  }),
)

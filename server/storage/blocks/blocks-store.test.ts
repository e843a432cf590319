import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { describeTraceStore } from '#server/storage/contract/describe-trace-store.ts'
import { openTestStore, type TestStoreState } from './test-blocks-store.ts'

/** `local`: without threads, which take longer to start than all the rest. */
interface State {
  readonly name: string
  readonly state: TestStoreState
  readonly memory?: boolean
  readonly local?: boolean
}

const states: readonly State[] = [
  { name: 'blocks, in open tables,', state: 'open' },
  { name: 'blocks, sealed,', state: 'sealed', local: true },
  { name: 'blocks, merged,', state: 'merged', local: true },
  { name: 'blocks, recovered from logs,', state: 'recovered', local: true },
  { name: 'memory', state: 'open', memory: true, local: true },
  { name: 'memory, sealed,', state: 'sealed', memory: true },
]

/** How often each state was really reached, by the log's word for it. */
const reached = new Map<string, number>()

for (const { name, state, memory = false, local } of states) {
  describeTraceStore(
    name,
    async () => {
      const directory = memory ? undefined : mkdtempSync(path.join(tmpdir(), 'spoor-store-'))
      const store = await openTestStore({ directory, state, local })
      return {
        get writer() {
          return store.writer
        },
        get demoWriter() {
          return store.demoWriter
        },
        get reader() {
          return store.reader
        },
        settle: () => store.settle(),
        async close() {
          await store.close()
          for (const { message, fields } of store.log.lines) {
            const recovered = message === 'the store is open' && 'tables' in fields && Number(fields.tables) > 0
            const word = recovered ? 'recovered' : message
            reached.set(`${state} ${word}`, (reached.get(`${state} ${word}`) ?? 0) + 1)
          }
          if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
        },
      }
    },
    { rounds: local === true ? 5 : 2 },
  )
}

test('the states under test were reached', () => {
  const count = (key: string): number => reached.get(key) ?? 0
  expect(count('sealed a table became a block')).toBeGreaterThan(20)
  expect(count('merged blocks have been merged')).toBeGreaterThan(5)
  expect(count('recovered recovered')).toBeGreaterThan(20)
})

import { beforeAll, describe, expect, test } from 'vitest'
import { withoutSync } from '#server/storage/blocks/faulty-files.ts'
import { lossesAfterPowerCuts, nowAndThenFull, recordTraffic, type Traffic } from './power-cut.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** RELIABILITY.md: 1,000 in CI, 20,000 at night, 200,000 for a release. */
const STATES = Number(process.env.POWER_CUT_STATES ?? 1000)

describe(`power cuts (seed ${SEED})`, () => {
  let traffic: Traffic
  beforeAll(async () => {
    traffic = await recordTraffic(SEED)
  })

  test('the traffic has what can go wrong: records, sealed tables, removed logs', () => {
    const kinds = new Map<string, number>()
    for (const { kind } of traffic.operations) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    const wanted = ['create', 'write', 'sync', 'rename', 'remove', 'syncDirectory', 'note']
    expect(wanted.filter(kind => (kinds.get(kind) ?? 0) < 3)).toEqual([])
  })

  test(
    `${STATES} states: nothing that was acknowledged is missing, nothing is there that nobody sent, nothing is called damaged`,
    { timeout: 30_000 + STATES * 50 },
    () => {
      expect(lossesAfterPowerCuts(traffic, STATES, SEED)).toEqual([])
    },
  )

  test('a disk that was full before the power went', async () => {
    const full = await recordTraffic(SEED, nowAndThenFull(SEED))
    expect(full.operations.filter(({ kind }) => kind === 'truncate').length).toBeGreaterThan(1)
    expect(lossesAfterPowerCuts(full, STATES, SEED)).toEqual([])
  })

  test.for(['files', 'directories'] as const)('without the sync of %s, this test fails', async left => {
    const mutant = await recordTraffic(SEED, files => withoutSync(files, left))
    const losses = lossesAfterPowerCuts(mutant, 1000, SEED)
    expect(losses.filter(loss => loss.missing > 0).length).toBeGreaterThan(10)
  })
})

/** A batch job whose trace has 50,000 spans: 60 accounts' books compared entry by entry with the bank's. */
import { attribute } from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'
import { type Recipe, repeated, step } from './recipe.ts'

export const RECONCILE_SPANS = 50_000

const ACCOUNTS = 60

/** Exactly RECONCILE_SPANS spans, about 96 s long; a few accounts fail. */
export function reconcile(random: Random): Recipe {
  const accounts: Recipe[] = []
  // The root, and four spans around each account's entries.
  let left = RECONCILE_SPANS - 1 - ACCOUNTS * 4
  let at = 120
  for (let i = 0; i < ACCOUNTS; i++) {
    const entries = i === ACCOUNTS - 1 ? left : Math.floor((left / (ACCOUNTS - i)) * random.between(0.5, 1.5))
    left -= entries
    const ms = 40 + entries * 1.7
    const pairs = Math.floor(entries / 2)
    const compare = at + 30
    const middle = compare + (ms - 40) * 0.6
    accounts.push(
      step('payments', 'ReconcileAccount', at, ms, {
        attributes: [attribute('account.id', `acc-${7000 + i}`), attribute('ledger.entries', entries)],
        error: i % 23 === 11 ? 'Mismatch: the books differ by 12.40' : undefined,
        children: [
          {
            service: 'payments',
            name: 'POST bank.example/v2/statements',
            at: at + 1,
            ms: 24,
            peer: 'bank.example',
            http: 200,
          },
          step('payments', 'CompareEntries', compare, middle - compare, {
            children: repeated(
              random,
              pairs,
              { service: 'payments', name: 'SELECT ledger_entry', peer: 'postgres' },
              compare + 1,
              middle,
            ),
          }),
          step('fraud-check', 'ScreenEntries', middle + 1, at + ms - middle - 2, {
            children: repeated(
              random,
              entries - pairs,
              { service: 'fraud-check', name: 'CheckRule' },
              middle + 2,
              at + ms - 2,
            ),
          }),
        ],
      }),
    )
    at += ms + 4
  }
  return step('payments', 'ReconcileLedger', 0, at + 60, {
    kind: 'internal',
    attributes: [attribute('job.name', 'reconcile-ledger'), attribute('job.accounts', ACCOUNTS)],
    children: accounts,
  })
}

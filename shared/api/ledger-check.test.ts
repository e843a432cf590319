import { expect, test } from 'vitest'
import { ledgerFaults } from './ledger-check.ts'

const line = {
  protocol: 'p',
  service: 's',
  received: 10,
  stored: 4,
  duplicate: 3,
  rejected: { a: 1, b: 1 },
  dropped: { c: 1 },
}

test('a ledger that adds up has no fault; each sum that does not hold is told', () => {
  expect(ledgerFaults({ total: line, lines: [line] })).toEqual([])
  expect(ledgerFaults({ total: line, lines: [{ ...line, stored: 5 }] })).toEqual([
    'p s: received 10, but stored 5 + duplicate 3 + rejected 2 + dropped 1',
    'stored: 4 in total, but 5 in the lines',
  ])
  expect(ledgerFaults({ total: line, lines: [line, line] })).toHaveLength(5)
  // It adds up, and yet it can't be.
  const less = { ...line, stored: 8, duplicate: -1 }
  expect(ledgerFaults({ total: less, lines: [less] })).toEqual(['total: a count of -1', 'p s: a count of -1'])
})

/** Whether a ledger adds up: what every test that sends something asks at its end. */
import type { LedgerLine } from './spoor.ts'

/**
 * What does not hold, in words; empty when every count is a whole number from 0 on, `received = stored + duplicate + rejected + dropped` in each
 * line, and the lines make the total.
 */
export function ledgerFaults(ledger: { readonly total: LedgerLine; readonly lines: readonly LedgerLine[] }): string[] {
  const faults: string[] = []
  for (const [name, line] of [
    ['total', ledger.total] as const,
    ...ledger.lines.map(each => [`${each.protocol} ${each.service}`, each] as const),
  ]) {
    const { received, stored, duplicate } = line
    const [rejected, dropped] = [sum(line.rejected), sum(line.dropped)]
    for (const count of [
      received,
      stored,
      duplicate,
      ...Object.values(line.rejected),
      ...Object.values(line.dropped),
    ]) {
      if (!Number.isSafeInteger(count) || count < 0) faults.push(`${name}: a count of ${count}`)
    }
    if (received !== stored + duplicate + rejected + dropped) {
      faults.push(
        `${name}: received ${received}, but stored ${stored} + duplicate ${duplicate} + rejected ${rejected} + dropped ${dropped}`,
      )
    }
  }
  const parts: Readonly<Record<string, (line: LedgerLine) => number>> = {
    received: line => line.received,
    stored: line => line.stored,
    duplicate: line => line.duplicate,
    rejected: line => sum(line.rejected),
    dropped: line => sum(line.dropped),
  }
  for (const [part, of] of Object.entries(parts)) {
    const lines = ledger.lines.reduce((all, line) => all + of(line), 0)
    if (lines !== of(ledger.total)) faults.push(`${part}: ${of(ledger.total)} in total, but ${lines} in the lines`)
  }
  return faults
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0)
}

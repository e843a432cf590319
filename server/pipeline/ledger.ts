/**
 * The ledger: what became of every span that was decoded far enough to be counted, by protocol and service, exactly:
 * `received = stored + duplicate + rejected + dropped`. A message enters only when its fate is known; one that was
 * refused whole (undecodable, overload, store away) is a request in the listeners' counters and no span here.
 *
 * One ledger an ingest worker; `addLedgers` sums what the workers report.
 */
import type { LedgerLine } from '#shared/api/spoor.ts'

/** Label values are kept for this many services, the rest goes under `other`: metrics must stay bounded. */
export const MOST_SERVICES = 1000

/** Counts of one message and service while its fate is open. */
export interface Tally {
  received: number
  duplicate: number
  rejected: Map<string, number>
  dropped: Map<string, number>
}

export interface LedgerReport {
  readonly lines: readonly LedgerLine[]
  readonly valuesCut: number
  readonly entriesDropped: number
}

interface Line {
  readonly protocol: string
  readonly service: string
  received: number
  stored: number
  duplicate: number
  rejected: Map<string, number>
  dropped: Map<string, number>
}

export function emptyTally(): Tally {
  return { received: 0, duplicate: 0, rejected: new Map(), dropped: new Map() }
}

export function count<Key extends string>(map: Map<Key, number>, key: Key, more = 1): void {
  map.set(key, (map.get(key) ?? 0) + more)
}

export function sum(map: ReadonlyMap<string, number>): number {
  let total = 0
  for (const value of map.values()) total += value
  return total
}

export class Ledger {
  readonly #lines = new Map<string, Line>()
  readonly #services = new Set<string>()
  #valuesCut = 0
  #entriesDropped = 0

  /** Enters a message whose fate is known: per service, everything that is not a copy, rejected or dropped is stored. */
  enter(protocol: string, tallies: ReadonlyMap<string, Tally>): void {
    for (const [service, tally] of tallies) {
      const line = this.#line(protocol, service)
      line.received += tally.received
      line.duplicate += tally.duplicate
      for (const [reason, spans] of tally.rejected) count(line.rejected, reason, spans)
      for (const [reason, spans] of tally.dropped) count(line.dropped, reason, spans)
      line.stored += tally.received - tally.duplicate - sum(tally.rejected) - sum(tally.dropped)
    }
  }

  /** Values that were cut, and spans of which attributes, events or links were left out, because of limits; they are stored all the same. */
  enterCuts(values: number, spans: number): void {
    this.#valuesCut += values
    this.#entriesDropped += spans
  }

  report(): LedgerReport {
    return {
      lines: Array.from(this.#lines.values(), plainLine),
      valuesCut: this.#valuesCut,
      entriesDropped: this.#entriesDropped,
    }
  }

  #line(protocol: string, service: string): Line {
    let label = service
    if (!this.#services.has(service)) {
      if (this.#services.size < MOST_SERVICES) this.#services.add(service)
      else label = 'other'
    }
    // Neither part can hold a NUL: one is ours, and the other comes last.
    const key = `${protocol}\0${label}`
    let line = this.#lines.get(key)
    if (line === undefined) {
      line = newLine(protocol, label)
      this.#lines.set(key, line)
    }
    return line
  }
}

/** The sum of several workers' ledgers: `total` over everything, lines by protocol and service, most received first. */
export function addLedgers(reports: readonly LedgerReport[]): LedgerReport & { readonly total: LedgerLine } {
  const lines = new Map<string, Line>()
  const total = newLine('', '')
  const services = new Set<string>()
  for (const { lines: some } of reports) {
    for (const each of some) {
      let { service } = each
      // Each worker has its own first thousand; together they may not have more.
      if (!services.has(service) && services.size >= MOST_SERVICES + 1) service = 'other'
      services.add(service)
      const key = `${each.protocol}\0${service}`
      const line = lines.get(key) ?? newLine(each.protocol, service)
      lines.set(key, line)
      addLine(line, each)
      addLine(total, each)
    }
  }
  return {
    lines: [...lines.values()].sort((a, b) => b.received - a.received).map(plainLine),
    total: plainLine(total),
    valuesCut: reports.reduce((all, { valuesCut }) => all + valuesCut, 0),
    entriesDropped: reports.reduce((all, { entriesDropped }) => all + entriesDropped, 0),
  }
}

function newLine(protocol: string, service: string): Line {
  return { protocol, service, received: 0, stored: 0, duplicate: 0, rejected: new Map(), dropped: new Map() }
}

function addLine(line: Line, more: LedgerLine): void {
  line.received += more.received
  line.stored += more.stored
  line.duplicate += more.duplicate
  for (const [reason, spans] of Object.entries(more.rejected)) count(line.rejected, reason, spans)
  for (const [reason, spans] of Object.entries(more.dropped)) count(line.dropped, reason, spans)
}

function plainLine(line: Line): LedgerLine {
  return { ...line, rejected: Object.fromEntries(line.rejected), dropped: Object.fromEntries(line.dropped) }
}

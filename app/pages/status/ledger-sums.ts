// The ledger as the page shows it: by protocol, by reason, and whether it adds up. Pure.

import type { LedgerLine, StatusAnswer } from '#shared/api/spoor.ts'

/** Spans of one protocol. */
export interface ProtocolSums {
  readonly protocol: string
  readonly received: number
  readonly stored: number
  readonly duplicate: number
  readonly rejected: number
  readonly dropped: number
}

/** Spans that are not kept, of one service and reason. */
export interface ReasonLine {
  readonly kind: 'rejected' | 'dropped'
  readonly count: number
  readonly service: string
  readonly protocol: string
  /** The server's code. */
  readonly reason: string
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

/** The sums of one line. */
export function sumsOf({ protocol, received, stored, duplicate, rejected, dropped }: LedgerLine): ProtocolSums {
  return { protocol, received, stored, duplicate, rejected: sumOf(rejected), dropped: sumOf(dropped) }
}

/** Whether `received = stored + duplicate + rejected + dropped`. */
export function addsUp({ received, stored, duplicate, rejected, dropped }: ProtocolSums): boolean {
  return received === stored + duplicate + rejected + dropped
}

/** Lines of all services added up by protocol, most received first. */
export function byProtocol(lines: readonly LedgerLine[]): readonly ProtocolSums[] {
  const sums = new Map<string, ProtocolSums>()
  for (const line of lines.map(sumsOf)) {
    const old = sums.get(line.protocol)
    sums.set(
      line.protocol,
      old === undefined
        ? line
        : {
            protocol: line.protocol,
            received: old.received + line.received,
            stored: old.stored + line.stored,
            duplicate: old.duplicate + line.duplicate,
            rejected: old.rejected + line.rejected,
            dropped: old.dropped + line.dropped,
          },
    )
  }
  return [...sums.values()].sort((a, b) => b.received - a.received || (a.protocol < b.protocol ? -1 : 1))
}

/** Everything that is not kept, by service and reason, most first. */
export function reasonLines(lines: readonly LedgerLine[]): readonly ReasonLine[] {
  const found: ReasonLine[] = []
  for (const { service, protocol, rejected, dropped } of lines) {
    for (const [reason, count] of Object.entries(rejected)) {
      if (count > 0) found.push({ kind: 'rejected', count, service, protocol, reason })
    }
    for (const [reason, count] of Object.entries(dropped)) {
      if (count > 0) found.push({ kind: 'dropped', count, service, protocol, reason })
    }
  }
  return found.sort((a, b) => b.count - a.count)
}

export type Sender = StatusAnswer['senders'][number]

/** ns since a sender's last span. */
export function silence(sender: Sender, now: string): number {
  return Number(BigInt(now) - BigInt(sender.lastSeen))
}

/** Silent this long needs a look, ns. */
export const SILENT_NS = 120e9
/** A clock this far off needs a look, ms: spans of one trace would stand beside each other. */
export const WRONG_CLOCK_MS = 10_000

/** Whether a sender needs a look: silent, or its clock is far off. */
export function needsLook(sender: Sender, now: string): boolean {
  return silence(sender, now) > SILENT_NS || isClockWrong(sender)
}

export function isClockWrong({ clockOffsetMs }: Sender): boolean {
  return clockOffsetMs !== null && (clockOffsetMs < -1000 || clockOffsetMs > WRONG_CLOCK_MS)
}

/** Those that need a look first, then by rate. */
export function sortedSenders(senders: readonly Sender[], now: string): readonly Sender[] {
  return senders.toSorted(
    (a, b) => Number(needsLook(b, now)) - Number(needsLook(a, now)) || b.spansPerSecond - a.spansPerSecond,
  )
}

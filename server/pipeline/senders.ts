/** Who sent spans lately: for "is my data arriving?". Bounded; counts here are for looking at, the ledger is what adds up. */
import type { StatusAnswer } from '#shared/api/spoor.ts'

export type SenderReport = StatusAnswer['senders'][number]

/** A sender that was silent for longer is forgotten. */
const FORGOTTEN_AFTER_MS = 15 * 60_000
/** Senders remembered; the one that was silent for longest goes. Far above what one machine's clients are. */
const MOST_SENDERS = 500
/** Rates are taken over whole windows of this length: the one before the present one. */
const WINDOW_MS = 60_000

/** Keys of a sender. */
export interface SenderKey {
  readonly protocol: string
  readonly service: string
  readonly peer: string
  readonly client: string
}

interface Sender {
  readonly key: SenderKey
  spans: number
  lastSeenMs: number
  clockOffsetMs: number | undefined
  windowStartMs: number
  windowSpans: number
  lastWindowSpans: number
  firstSeenMs: number
}

export class Senders {
  /** In order of the last message. */
  readonly #senders = new Map<string, Sender>()

  /** Notes a message of `spans` spans. `latestEndMs`: ms since the epoch of the latest end among them. */
  note(key: SenderKey, spans: number, nowMs: number, latestEndMs: number | undefined): void {
    const id = `${key.protocol}\0${key.peer}\0${key.client}\0${key.service}`
    let sender = this.#senders.get(id)
    if (sender === undefined) {
      sender = {
        key,
        spans: 0,
        lastSeenMs: nowMs,
        clockOffsetMs: undefined,
        windowStartMs: nowMs,
        windowSpans: 0,
        lastWindowSpans: 0,
        firstSeenMs: nowMs,
      }
      if (this.#senders.size >= MOST_SENDERS) {
        for (const oldest of this.#senders.keys()) {
          this.#senders.delete(oldest)
          break
        }
      }
    } else this.#senders.delete(id)
    this.#senders.set(id, sender)
    turnWindow(sender, nowMs)
    sender.spans += spans
    sender.windowSpans += spans
    sender.lastSeenMs = nowMs
    if (latestEndMs !== undefined) sender.clockOffsetMs = nowMs - latestEndMs
  }

  /** Latest first. */
  report(nowMs: number): SenderReport[] {
    const reports: SenderReport[] = []
    for (const [id, sender] of this.#senders) {
      if (nowMs - sender.lastSeenMs > FORGOTTEN_AFTER_MS) {
        this.#senders.delete(id)
        continue
      }
      turnWindow(sender, nowMs)
      const young = nowMs - sender.firstSeenMs < WINDOW_MS
      const seconds = young ? Math.max(1, (nowMs - sender.firstSeenMs) / 1000) : WINDOW_MS / 1000
      // In the present window so far, with the part of the last one that is still within a window's length.
      const share = 1 - (nowMs - sender.windowStartMs) / WINDOW_MS
      const spans = young ? sender.spans : sender.windowSpans + sender.lastWindowSpans * share
      reports.push({
        ...sender.key,
        spans: sender.spans,
        spansPerSecond: spans / seconds,
        lastSeen: `${sender.lastSeenMs}000000`,
        clockOffsetMs: sender.clockOffsetMs ?? null,
      })
    }
    return reports.reverse()
  }
}

function turnWindow(sender: Sender, nowMs: number): void {
  const passed = Math.floor((nowMs - sender.windowStartMs) / WINDOW_MS)
  if (passed <= 0) return
  sender.lastWindowSpans = passed === 1 ? sender.windowSpans : 0
  sender.windowSpans = 0
  sender.windowStartMs += passed * WINDOW_MS
}

/** Several workers' senders as one list, latest first: the same sender may have reached more than one worker. */
export function addSenders(reports: readonly (readonly SenderReport[])[]): SenderReport[] {
  const all = new Map<string, SenderReport>()
  for (const report of reports.flat()) {
    const id = `${report.protocol}\0${report.peer}\0${report.client}\0${report.service}`
    const other = all.get(id)
    if (other === undefined) {
      all.set(id, report)
      continue
    }
    const later = BigInt(other.lastSeen) > BigInt(report.lastSeen) ? other : report
    all.set(id, {
      ...later,
      spans: other.spans + report.spans,
      spansPerSecond: other.spansPerSecond + report.spansPerSecond,
    })
  }
  return [...all.values()].sort((a, b) => (BigInt(b.lastSeen) > BigInt(a.lastSeen) ? 1 : -1))
}

/**
 * Back-pressure in bytes. Requests that are being read or not yet stored hold memory, and a client decides how big they are; so what
 * is limited is their bytes, over all ingest threads of the process together, by one counter in shared memory.
 *
 * - A reservation grows with the bytes that arrive, not with the length that a header claims.
 * - Above half of the budget, requests that have not begun wait, bounded in number and time; those begun go on.
 * - Over the budget a request is refused: `OverloadedError`, which a sender repeats later.
 * - In every thread the oldest request may always finish, whatever the others hold: so there is always progress, and no budget is
 *   too small for one large request. The counter may pass the total by one request per thread.
 */
import { OverloadedError } from '#server/errors.ts'

/** The budget as it is handed to worker threads (`workerData`). */
export interface SharedByteBudget {
  readonly totalBytes: number
  /** One Int32: units in use. */
  readonly counter: SharedArrayBuffer
}

/** The unit of the counter, so that 32 bits count to 2 TiB; each reservation is rounded up to it. */
const unitBytes = 1024

/** A new budget, shared by all threads that `ByteBudget`s are made of it in. `totalBytes` from 1 to 2^40. */
export function createSharedByteBudget(totalBytes: number): SharedByteBudget {
  if (!Number.isSafeInteger(totalBytes) || totalBytes < 1 || totalBytes > 2 ** 40) {
    throw new RangeError(`byte budget of ${totalBytes}, expected 1 to 2^40 bytes`)
  }
  return { totalBytes, counter: new SharedArrayBuffer(4) }
}

/** What a request holds of the budget. */
export interface Reservation {
  /** Takes further bytes; false when the budget has no room for them: the request must be refused and the reservation released. */
  grow(bytes: number): boolean
  /** Gives everything back; further calls do nothing. */
  release(): void
}

/** How long and how many new requests wait. */
export interface ByteBudgetOptions {
  /** Longest wait for room, milliseconds. Default 2,000: within the time-out of every exporter (10 s). */
  readonly maxWaitMs?: number
  /** Requests of this thread that wait at once. Default 64: their unread bytes, up to a flow-control window each, are not counted. */
  readonly maxWaiting?: number
}

interface Waiter {
  readonly admit: () => void
  readonly refuse: () => void
}

/** The view of one thread on the shared budget. */
export class ByteBudget {
  readonly #used: Int32Array
  readonly #total: number
  readonly #maxWaitMs: number
  readonly #maxWaiting: number
  /** In order of admission: the first is the one that may always finish. */
  readonly #active = new Set<HeldReservation>()
  readonly #waiting = new Set<Waiter>()
  #poll: NodeJS.Timeout | undefined

  constructor(shared: SharedByteBudget, options: ByteBudgetOptions = {}) {
    this.#used = new Int32Array(shared.counter)
    this.#total = Math.max(1, Math.floor(shared.totalBytes / unitBytes))
    this.#maxWaitMs = options.maxWaitMs ?? 2000
    this.#maxWaiting = options.maxWaiting ?? 64
  }

  /** Bytes in use in all threads. */
  get usedBytes(): number {
    return Atomics.load(this.#used, 0) * unitBytes
  }

  /** Whether half of it is used: new requests wait. */
  get crowded(): boolean {
    return Atomics.load(this.#used, 0) >= this.#total / 2
  }

  /** Requests of this thread that wait for room. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * A reservation for a new request, of no bytes yet: at once below half of the budget or when this thread has no other request, after a
   * wait otherwise. Rejects with OverloadedError when the budget is used up, when too many wait, or when the wait was too long; with the
   * signal's reason when `signal` ends it. The caller owns the reservation and must release it.
   */
  admit(signal?: AbortSignal): Reservation | Promise<Reservation> {
    const refusal = this.#refusal()
    if (refusal === undefined) return this.#start()
    if (refusal === 'over' || this.#waiting.size >= this.#maxWaiting) return Promise.reject(this.overloaded())
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiter)
        act()
      }
      const waiter: Waiter = {
        admit: settle(() => resolve(this.#start())),
        refuse: settle(() => reject(this.overloaded())),
      }
      const onAbort = settle(() => reject(signal?.reason as Error))
      const timer = setTimeout(waiter.refuse, this.#maxWaitMs)
      this.#waiting.add(waiter)
      if (signal?.aborted === true) onAbort()
      else signal?.addEventListener('abort', onAbort)
      this.#watch()
    })
  }

  /** The error of a request that found no room; its delay is spread, so that the refused do not all come back at once. */
  overloaded(): OverloadedError {
    return new OverloadedError(
      'too many bytes are being taken in at the moment, try again later',
      'memory_budget',
      1000 + Math.floor(Math.random() * 2000),
    )
  }

  #start(): Reservation {
    const reservation = new HeldReservation(this, this.#used, this.#total, this.#active)
    this.#active.add(reservation)
    return reservation
  }

  #refusal(): 'half' | 'over' | undefined {
    if (this.#active.size === 0) return undefined
    const used = Atomics.load(this.#used, 0)
    return used >= this.#total ? 'over' : used >= this.#total / 2 || this.#waiting.size > 0 ? 'half' : undefined
  }

  /** Lets waiting requests in, oldest first, as far as there is room. Called when something was released here. */
  admitWaiting(): void {
    for (const waiter of this.#waiting) {
      if (this.#active.size > 0 && this.crowded) return
      waiter.admit()
    }
  }

  /** Other threads release too; nothing tells of it, so a thread with waiting requests looks now and then. */
  #watch(): void {
    if (this.#poll !== undefined) return
    this.#poll = setInterval(() => {
      this.admitWaiting()
      if (this.#waiting.size === 0) {
        clearInterval(this.#poll)
        this.#poll = undefined
      }
    }, 5)
  }
}

class HeldReservation implements Reservation {
  readonly #budget: ByteBudget
  readonly #used: Int32Array
  readonly #total: number
  readonly #active: Set<HeldReservation>
  #bytes = 0
  #units = 0
  #released = false

  constructor(budget: ByteBudget, used: Int32Array, total: number, active: Set<HeldReservation>) {
    this.#budget = budget
    this.#used = used
    this.#total = total
    this.#active = active
  }

  grow(bytes: number): boolean {
    if (this.#released) return false
    const units = Math.ceil((this.#bytes + bytes) / unitBytes)
    const more = units - this.#units
    if (more > 0) {
      const before = Atomics.add(this.#used, 0, more)
      if (before + more > this.#total && this.#active.values().next().value !== this) {
        Atomics.sub(this.#used, 0, more)
        return false
      }
    }
    this.#bytes += bytes
    this.#units = units
    return true
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    Atomics.sub(this.#used, 0, this.#units)
    this.#active.delete(this)
    this.#budget.admitWaiting()
  }
}

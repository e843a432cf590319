/**
 * What was taken in on its way to the collector: spans of one process are gathered for a moment, sent as one batch, and kept until the
 * collector has them. Bounded in bytes: above, nothing more is taken, which the caller counts. What was taken is delivered or counted
 * as lost, with its reason; nothing vanishes.
 *
 *   taken = delivered + lost + waiting, in spans
 */
import type { Log } from '#server/telemetry/logger.ts'
import { grpcCodes, GrpcStatusError } from '#server/transport/grpc-status.ts'
import { ProtobufWriter } from '#shared/formats/otlp/protobuf-writer.ts'
import type { Collector, Collectors } from './collectors.ts'

const POST_SPANS = '/jaeger.api_v2.CollectorService/PostSpans'

/** A batch goes out at this size: 16 of them are what Jaeger takes in one message. */
const BATCH_BYTES = 256 * 1024
/** And after this time: a span is seen by a search soon, and a busy agent makes few calls. */
const LINGER_MS = 50
/** Calls at one time. */
const MOST_CALLS = 4
/** What a batch costs beside its bytes. */
const BATCH_COST = 256
/** Memory of a sent batch that is used for the next one. */
const MOST_SPARE = 2

export interface ReporterOptions {
  readonly collectors: Collectors
  readonly bufferBytes: number
  /** Times that a batch is sent before it is lost; 0: no limit. */
  readonly retryMax: number
  readonly log: Log
}

export type LossReason = 'refused' | 'retries' | 'shutdown'

export interface ReporterStats {
  readonly takenSpans: number
  readonly deliveredSpans: number
  readonly deliveredBatches: number
  readonly deliveredBytes: number
  readonly lastBatchSpans: number
  readonly lostSpans: ReadonlyMap<LossReason, number>
  readonly lostBatches: number
  readonly retries: number
  readonly waitingSpans: number
  /** Of the buffer. */
  readonly waitingBytes: number
}

interface OpenBatch {
  readonly writer: ProtobufWriter
  readonly begun: number
  readonly process: Uint8Array
  spans: number
}

interface Batch {
  readonly message: Uint8Array
  readonly spans: number
  attempts: number
}

export class Reporter {
  readonly #options: ReporterOptions
  /** By the resource of the table that is written to. */
  readonly #open = new Map<number, OpenBatch>()
  readonly #queue: Batch[] = []
  readonly #spare: ProtobufWriter[] = []
  #calls = 0
  #linger: NodeJS.Timeout | undefined
  #wait: NodeJS.Timeout | undefined
  #asking = false
  #failing = false
  #closed = false
  /** Whatever comes back now is counted as lost already. */
  #ended = false
  #onSettled: (() => void) | undefined
  #takenSpans = 0
  #deliveredSpans = 0
  #deliveredBatches = 0
  #deliveredBytes = 0
  #lastBatchSpans = 0
  readonly #lostSpans = new Map<LossReason, number>()
  #lostBatches = 0
  #retries = 0
  #waitingSpans = 0
  /** Of sealed batches, those on their way included. */
  #sealedBytes = 0

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  /** Whether more may be added now. */
  get hasRoom(): boolean {
    return !this.#closed && this.#waitingBytes < this.#options.bufferBytes
  }

  get #waitingBytes(): number {
    let open = 0
    for (const { writer } of this.#open.values()) open += writer.length
    return open + this.#sealedBytes
  }

  /**
   * Adds spans of one process. `write` appends them to the batch under way; `process` is asked for when a batch begins. `resource`: the
   * process by its number, the same until `seal()`.
   */
  add(resource: number, spans: number, process: () => Uint8Array, write: (writer: ProtobufWriter) => void): void {
    let batch = this.#open.get(resource)
    if (batch === undefined) {
      const writer = this.#spare.pop() ?? new ProtobufWriter(4096)
      writer.length = 0
      batch = { writer, begun: writer.begin(10), process: process(), spans: 0 }
      this.#open.set(resource, batch)
    }
    write(batch.writer)
    batch.spans += spans
    this.#takenSpans += spans
    this.#waitingSpans += spans
    if (batch.writer.length >= BATCH_BYTES) {
      this.#sealOne(resource, batch)
      this.#pump()
    } else {
      this.#linger ??= setTimeout(() => {
        this.#linger = undefined
        this.seal()
      }, LINGER_MS)
    }
  }

  /** Sends what was gathered; resources get new numbers after this. */
  seal(): void {
    for (const [resource, batch] of this.#open) this.#sealOne(resource, batch)
    this.#pump()
  }

  /** Takes nothing more; resolves when all is delivered or lost, at the latest after `drainMs`, with the number of spans lost then. */
  async close(drainMs: number): Promise<number> {
    this.#closed = true
    clearTimeout(this.#linger)
    this.seal()
    if (this.#waitingSpans > 0) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>(resolve => {
        timer = setTimeout(resolve, drainMs)
      })
      const settled = new Promise<void>(resolve => {
        this.#onSettled = resolve
      })
      await Promise.race([late, settled])
      clearTimeout(timer)
    }
    this.#ended = true
    const spans = this.#waitingSpans
    if (spans > 0) {
      // Those on their way may have arrived: who is not told counts them as lost.
      this.#lost('shutdown', spans, this.#queue.length + this.#calls)
      this.#queue.length = 0
      this.#waitingSpans = this.#sealedBytes = 0
    }
    clearTimeout(this.#wait)
    this.#options.collectors.close()
    return spans
  }

  #sealOne(resource: number, { writer, begun, process, spans }: OpenBatch): void {
    this.#open.delete(resource)
    writer.field(18, process)
    writer.end(begun)
    const message = writer.finish()
    if (this.#spare.length < MOST_SPARE) this.#spare.push(writer)
    this.#queue.push({ message, spans, attempts: 0 })
    this.#sealedBytes += message.length + BATCH_COST
  }

  #pump(): void {
    if (this.#asking || this.#wait !== undefined || this.#calls >= MOST_CALLS || this.#queue.length === 0) return
    this.#asking = true
    void this.#options.collectors.next().then(collector => {
      this.#asking = false
      if (typeof collector === 'number') {
        this.#wait = setTimeout(() => {
          this.#wait = undefined
          this.#pump()
        }, collector)
        return
      }
      const batch = this.#queue.shift()
      if (batch === undefined) return
      this.#calls++
      void this.#send(collector, batch).finally(() => {
        this.#calls--
        if (this.#waitingSpans === 0 && this.#calls === 0) this.#onSettled?.()
        this.#pump()
      })
      this.#pump()
    })
  }

  async #send(collector: Collector, batch: Batch): Promise<void> {
    const { collectors, log, retryMax } = this.#options
    const { client } = collector
    try {
      await client.call(POST_SPANS, batch.message)
    } catch (error) {
      this.#failed(collector, batch, error, retryMax)
      return
    }
    if (this.#ended) return
    collectors.succeeded(collector)
    this.#settle(batch)
    this.#deliveredSpans += batch.spans
    this.#deliveredBatches++
    this.#deliveredBytes += batch.message.length
    this.#lastBatchSpans = batch.spans
    if (!this.#failing) return
    this.#failing = false
    log.info({ collector: client.address, waiting: this.#waitingSpans }, 'the collector takes spans again')
  }

  #failed(collector: Collector, batch: Batch, error: unknown, retryMax: number): void {
    if (this.#ended) return
    const { collectors, log } = this.#options
    const status = error instanceof GrpcStatusError ? error : undefined
    const told = { collector: collector.client.address, code: status?.code, problem: messageOf(error) }
    batch.attempts++
    // Told that it can't be read: it will not be read the next time either.
    if (status?.code === grpcCodes.invalidArgument) {
      log.error({ ...told, spans: batch.spans }, 'the collector refuses a batch: its spans are lost')
      this.#settle(batch)
      this.#lost('refused', batch.spans, 1)
      return
    }
    collectors.failed(collector, status?.retryAfterMs)
    if (retryMax > 0 && batch.attempts >= retryMax) {
      log.error({ ...told, spans: batch.spans, attempts: batch.attempts }, 'a batch was given up: its spans are lost')
      this.#settle(batch)
      this.#lost('retries', batch.spans, 1)
      return
    }
    if (!this.#failing) {
      this.#failing = true
      log.warn(told, 'the collector does not take spans: they are kept and sent again')
    }
    this.#retries++
    this.#queue.unshift(batch)
  }

  /** Its bytes are not held any more. */
  #settle(batch: Batch): void {
    this.#sealedBytes -= batch.message.length + BATCH_COST
    this.#waitingSpans -= batch.spans
  }

  #lost(reason: LossReason, spans: number, batches: number): void {
    this.#lostSpans.set(reason, (this.#lostSpans.get(reason) ?? 0) + spans)
    this.#lostBatches += batches
  }

  stats(): ReporterStats {
    return {
      takenSpans: this.#takenSpans,
      deliveredSpans: this.#deliveredSpans,
      deliveredBatches: this.#deliveredBatches,
      deliveredBytes: this.#deliveredBytes,
      lastBatchSpans: this.#lastBatchSpans,
      lostSpans: this.#lostSpans,
      lostBatches: this.#lostBatches,
      retries: this.#retries,
      waitingSpans: this.#waitingSpans,
      waitingBytes: this.#waitingBytes,
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

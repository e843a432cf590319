/**
 * The demo: an hour of a shop, up to now. Twenty minutes ago payments 2.4.0 was rolled out and checkouts became slow;
 * there are errors, a retry, N+1 queries, a slow database and a batch job of 50,000 spans among some two hundred ordinary
 * traces. Every resource says `spoor.demo` = true. The same seed and time give the same spans.
 */
import { formatTraceId, type TraceId } from '#shared/spans/ids.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { attribute } from '#shared/generator/add-span.ts'
import { Random } from '#shared/generator/random.ts'
import { checkout } from './checkout.ts'
import { ordinary } from './ordinary.ts'
import { type PlannedSpan, planTrace, scaled, type TraceRecipe, writeSpans } from './recipe.ts'
import { reconcile } from './reconcile.ts'

export interface DemoOptions {
  /** ns since the epoch: no span ends later. */
  readonly now: bigint
  /** Default 1. */
  readonly seed?: number
  /** Default 2048: what one batch writes at most. */
  readonly spansPerBatch?: number
}

/** Rows for one request; writing it again, after a table was full, writes the same. */
export interface DemoBatch {
  readonly spanCount: number
  write(table: SpanTableBuilder): void
}

/** The traces worth pointing at. */
export interface DemoStory {
  /** 1.84 s, 412 queries of one kind, an error that was repeated. */
  readonly slowCheckout: TraceId
  /** The same before the change. */
  readonly quickCheckout: TraceId
  /** 50,000 spans. */
  readonly reconcileLedger: TraceId
}

export interface Demo {
  readonly traceCount: number
  readonly spanCount: number
  readonly story: DemoStory
  readonly batches: readonly DemoBatch[]
}

const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND
const ORDINARY_TRACES = 190
const CHECKOUTS = 14
/** When payments 2.4.0 was rolled out, before now. */
const CHANGE = 20n * MINUTE

/** Plans the whole demo (about 65,000 spans in memory); the batches write it. */
export function makeDemo(options: DemoOptions): Demo {
  const { now, seed = 1, spansPerBatch = 2048 } = options
  const random = new Random(seed)
  const traces: PlannedSpan[][] = []
  const add = (recipe: TraceRecipe): TraceId => {
    const spans = planTrace(recipe, random)
    traces.push(spans)
    return formatTraceId(spans[0].traceId, 0)
  }
  const story: DemoStory = {
    quickCheckout: add(checkoutTrace(random, now - 26n * MINUTE, false, 1)),
    slowCheckout: add(checkoutTrace(random, now - 4n * MINUTE, true, 1)),
    reconcileLedger: add({ root: reconcile(random), startTime: now - 12n * MINUTE }),
  }
  for (let i = 0; i < CHECKOUTS; i++) {
    // Evenly over the hour, the last one early enough for its mail.
    const before = 58n * MINUTE - (BigInt(i) * 56n * MINUTE) / BigInt(CHECKOUTS) - BigInt(random.below(60)) * SECOND
    add(checkoutTrace(random, now - before, before < CHANGE, random.logNormal(1, 0.12)))
  }
  for (let i = 0; i < ORDINARY_TRACES; i++) {
    const part = BigInt(Math.floor(((i + random.unit()) / ORDINARY_TRACES) * 1e6))
    const startTime = now - 10n * SECOND - ((60n * MINUTE - 10n * SECOND) * (1_000_000n - part)) / 1_000_000n
    add({ root: ordinary(random), startTime, baggage: baggage(random) })
  }
  const batches: DemoBatch[] = []
  let batch: PlannedSpan[] = []
  const flush = (): void => {
    const spans = batch
    batch = []
    if (spans.length > 0) batches.push({ spanCount: spans.length, write: table => writeSpans(table, spans) })
  }
  let spanCount = 0
  for (const spans of traces) {
    spanCount += spans.length
    for (const span of spans) {
      batch.push(span)
      if (batch.length >= spansPerBatch) flush()
    }
  }
  flush()
  return { traceCount: traces.length, spanCount, story, batches }
}

function checkoutTrace(random: Random, startTime: bigint, slow: boolean, factor: number): TraceRecipe {
  return {
    root: scaled(checkout(random, slow), factor),
    startTime,
    versions: slow ? { payments: '2.4.0' } : {},
    baggage: [...baggage(random), attribute('order.id', `order-${10_000 + random.below(90_000)}`)],
  }
}

function baggage(random: Random) {
  return [
    attribute('user.id', `user-${100 + random.below(900)}`),
    attribute('client.address', `203.0.113.${1 + random.below(250)}`),
  ]
}

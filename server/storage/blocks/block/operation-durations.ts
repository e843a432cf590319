/**
 * How long the spans of one operation take, over segments: of blocks from their roll-ups, of open tables row by row. Without a row of a
 * block being read; exact to the minute in time and to the bucket (an eighth of an octave) in duration.
 */
import { SPAN_KINDS } from '#shared/spans/span-table.ts'
import { timeDifference } from '#shared/spans/time.ts'
import type { DurationBucket, OperationName, TimeRange } from '#server/storage/store.ts'
import { BlockSegment } from './block-segment.ts'
import { serviceOfResource } from './count-table-attributes.ts'
import { BUCKET_EXCEPTION, BUCKET_START, bucketOf } from './pages/numbers.ts'
import { minuteOf } from './rollup.ts'
import type { Segment, Stop } from './segment.ts'
import { TableSegment } from './table-segment.ts'

const NS_A_MINUTE = 60_000_000_000n

/** Buckets that hold something, ascending. `stop` is looked at before each segment. */
export function operationDurations(
  segments: readonly Segment[],
  operation: OperationName,
  range: TimeRange,
  stop: Stop,
): DurationBucket[] {
  const counts = new Float64Array(256)
  const minutes = { from: Number(range.from / NS_A_MINUTE), to: Number(range.to / NS_A_MINUTE) }
  for (const segment of segments) {
    stop()
    segment.refresh()
    if (segment instanceof BlockSegment) countBlock(segment, operation, minutes, counts)
    else if (segment instanceof TableSegment) countTable(segment, operation, minutes, counts)
  }
  const buckets: DurationBucket[] = []
  for (let bucket = 0; bucket < BUCKET_EXCEPTION; bucket++) {
    if (counts[bucket] === 0) continue
    // The bucket of zero holds nothing else.
    const toNs = bucket === 0 ? 0 : BUCKET_START[bucket + 1]
    buckets.push({ fromNs: BUCKET_START[bucket], toNs, count: counts[bucket] })
  }
  return buckets
}

interface Minutes {
  readonly from: number
  readonly to: number
}

function countBlock(segment: BlockSegment, operation: OperationName, minutes: Minutes, counts: Float64Array): void {
  const { firstStart, lastStart } = segment.reader.summary()
  if (Number(firstStart / NS_A_MINUTE) > minutes.to || Number(lastStart / NS_A_MINUTE) < minutes.from) return
  const { texts } = segment.reader.catalogue()
  for (const { minute, service, name, kind, buckets } of segment.reader.rollup()) {
    if (minute < minutes.from || minute > minutes.to || name < 0) continue
    if (operation.kind !== undefined && (SPAN_KINDS[kind] ?? 'unspecified') !== operation.kind) continue
    if (texts.text(name) !== operation.name) continue
    if ((service < 0 ? undefined : texts.text(service)) !== operation.service) continue
    for (let i = 0; i < buckets.length; i += 2) counts[buckets[i]] += buckets[i + 1]
  }
}

function countTable(
  { table, rowCount }: TableSegment,
  operation: OperationName,
  minutes: Minutes,
  counts: Float64Array,
): void {
  /** By name and resource: asked once. */
  const isName = new Map<number, boolean>()
  const isService = new Map<number, boolean>()
  const once = (known: Map<number, boolean>, id: number, ask: () => boolean): boolean => {
    const answer = known.get(id) ?? ask()
    known.set(id, answer)
    return answer
  }
  for (let row = 0; row < rowCount; row++) {
    const { [row]: name } = table.name
    if (!once(isName, name, () => table.dictionary.text(name) === operation.name)) continue
    const { [row]: resource } = table.resource
    if (!once(isService, resource, () => serviceOfResource(table, resource) === operation.service)) continue
    if (operation.kind !== undefined && (SPAN_KINDS[table.kind[row]] ?? 'unspecified') !== operation.kind) continue
    const minute = minuteOf(table.startTime[row * 2], table.startTime[row * 2 + 1])
    if (minute < minutes.from || minute > minutes.to) continue
    counts[bucketOf(timeDifference(table.endTime, row, table.startTime, row))]++
  }
}

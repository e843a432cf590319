/**
 * Links from other traces over blocks and open tables. A group of a block says how many links it has, so those without cost nothing; of
 * the others the trace ids of the links are read, 16 bytes each, and the rest only where one is found.
 */
import { formatSpanId, formatTraceId } from '#shared/spans/ids.ts'
import {
  firstAbove,
  gatherLinksTo,
  IncomingLinkList,
  type IncomingLinks,
  isTrace,
} from '#shared/spans/incoming-links.ts'
import { SPAN_KINDS, STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { BlockGroup } from './block-group.ts'
import { PAGE } from './block-format.ts'
import type { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { words } from './read-rows.ts'
import type { Segment, Stop } from './segment.ts'
import { TableSegment } from './table-segment.ts'

/**
 * `id`: 4 words (ids.ts). `segments`: blocks in the order in which they were sealed, then open tables; the last are asked first, so that the
 * newest are known should there be too many. `stop` ends the work by throwing.
 */
export function linksTo(segments: readonly Segment[], id: Uint32Array, limit: number, stop: Stop): IncomingLinks {
  const found = new IncomingLinkList()
  for (const segment of [...segments].reverse()) {
    stop()
    if (found.full) break
    segment.refresh()
    if (segment instanceof BlockSegment) gatherFromBlock(segment.reader, id, found, stop)
    else if (segment instanceof TableSegment) gatherLinksTo(segment.table, segment.rowCount, id, found)
  }
  return found.newest(limit)
}

function gatherFromBlock(reader: BlockReader, id: Uint32Array, found: IncomingLinkList, stop: Stop): void {
  for (let index = reader.groupCount - 1; index >= 0 && !found.full; index--) {
    if (reader.groupEntry(index).linkCount === 0) continue
    stop()
    reader.pages.guard(`group ${index}`, () => gatherFromGroup(reader, reader.group(index), id, found))
  }
}

function gatherFromGroup(reader: BlockReader, group: BlockGroup, id: Uint32Array, found: IncomingLinkList): void {
  const { linkCount, rowCount, traceCount } = group.entry
  const linked = words(group.pages.bytes(group.page, PAGE.linkTraceId))
  if (linked.length !== linkCount * 4) throw new Error(`${linked.length / 4} trace ids of ${linkCount} links`)
  for (let link = 0; link < linkCount && !found.full; link++) {
    if (!isTrace(linked, link, id)) continue
    const row = firstAbove(group.linkStarts(), link, rowCount + 1) - 1
    const trace = firstAbove(group.rowStarts(), row, traceCount + 1) - 1
    const traceId = reader.traceId(group, trace)
    if (isTrace(traceId, 0, id)) continue
    const { pairs, texts } = group.catalogue
    const pair = group.rows(PAGE.pair)[row]
    const start = group.startTimes()
    const duration = group.durations()
    found.add({
      traceId: formatTraceId(traceId, 0),
      spanId: formatSpanId(words(group.pages.bytes(group.page, PAGE.spanId)), row),
      service: pairs.service[pair] < 0 ? undefined : texts.text(pairs.service[pair]),
      name: texts.text(pairs.name[pair]),
      kind: SPAN_KINDS[pairs.kind[pair]] ?? 'unspecified',
      error: group.rows(PAGE.status, true)[row] === STATUS_ERROR,
      startTime: (BigInt(start.high[row]) << 32n) | BigInt(start.low[row]),
      durationNs: Number(BigInt.asIntN(64, (BigInt(duration.high[row]) << 32n) | BigInt(duration.low[row]))),
      linkedSpanId: formatSpanId(words(group.pages.bytes(group.page, PAGE.linkSpanId)), link),
    })
  }
}

/**
 * The embedded store's block, alone: bytes a span, encoding speed on the benchmark's traffic and on traffic made to hurt, and how long
 * questions take over many blocks. `npm run bench -- block` or `node bench/block.ts [blocks]`. Figures are medians on a shared machine.
 */
import os from 'node:os'
import { addTraffic, HOSTILE, type TrafficKind } from './block-traffic.ts'
import { encodeBlock } from '#server/storage/blocks/block/block-writer.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

const ROWS = 262_144

function encodeSpeed(kind: TrafficKind): void {
  const table = new SpanTableBuilder()
  addTraffic(table, kind, ROWS, 7)
  const times: number[] = []
  let bytes = 0
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    const block = encodeBlock({ tables: [table], firstReceivedMs: 0, lastReceivedMs: 0 }, { spanClass: 'main' })
    const used = process.cpuUsage(before)
    times.push((used.user + used.system) / table.rowCount)
    bytes = block.summary?.bytes ?? 0
  }
  times.sort((a, b) => a - b)
  const perSpan = (bytes / table.rowCount).toFixed(1)
  console.log(
    `${kind.padEnd(24)} ${times[2].toFixed(2)} µs CPU a span (best ${times[0].toFixed(2)}), ${perSpan} bytes a span`,
  )
}

console.log(
  `node ${process.version}, load ${os
    .loadavg()
    .map(load => load.toFixed(1))
    .join(' ')}`,
)
for (const kind of ['normal', ...HOSTILE] as const) encodeSpeed(kind)

/**
 * The embedded store's block, alone: bytes a span, encoding speed on the benchmark's traffic and on traffic made to hurt, and how long
 * questions take over many blocks. `npm run bench -- block` or `node bench/block.ts [blocks]`. Figures are medians on a shared machine.
 */
import { fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { attributeKeys, attributeValues, serviceNames } from '#server/storage/blocks/block/aggregate.ts'
import { type BlockFile, bytesAsFile } from '#server/storage/blocks/block/block-file.ts'
import { BlockReader } from '#server/storage/blocks/block/block-reader.ts'
import { BlockSegment } from '#server/storage/blocks/block/block-segment.ts'
import { encodeBlock } from '#server/storage/blocks/block/block-writer.ts'
import { PageCache } from '#server/storage/blocks/block/page-cache.ts'
import { searchSegments } from '#server/storage/blocks/block/search.ts'
import { serviceEdges } from '#server/storage/blocks/block/service-edges.ts'
import { AS_STORED } from '#server/storage/blocks/block/settle.ts'
import { TableSegment } from '#server/storage/blocks/block/table-segment.ts'
import { Random } from '#shared/generator/random.ts'
import { and, type Condition, type Field, type Literal } from '#shared/query/tree.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { addTraffic, BEGIN, HOSTILE, type TrafficKind } from './block-traffic.ts'

const ROWS = 262_144

/** A question that nobody takes back. */
const go = (): undefined => undefined

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

/** Builds `count` blocks in a directory, traffic one after the other in time; returns their files and some trace ids. */
function buildBlocks(directory: string, count: number): { files: string[]; ids: Uint32Array[]; bytes: number } {
  const files: string[] = []
  const ids: Uint32Array[] = []
  let bytes = 0
  let firstTrace = 0
  for (let i = 0; i < count; i++) {
    const table = new SpanTableBuilder()
    firstTrace += addTraffic(table, 'normal', ROWS, 100 + i, firstTrace)
    const { parts, summary } = encodeBlock(
      { tables: [table], firstReceivedMs: 0, lastReceivedMs: 0 },
      { spanClass: 'main' },
    )
    const file = path.join(directory, `${i}.block`)
    writeFileSync(file, Buffer.concat(parts))
    files.push(file)
    bytes += summary?.bytes ?? 0
    for (let k = 0; k < 20; k++) {
      const row = Math.floor((k / 20) * table.rowCount) * 4
      ids.push(table.traceId.slice(row, row + 4))
    }
  }
  return { files, ids, bytes }
}

function fileOf(file: string): BlockFile {
  const fd = openSync(file, 'r')
  const { size } = fstatSync(fd)
  return {
    size,
    read(at, length) {
      const bytes = Buffer.allocUnsafeSlow(length)
      if (readSync(fd, bytes, 0, length, at) !== length) throw new RangeError(`short read of ${length} at ${at}`)
      return bytes
    },
  }
}

function timed(name: string, runs: number, run: (i: number) => void): void {
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    const from = performance.now()
    run(i)
    times.push(performance.now() - from)
  }
  const first = times[0]
  times.sort((a, b) => a - b)
  const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1)
  console.log(`${name.padEnd(44)} p50 ${at(0.5)}  p95 ${at(0.95)}  first ${first.toFixed(1)} ms  (${runs} runs)`)
}

const compare = (field: Field, operator: '=' | '>=', value: Literal): Condition => ({
  node: 'compare',
  field,
  operator,
  value,
})
const isService = (value: string): Condition =>
  compare({ kind: 'intrinsic', name: 'service' }, '=', { type: 'string', value })
const isAttribute = (scope: 'any' | 'span', key: string, value: string): Condition =>
  compare({ kind: 'attribute', scope, key }, '=', { type: 'string', value })
const SLOW = compare({ kind: 'intrinsic', name: 'duration' }, '>=', { type: 'duration', value: 300_000_000n })
const ALL = { from: 0n, to: 2n ** 64n - 1n, limit: 20 }

/** An open table of full size, and what sealing costs when a tenth of the traces began in the block before. */
function openTable(): void {
  const whole = new SpanTableBuilder()
  addTraffic(whole, 'normal', ROWS, 7)
  const parts = [new SpanTableBuilder(), new SpanTableBuilder()]
  const copiers = parts.map(part => new RowCopier(whole, part))
  const random = new Random(1)
  const late = new Map<number, number>()
  for (let row = 0; row < whole.rowCount; row++) {
    const id = whole.traceId[row * 4 + 3]
    const known = late.get(id) ?? (row < whole.rowCount / 2 ? (random.chance(0.1) ? 2 : 0) : 1)
    late.set(id, known)
    copiers[known === 2 ? Number(random.chance(0.5)) : known].copy(row)
  }
  const segment = new TableSegment('open', whole)
  console.log(`\nopen table of ${whole.rowCount} rows`)
  timed('index', 1, () => segment.refresh())
  const search = (where: Condition): void => void searchSegments([segment], { ...ALL, where }, { now: 0n })
  timed('newest 20 of all', 10, () => search({ node: 'true' }))
  timed('newest 20 of a service', 10, () => search(isService('cart')))
  timed('any service, user.id = x, newest 20', 20, i => search(isAttribute('any', 'user.id', `user-${i * 137}`)))
  timed('any service, error=true', 10, () => search(isAttribute('any', 'error', 'true')))
  timed('attribute keys', 3, () => void attributeKeys([segment], { limit: 100 }, go))
  timed('service edges', 3, () => void serviceEdges([segment], ALL, go))
  const times = { firstReceivedMs: 0, lastReceivedMs: 0 }
  const first = encodeBlock({ tables: [parts[0]], ...times }, { spanClass: 'main' })
  const reader = BlockReader.open(bytesAsFile(first.parts), { cache: new PageCache(), name: 'first' })
  timed(
    `seal ${parts[1].rowCount} rows beside a block`,
    3,
    () => void encodeBlock({ tables: [parts[1]], ...times }, { spanClass: 'main' }),
  )
  timed(
    'the same, settling with that block',
    3,
    () => void encodeBlock({ tables: [parts[1]], ...times }, { spanClass: 'main', earlier: [reader] }),
  )
}

function questions(count: number): void {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'spoor-block-'))
  try {
    const { files, ids, bytes } = buildBlocks(directory, count)
    const cache = new PageCache()
    const from = performance.now()
    const segments = files.map(name => new BlockSegment(BlockReader.open(fileOf(name), { cache, name })))
    const rows = segments.reduce((sum, { reader }) => sum + reader.summary().rowCount, 0)
    console.log(
      `\n${rows} spans in ${count} blocks of ${(bytes / 1e6 / count).toFixed(1)} MB, opened with their footers in ${(performance.now() - from).toFixed(0)} ms`,
    )
    const shuffled = ids.map((id, i) => ids[(i * 7919) % ids.length] ?? id)
    const trace = (id: Uint32Array): void => {
      const into = new SpanTableBuilder({ limits: AS_STORED })
      for (const { reader } of segments) reader.readTrace(id, into)
      if (into.rowCount === 0) throw new Error('a trace is not found')
    }
    timed('trace by id, first pass', Math.min(100, ids.length), i => trace(shuffled[i]))
    timed('trace by id, random', 300, i => trace(shuffled[(i * 31 + 17) % shuffled.length]))
    timed('trace by id, newest block', 100, i => trace(ids[ids.length - 1 - (i % 20)]))
    const services = serviceNames(segments, go)
    const search = (where: Condition): void => void searchSegments(segments, { ...ALL, where }, { now: 0n })
    timed('newest 20 of all', 30, () => search({ node: 'true' }))
    timed('newest 20 of a service', 60, i => search(isService(services[i % services.length])))
    timed('any service, user.id = x, newest 20', 60, i => search(isAttribute('any', 'user.id', `user-${i * 137}`)))
    timed('any service, request id = x (in one block)', 30, i =>
      search(isAttribute('span', 'http.request.header.x-request-id', `${i}`.padStart(16, '0'))),
    )
    timed('service and user.id = x', 30, i =>
      search(and(isService(services[i % services.length]), isAttribute('any', 'user.id', `user-${i * 71}`))),
    )
    timed('any service, error=true', 30, () => search(isAttribute('any', 'error', 'true')))
    timed('any service, duration >= 0.3 s', 30, () => search(SLOW))
    timed('attribute keys', 3, () => void attributeKeys(segments, { limit: 100 }, go))
    timed('values of http.route', 3, () => void attributeValues(segments, { key: 'http.route', limit: 100 }, go))
    timed('values of user.id', 3, () => void attributeValues(segments, { key: 'user.id', limit: 100 }, go))
    timed('service edges, all', 3, () => void serviceEdges(segments, ALL, go))
    timed(
      'service edges, 1 h',
      3,
      () => void serviceEdges(segments, { from: BEGIN + 3_700_000_000_000n, to: BEGIN + 7_300_000_000_000n }, go),
    )
    console.log(
      `resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB, pages held ${(cache.bytes / 1e6).toFixed(0)} MB`,
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

openTable()
const blocks = Number(process.argv[2] ?? 20)
if (blocks > 0) questions(blocks)

/**
 * What it costs to keep spans, beside decoding them: the same OTLP requests into tables that are thrown away, into tables that look for
 * copies, and into the log, durable at each answer. In turns; medians of CPU time, all threads of the process:
 *
 *   node bench/log.ts [rounds] [spans a request] [directory]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { diskFiles } from '#server/storage/blocks/files.ts'
import type { StoreMessage, WriterInit, WriterMessage } from '#server/storage/blocks/write/messages.ts'
import { OpenTableBuilder, tableCapacity } from '#server/storage/blocks/write/open-table.ts'
import { recoverTables } from '#server/storage/blocks/write/recovery.ts'
import { createBlocksWriter } from '#server/storage/blocks/write/table-writer.ts'
import { OtlpProtobufDecoder } from '#shared/formats/otlp/decode-protobuf.ts'
import { trafficRequests } from '#shared/generator/traffic-requests.ts'
import { TableFullError } from '#shared/spans/span-table-builder.ts'

const SPANS = 262_144
/** Requests that wait for their answer at a time: connections of a busy collector. */
const IN_FLIGHT = 8
const rounds = Number(process.argv[2] ?? 7)
const spansPerRequest = Number(process.argv[3] ?? 512)
const parent = process.argv[4] ?? os.tmpdir()

const from = 1_767_225_600_000_000_000n
const bodies = [...trafficRequests({ spans: SPANS, spansPerRequest, from, to: from + 3_600_000_000_000n })]
const decoder = new OtlpProtobufDecoder()

function decodeOnly(): void {
  const table = new OpenTableBuilder({ capacity: tableCapacity() })
  for (const { body } of bodies) decoder.decode(body, table)
}

/** Sends everything, IN_FLIGHT requests at a time; the directory has the log afterwards. */
async function write(init: WriterInit): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (message: WriterMessage) => {
    if (message.kind !== 'table-full' || init.directory !== undefined) return
    port1.postMessage({ kind: 'table-sealed', id: message.id } satisfies StoreMessage)
  })
  const writer = createBlocksWriter(init, port2, 'main')
  let next = 0
  const sender = async (): Promise<void> => {
    while (next < bodies.length) {
      const { body } = bodies[next++]
      for (;;) {
        const table = writer.open()
        const mark = table.mark()
        try {
          decoder.decode(body, table)
        } catch (error) {
          if (!(error instanceof TableFullError)) throw error
          writer.rollback(mark)
          await writer.makeRoom()
          continue
        }
        await writer.commit(mark)
        break
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender))
  await writer.close()
  port1.close()
}

const results = new Map<string, { cpu: number[]; wall: number[] }>()

async function measured(name: string, run: () => void | Promise<void>): Promise<void> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await run()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const result = results.get(name) ?? { cpu: [], wall: [] }
  results.set(name, result)
  result.cpu.push((user + system) / SPANS)
  result.wall.push((wall * 1000) / SPANS)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >>> 1]

const settings = { diskReserveBytes: 1 }
let logBytes = 0
let recovery = 0
for (let round = 0; round <= rounds; round++) {
  const directory = mkdtempSync(path.join(parent, 'spoor-log-'))
  await measured('decoded', decodeOnly)
  await measured('copies looked for', () => write({ ...settings, directory: undefined, durability: 'memory' }))
  await measured('logged, synced', () => write({ ...settings, directory, durability: 'synced' }))
  const files = diskFiles(directory)
  logBytes = files.list('log').reduce((sum, name) => sum + files.open(`log/${name}`, 'read').size(), 0)
  const before = performance.now()
  const rows = recoverTables(files).tables.reduce((sum, table) => sum + table.rowCount, 0)
  recovery = performance.now() - before
  if (rows !== SPANS) throw new Error(`${rows} of ${SPANS} spans recovered`)
  rmSync(directory, { recursive: true })
  // The first round warms up.
  if (round === 0) results.clear()
}

const load = os.loadavg().map(value => value.toFixed(1))
console.log(
  `node ${process.version}, load ${load.join(' ')}, ${spansPerRequest} spans a request, medians of ${rounds} rounds`,
)
let previous = 0
for (const [name, { cpu, wall }] of results) {
  const used = median(cpu)
  const more = previous === 0 ? '' : `(+${(used - previous).toFixed(2)})`
  console.log(
    `${name.padEnd(20)} ${used.toFixed(2)} µs CPU a span ${more.padEnd(8)} ${(1000 / median(wall)).toFixed(0)} k spans/s`,
  )
  previous = used
}
console.log(`log ${(logBytes / SPANS).toFixed(0)} bytes a span; recovered in ${recovery.toFixed(0)} ms`)

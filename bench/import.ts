/**
 * A large file of JSON lines to a server by `POST /api/spoor/import`: how fast it is kept, and what the server has resident meanwhile. The
 * file is made as it is sent.
 *
 *   node bench/import.ts [megabytes=300] [flags of the server]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ImportAnswer } from '#shared/api/import.ts'
import { ledgerFaults } from '#shared/api/ledger-check.ts'
import { StatusAnswer } from '#shared/api/spoor.ts'
import { tellFigure } from './figures.ts'
import { startServer } from './server-process.ts'

const [megabytes = '300', ...flags] = process.argv.slice(2)
const wanted = Number(megabytes) * 1e6
const SPANS_OF_A_TRACE = 20
const SERVICES = ['gateway', 'cart', 'stock', 'payment', 'mail']

function line(trace: number): string {
  const traceId = (trace + 1).toString(16).padStart(32, '0')
  const start = 1_700_000_000_000_000_000n + BigInt(trace) * 1_000_000n
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const spans = Array.from({ length: SPANS_OF_A_TRACE }, (_, at) => ({
    traceId,
    spanId: (trace * SPANS_OF_A_TRACE + at + 1).toString(16).padStart(16, '0'),
    ...(at === 0 ? {} : { parentSpanId: (trace * SPANS_OF_A_TRACE + 1).toString(16).padStart(16, '0') }),
    name: `GET /shelf/${at}`,
    kind: 2,
    startTimeUnixNano: String(start + BigInt(at) * 10_000n),
    endTimeUnixNano: String(start + BigInt(at) * 10_000n + 250_000n),
    attributes: [attribute('http.request.method', 'GET'), attribute('url.path', `/shelf/${at}/${trace % 1000}`)],
  }))
  const resource = { attributes: [attribute('service.name', SERVICES[trace % SERVICES.length])] }
  return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })}\n`
}

let traces = 0
let sentBytes = 0
function* lines(): Generator<Buffer> {
  while (sentBytes < wanted) {
    const part = Buffer.from(Array.from({ length: 100 }, () => line(traces++)).join(''))
    sentBytes += part.length
    yield part
  }
}

const directory = mkdtempSync(join(tmpdir(), 'spoor-import-bench-'))
const server = await startServer(['--data-dir', directory, ...flags])
try {
  const idle = server.residentBytes()
  const samples: number[] = []
  const timer = setInterval(() => samples.push(server.residentBytes()), 200)
  const [begun, cpu] = [performance.now(), server.cpuSeconds()]
  const answer = await new Promise<string>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.queryPort, path: '/api/spoor/import?name=lines', method: 'POST' },
      response => void text(response).then(resolve, reject),
    )
    sent.on('error', reject)
    Readable.from(lines(), { objectMode: false }).pipe(sent)
  })
  const seconds = (performance.now() - begun) / 1000
  const cpuSeconds = server.cpuSeconds() - cpu
  clearInterval(timer)
  const [file] = ImportAnswer.parse(JSON.parse(answer)).files
  const status = await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/status`)
  const { ledger } = StatusAnswer.parse(await status.json())
  const expected = traces * SPANS_OF_A_TRACE
  const faults = ledgerFaults(ledger)
  if (file.error !== null || file.spans !== expected || file.traces !== traces || faults.length > 0) {
    throw new Error(`expected ${traces} traces of ${expected} spans, answered ${answer}; ${faults.join('; ')}`)
  }
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0)
  const fifth = Math.max(1, Math.floor(samples.length / 5))
  const peaks = Array.from({ length: 5 }, (_, at) => Math.max(...samples.slice(at * fifth, (at + 1) * fifth), 0))
  console.log(`${mb(sentBytes)} MB, ${file.traces} traces of ${file.spans} spans in ${seconds.toFixed(1)} s`)
  console.log(`resident before: ${mb(idle)} MB; highest in each fifth of the time: ${peaks.map(mb).join(', ')} MB`)
  const told = { script: 'bench/import.ts', reach: 'printed' }
  tellFigure({ name: 'import of JSON lines', value: sentBytes / 1e6 / seconds, unit: 'MB/s', ...told })
  tellFigure({ name: 'import of JSON lines, spans', value: file.spans / seconds, unit: 'spans/s', ...told })
  tellFigure({
    name: 'import of JSON lines, spans per CPU-second',
    value: file.spans / cpuSeconds,
    unit: 'spans/s',
    ...told,
  })
  tellFigure({ name: 'import of JSON lines, most resident', value: Math.max(...samples) / 1e6, unit: 'MB', ...told })
} finally {
  await server.stop()
  rmSync(directory, { recursive: true })
}

/**
 * `node bench/overload.ts [--seconds 30] [--storage blocks] [--budget 192MiB]`: what a server can take is measured with eight senders that wait for
 * their answers; then three times as much is offered by up to 900 senders on a clock that does not wait; then it is measured again, how soon it is back.
 * Prints the answers, the memory and the times, and whether everything that was acknowledged was kept.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { StatusAnswer } from '#shared/api/spoor.ts'
import { tellFigure } from './figures.ts'
import { offer, RequestMaker, sendOne } from './overload-run.ts'
import { startServer } from './server-process.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    storage: { type: 'string', default: 'blocks' },
    budget: { type: 'string', default: '192MiB' },
  },
})
const seconds = Number(values.seconds)
/** Below the server's limit of connections. */
const MOST_OPEN = 900
const MiB = 2 ** 20

const directory = mkdtempSync(join(tmpdir(), 'spoor-overload-'))
const flags = ['--storage', values.storage, '--data-dir', directory, '--memory-budget', values.budget]
const server = await startServer(flags)
const maker = new RequestMaker(1000)
let kept = 0

const steadyBytes: number[] = []

/** Requests a second that are taken from eight senders that wait for each answer. */
async function capacity(forSeconds: number): Promise<number> {
  const timer = setInterval(() => steadyBytes.push(server.residentBytes()), 200)
  const agent = new Agent({ keepAlive: true })
  const begun = performance.now()
  let taken = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (performance.now() - begun < forSeconds * 1000) {
        const { status } = await sendOne(agent, server.otlpHttpPort, maker.make().body)
        if (status === 200) taken++
      }
    }),
  )
  agent.destroy()
  clearInterval(timer)
  kept += taken
  return taken / ((performance.now() - begun) / 1000)
}

await capacity(5)
steadyBytes.length = 0
const before = await capacity(seconds)
const steady = [...steadyBytes]
const run = await offer(server, maker, before * 3, seconds, MOST_OPEN)
kept += run.acknowledged.length
const ended = performance.now()
let after = 0
do after = await capacity(1)
while (after < before * 0.9 && performance.now() - ended < 30_000)
const recovered = (performance.now() - ended) / 1000
const answer = await fetch(`http://127.0.0.1:${server.queryPort}/api/spoor/status`)
const { ledger, listeners } = StatusAnswer.parse(await answer.json())
await server.stop()
rmSync(directory, { recursive: true })

const taken = run.answers.get(200) ?? 0
const refused = run.answers.get(503) ?? 0
const others = [...run.answers].filter(([status]) => status !== 200 && status !== 503)
/** The most in each third of the time. */
const thirds = (bytes: readonly number[]): string =>
  [0, 1, 2]
    .map(at => Math.max(...bytes.slice((bytes.length * at) / 3, (bytes.length * (at + 1)) / 3)))
    .map(most => `${(most / MiB).toFixed(0)}`)
    .join(', ')
const most = (bytes: readonly number[]): number => bytes.reduce((a, b) => Math.max(a, b), 0)
console.log(
  `overload, --storage ${values.storage}, ${maker.spans} spans a request of ${maker.bytes} bytes, budget ${values.budget}`,
)
console.log(`  taken from senders that wait   ${before.toFixed(0)} requests/s`)
console.log(
  `  offered three times that for ${seconds} s: ${taken} answered 200 (${(taken / run.seconds).toFixed(0)}/s), ${refused} answered 503, ` +
    `${others.map(([status, times]) => `${times} answered ${status}`).join(', ') || 'none otherwise'}; ` +
    `${run.withoutDelay} without a delay; ${run.notSent} not sent because ${MOST_OPEN} waited`,
)
console.log(
  `  resident, most in each third   ${thirds(steady)} MiB before; ${thirds(run.residentBytes)} MiB in overload`,
)
console.log(`  again at 90 % after            ${recovered.toFixed(1)} s (${after.toFixed(0)} requests/s)`)
console.log(
  `  acknowledged ${kept * maker.spans} spans, stored by the ledger ${ledger.total.stored}; refused by the server ${JSON.stringify(listeners.find(({ name }) => name === 'otlp-http')?.refused)}`,
)
const script = 'overload.ts'
tellFigure({ name: '3x overload: again at 90 %', value: recovered, unit: 's', reach: '≤ 10', script })
tellFigure({
  name: '3x overload: resident, most, against the load that is taken',
  value: most(run.residentBytes) / most(steady),
  unit: 'times',
  reach: 'about 1',
  script,
})

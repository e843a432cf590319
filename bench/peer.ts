/**
 * The traffic of bench/ingest.ts sent to another backend that takes OTLP over HTTP, a real Jaeger with Badger for one, so that its
 * figure stands beside ours on the same machine: what it acknowledges a second, which is not what it has on disk.
 *
 *   node bench/peer.ts http://127.0.0.1:4318 [spans]
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { trafficRequests } from '#shared/generator/traffic-requests.ts'

const [address, count = '200000'] = process.argv.slice(2)
if (address === undefined || !URL.canParse(address)) {
  console.error(
    'node bench/peer.ts ADDRESS [spans]: expected the address of OTLP over HTTP, such as http://127.0.0.1:4318',
  )
  process.exit(2)
}
const spans = Number(count)
const to = BigInt(Date.now()) * 1_000_000n
const requests = trafficRequests({ spans, from: to - 3_600_000_000_000n, to })
let refused = 0
const begun = performance.now()
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let next = requests.next(); !next.done; next = requests.next()) {
      const answer = await fetch(new URL('/v1/traces', address), {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: next.value.body,
      })
      if (!answer.ok) refused++
      await answer.arrayBuffer()
    }
  }),
)
const seconds = (performance.now() - begun) / 1000
console.log(
  `${address}: ${Math.round(spans / seconds)} spans/s acknowledged, ${refused} requests refused ` +
    `(${availableParallelism()} cores of ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)})`,
)

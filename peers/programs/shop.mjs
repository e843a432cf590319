// A small shop that knows nothing of OpenTelemetry: a server that its own client asks for some seconds.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'

const server = createServer((_request, response) => response.end('ok'))
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const end = Date.now() + Number(process.argv[2]) * 1000
while (Date.now() < end) {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/cart`)
  await answer.text()
  await setTimeout(200)
}
server.closeAllConnections()
server.close()
// The instrumentation sends what it still holds when it is told to end.
process.kill(process.pid, 'SIGTERM')

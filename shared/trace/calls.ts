/** Calls between services: the answer that belongs to a call, and who was called where nobody answered with a span. */
import { ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import type { Trace } from './trace.ts'

/** Places in SPAN_KINDS. */
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4

/** What names the one that is called, the best first: by OpenTelemetry's conventions, old and new. */
const CALLEE_KEYS = ['peer.service', 'service.peer.name', 'server.address', 'net.peer.name', 'rpc.service']

/** The name that a span gives the one it calls; undefined when it gives none, and while attributes have not come. */
export function calleeOf({ table, row }: Trace, span: number): string | undefined {
  let rank = CALLEE_KEYS.length
  let name: string | undefined
  table.attributes.forOwner(row[span], (key, type, low) => {
    if (type !== ATTRIBUTE_STRING) return
    const place = CALLEE_KEYS.indexOf(table.dictionary.text(key))
    if (place < 0 || place >= rank) return
    rank = place
    name = table.dictionary.text(low)
  })
  return name
}

/** The server span of another service that is all a client span has below it directly; −1 when it is not so. */
export function answerTo(trace: Trace, call: number): number {
  const { table, row, childCount, service } = trace
  if (childCount[call] !== 1 || table.kind[row[call]] !== CLIENT) return -1
  const answer = call + 1
  return table.kind[row[answer]] === SERVER && service[answer] !== service[call] ? answer : -1
}

/** Who a call went to that has no span of its own: it tells of none itself. Undefined for everything but such calls. */
export function silentCallee(trace: Trace, call: number): string | undefined {
  if (trace.childCount[call] !== 0) return undefined
  const kind = trace.table.kind[trace.row[call]]
  return kind === CLIENT || kind === PRODUCER ? calleeOf(trace, call) : undefined
}

/** 1 for each answer to a call, by span. One pass. */
export function answersOf(trace: Trace): Uint8Array {
  const answers = new Uint8Array(trace.size)
  for (let i = 0; i < trace.size; i++) {
    const answer = answerTo(trace, i)
    if (answer >= 0) answers[answer] = 1
  }
  return answers
}

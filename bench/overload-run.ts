/** More spans than a server can take, on a clock that does not wait for answers, and what it said to each request. */
import { Agent, request } from 'node:http'
import type { ServerProcess } from './server-process.ts'

export interface OverloadRun {
  /** Answers by status; 0 is a connection without an answer. */
  readonly answers: ReadonlyMap<number, number>
  /** Refusals that named no delay. */
  readonly withoutDelay: number
  /** Trace ids that were acknowledged. */
  readonly acknowledged: readonly string[]
  /** Requests that were due while as many as may be were without an answer. */
  readonly notSent: number
  /** Resident bytes of the server, about five times a second. */
  readonly residentBytes: readonly number[]
  readonly seconds: number
}

/** One request of `spans` spans in one trace; its id is written into the copied bytes. */
export class RequestMaker {
  readonly #template: Buffer
  readonly #places: readonly number[]
  readonly spans: number
  #next = 1

  constructor(spans: number) {
    this.spans = spans
    const place = '@'.repeat(32)
    const attributes = Array.from({ length: 10 }, (_, at) => ({
      key: `attribute.${at}`,
      value: { stringValue: `value ${at} of an ordinary length` },
    }))
    const now = BigInt(Date.now()) * 1_000_000n
    const list = Array.from({ length: spans }, (_, at) => ({
      traceId: place,
      spanId: (at + 1).toString(16).padStart(16, '0'),
      name: `operation ${at % 20}`,
      kind: 2,
      startTimeUnixNano: `${now + BigInt(at)}`,
      endTimeUnixNano: `${now + BigInt(at + 1000)}`,
      attributes,
    }))
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'overload' } }] }
    this.#template = Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: list }] }] }))
    const places: number[] = []
    for (let at = this.#template.indexOf(place); at >= 0; at = this.#template.indexOf(place, at + 32)) places.push(at)
    this.#places = places
  }

  get bytes(): number {
    return this.#template.length
  }

  make(): { readonly traceId: string; readonly body: Buffer } {
    const traceId = `f${(this.#next++).toString(16).padStart(31, '0')}`
    const body = Buffer.from(this.#template)
    for (const place of this.#places) body.write(traceId, place, 'latin1')
    return { traceId, body }
  }
}

/** Sends one request; its status, 0 without an answer, and whether a delay was named. */
export function sendOne(agent: Agent, port: number, body: Buffer): Promise<{ status: number; delay: boolean }> {
  return new Promise(resolve => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sent = request({ agent, host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers }, answer => {
      answer.resume()
      answer.once('close', () =>
        resolve({ status: answer.statusCode ?? 0, delay: answer.headers['retry-after'] !== undefined }),
      )
    })
    sent.once('error', () => resolve({ status: 0, delay: false }))
    sent.end(body)
  })
}

/** Offers `perSecond` requests for `seconds`, at most `mostOpen` without an answer at one time, and waits for all answers. */
export async function offer(
  server: Pick<ServerProcess, 'otlpHttpPort' | 'residentBytes'>,
  maker: RequestMaker,
  perSecond: number,
  seconds: number,
  mostOpen: number,
): Promise<OverloadRun> {
  const agent = new Agent({ keepAlive: true, maxSockets: mostOpen })
  const answers = new Map<number, number>()
  const acknowledged: string[] = []
  const open = new Set<Promise<void>>()
  const residentBytes: number[] = []
  let withoutDelay = 0
  let notSent = 0
  const settle = async (traceId: string, body: Buffer): Promise<void> => {
    const { status, delay } = await sendOne(agent, server.otlpHttpPort, body)
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (status === 200) acknowledged.push(traceId)
    else if (!delay) withoutDelay++
  }
  const begun = performance.now()
  let due = 0
  let looked = -1000
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begun) / 1000) {
    for (; due < elapsed * perSecond; due++) {
      if (open.size >= mostOpen) {
        notSent++
        continue
      }
      const { traceId, body } = maker.make()
      const done = settle(traceId, body)
      open.add(done)
      void done.finally(() => open.delete(done))
    }
    if (elapsed * 1000 - looked > 200) {
      looked = elapsed * 1000
      residentBytes.push(server.residentBytes())
    }
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  await Promise.all(open)
  agent.destroy()
  const took = (performance.now() - begun) / 1000
  return { answers, withoutDelay, acknowledged, notSent, residentBytes, seconds: took }
}

/** Senders that stop in the middle of `bytes` each and hold what they sent; the answer lets go of them. */
export function holdHalfSent(port: number, senders: number, bytes: number): () => void {
  const agent = new Agent()
  const half = Buffer.alloc(bytes, ' ')
  const headers = { 'content-type': 'application/json', 'content-length': bytes * 2 }
  const held = Array.from({ length: senders }, () => {
    const sent = request({ agent, host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers })
    sent.on('error', () => {})
    sent.write(half)
    return sent
  })
  return () => {
    for (const sent of held) sent.destroy()
    agent.destroy()
  }
}

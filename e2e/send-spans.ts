/** Spans for journeys, written short and sent to a real Spoor as OTLP JSON. */
import { randomBytes } from 'node:crypto'
import type { Spoor } from './server.ts'

export interface SentSpan {
  readonly service: string
  readonly name: string
  /** Milliseconds after the start of the trace. */
  readonly at: number
  readonly ms: number
  readonly kind?: 'internal' | 'server' | 'client'
  readonly error?: boolean
  readonly attributes?: Readonly<Record<string, string>>
  readonly below?: readonly SentSpan[]
}

const KINDS = { internal: 1, server: 2, client: 3 } as const

/** 16 random bytes as hex. */
export function randomTraceId(): string {
  return randomBytes(16).toString('hex')
}

interface OtlpSpan {
  readonly service: string
  readonly span: Readonly<Record<string, unknown>>
}

/** One trace as the text of an OTLP JSON export request; it starts at `startMs` (ms since the epoch). */
export function otlpJson(traceId: string, root: SentSpan, startMs: number): string {
  const all: OtlpSpan[] = []
  const open: { readonly sent: SentSpan; readonly parent: string }[] = [{ sent: root, parent: '' }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { sent, parent } = next
    const spanId = randomBytes(8).toString('hex')
    const ns = (ms: number): string => String(BigInt(Math.round((startMs + ms) * 1000)) * 1000n)
    all.push({
      service: sent.service,
      span: {
        traceId,
        spanId,
        parentSpanId: parent,
        name: sent.name,
        kind: KINDS[sent.kind ?? 'internal'],
        startTimeUnixNano: ns(sent.at),
        endTimeUnixNano: ns(sent.at + sent.ms),
        attributes: pairs(sent.attributes ?? {}),
        status: sent.error === true ? { code: 2, message: 'declined' } : {},
      },
    })
    for (const below of sent.below ?? []) open.push({ sent: below, parent: spanId })
  }
  const resourceSpans = [...new Set(all.map(({ service }) => service))].map(service => ({
    resource: { attributes: pairs({ 'service.name': service }) },
    scopeSpans: [{ spans: all.filter(one => one.service === service).map(({ span }) => span) }],
  }))
  return JSON.stringify({ resourceSpans })
}

/** Sends one trace that starts `startMs` (default: two seconds ago); resolves with its id once the store has it. */
export async function sendTrace(
  spoor: Pick<Spoor, 'otlpHttpPort'>,
  root: SentSpan,
  { traceId = randomTraceId(), startMs = Date.now() - 2000 } = {},
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: otlpJson(traceId, root, startMs),
  })
  if (answer.status !== 200) throw new Error(`the sending was answered ${answer.status}: ${await answer.text()}`)
  return traceId
}

function pairs(attributes: Readonly<Record<string, string>>): readonly unknown[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

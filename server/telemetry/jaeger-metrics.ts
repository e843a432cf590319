/**
 * The names of Jaeger 1.x that people have alerts and dashboards on, beside ours (WIRE.md 16.2). They follow Jaeger's labels,
 * with `debug` always `false`: the two are not told apart here.
 */
import { Counter, Gauge, type Registry } from '@platformatic/prom-client'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import type { QueryCounts } from './query-counts.ts'

/** Requests that were refused whole because of us and not of them. Their spans were never decoded: each counts as one. */
const GIVEN_UP = new Set(['memory_budget', 'connections', 'queries', 'store_unavailable', 'internal'])

interface Origin {
  readonly format: string
  readonly transport: string
}

/** Jaeger's words for a line of the ledger or a listener of ours: `otlp_http_json`, `jaeger-grpc`. */
function originOf(name: string): Origin {
  const word = name.replaceAll('-', '_')
  const transport = word.includes('grpc') ? 'grpc' : /udp|compact|binary/u.test(word) ? 'udp' : 'http'
  if (word.startsWith('otlp')) return { format: 'otlp', transport }
  if (word.startsWith('zipkin')) return { format: 'zipkin', transport }
  if (word.startsWith('jaeger')) return { format: transport === 'grpc' ? 'proto' : 'jaeger', transport }
  return { format: 'unknown', transport }
}

const isDoor = (listener: string): boolean => /^(?:otlp|jaeger|zipkin)/u.test(listener)

/** Adds them to the registry of one reading. */
export function addJaegerMetrics(registry: Registry, status: StatusAnswer, queries: QueryCounts): void {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers: [registry] })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })

  const labels = ['debug', 'format', 'svc', 'transport'] as const
  const received = counter(
    'jaeger_collector_spans_received_total',
    'Spans that came; a request given up is one.',
    labels,
  )
  const rejected = counter('jaeger_collector_spans_rejected_total', 'Spans that can not be kept.', labels)
  const saved = counter('jaeger_collector_spans_saved_by_svc_total', 'Spans kept, copies included.', [
    'debug',
    'result',
    'svc',
  ])
  const dropped = counter('jaeger_collector_spans_dropped_total', 'Spans given up; a request given up is one.', [])
  dropped.inc(0)
  for (const line of status.ledger.lines) {
    const of = { debug: 'false', svc: line.service, ...originOf(line.protocol) }
    received.inc(of, line.received)
    rejected.inc(of, sum(line.rejected))
    saved.inc({ debug: 'false', result: 'ok', svc: line.service }, line.stored + line.duplicate)
    dropped.inc(sum(line.dropped))
  }

  const answers = counter('jaeger_rpc_http_requests_total', 'Requests on all ports by class of answer.', [
    'endpoint',
    'status_code',
  ])
  const serverErrors = counter('jaeger_http_server_errors_total', 'Requests that failed because of this server.', [])
  const serverRequests = counter('jaeger_http_server_requests_total', 'Requests on all ports.', [])
  serverErrors.inc(0)
  for (const listener of status.listeners) {
    // Datagrams are never answered; the query port has its own counts.
    if (listener.name === 'query' || listener.receiveBuffer !== undefined) continue
    let ours = 0
    let theirs = 0
    for (const [reason, times] of Object.entries(listener.refused)) {
      if (GIVEN_UP.has(reason)) ours += times
      else theirs += times
    }
    const endpoint = listener.name
    answers.inc({ endpoint, status_code: '2xx' }, Math.max(0, listener.requests - ours - theirs))
    answers.inc({ endpoint, status_code: '4xx' }, theirs)
    answers.inc({ endpoint, status_code: '5xx' }, ours)
    serverErrors.inc(ours)
    serverRequests.inc(listener.requests)
    if (isDoor(listener.name)) {
      received.inc({ debug: 'false', svc: 'unknown', ...originOf(listener.name) }, ours)
      dropped.inc(ours)
    }
  }
  for (const statusClass of ['2xx', '4xx', '5xx']) {
    answers.inc({ endpoint: 'query', status_code: statusClass }, 0)
  }
  for (const [statusClass, times] of queries.statuses) {
    answers.inc({ endpoint: 'query', status_code: statusClass }, times)
    serverRequests.inc(times)
    if (statusClass === '5xx') serverErrors.inc(times)
  }

  const budget = status.limits.find(({ name }) => name === 'memory-budget')?.amount
  gauge('jaeger_collector_queue_length', 'Bytes of requests being taken in: there is no queue of spans.').set(
    budget?.used ?? 0,
  )
  gauge('jaeger_collector_queue_capacity', 'Bytes that requests being taken in may hold.').set(budget?.limit ?? 0)

  const asked = counter('jaeger_query_requests_total', 'Queries by operation and result.', ['operation', 'result'])
  for (const { operation, result, requests } of queries.report()) asked.inc({ operation, result }, requests)
}

/** `jaeger_query_latency`, a histogram, as text: its buckets are kept by `QueryCounts`. */
export function formatQueryLatency(queries: QueryCounts, bounds: readonly number[]): string {
  const name = 'jaeger_query_latency'
  const lines = [`# HELP ${name} Duration of queries in seconds.`, `# TYPE ${name} histogram`]
  for (const { operation, result, requests, buckets, seconds } of queries.report()) {
    const of = `operation="${operation}",result="${result}"`
    let below = 0
    bounds.forEach((bound, at) => {
      below += buckets[at]
      lines.push(`${name}_bucket{${of},le="${bound}"} ${below}`)
    })
    lines.push(`${name}_bucket{${of},le="+Inf"} ${requests}`)
    lines.push(`${name}_sum{${of}} ${seconds}`, `${name}_count{${of}} ${requests}`)
  }
  return `${lines.join('\n')}\n`
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0)
}

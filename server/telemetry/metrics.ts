/**
 * `/metrics` in Prometheus' text form, from one reading of the status. Names and units follow Prometheus' rules; sums of
 * the ledger's counters are exact: received = stored + duplicate + rejected + dropped.
 */
import { Counter, Gauge, Registry } from '@platformatic/prom-client'
import type { StatusAnswer } from '#shared/api/spoor.ts'
import { addJaegerMetrics, formatQueryLatency } from './jaeger-metrics.ts'
import { LATENCY_BUCKETS, type QueryCounts } from './query-counts.ts'

/** The exposition text of one moment. */
export async function formatMetrics(status: StatusAnswer, queries: QueryCounts): Promise<string> {
  const registry = new Registry()
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers: [registry] })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers: [registry] })

  const labels = ['protocol', 'service'] as const
  const received = counter('spoor_spans_received_total', 'Spans decoded far enough to be counted.', labels)
  const stored = counter('spoor_spans_stored_total', 'Spans acknowledged as kept.', labels)
  const duplicate = counter('spoor_spans_duplicate_total', 'Equal spans that the write recognised.', labels)
  const reasons = [...labels, 'reason'] as const
  const rejected = counter('spoor_spans_rejected_total', 'Spans that can not be kept, by reason.', reasons)
  const dropped = counter('spoor_spans_dropped_total', 'Spans given up on purpose, by reason.', reasons)
  for (const line of status.ledger.lines) {
    const of = { protocol: line.protocol, service: line.service }
    received.inc(of, line.received)
    stored.inc(of, line.stored)
    duplicate.inc(of, line.duplicate)
    for (const [reason, spans] of Object.entries(line.rejected)) rejected.inc({ ...of, reason }, spans)
    for (const [reason, spans] of Object.entries(line.dropped)) dropped.inc({ ...of, reason }, spans)
  }
  counter('spoor_span_values_cut_total', 'Attribute values cut because of the limit.', []).inc(status.ledger.valuesCut)
  counter('spoor_spans_with_entries_dropped_total', 'Spans that lost attributes, events or links to a limit.', []).inc(
    status.ledger.entriesDropped,
  )

  const requests = counter('spoor_requests_total', 'Requests by listener.', ['listener'])
  const refused = counter('spoor_requests_refused_total', 'Requests refused before anything was decoded.', [
    'listener',
    'reason',
  ])
  for (const listener of status.listeners) {
    requests.inc({ listener: listener.name }, listener.requests)
    for (const [reason, times] of Object.entries(listener.refused)) {
      refused.inc({ listener: listener.name, reason }, times)
    }
  }
  const drops = counter('spoor_udp_kernel_drops_total', 'Datagrams that the system dropped: its buffer was full.', [
    'listener',
  ])
  const buffer = gauge(
    'spoor_udp_receive_buffer_bytes',
    'The receive buffer that was asked for, and that the system granted.',
    ['listener', 'amount'],
  )
  for (const { name, receiveBuffer, refused: lost } of status.listeners) {
    if (receiveBuffer === undefined) continue
    drops.inc({ listener: name }, lost['kernel_buffer_full'] ?? 0)
    buffer.set({ listener: name, amount: 'asked' }, receiveBuffer.asked)
    buffer.set({ listener: name, amount: 'granted' }, receiveBuffer.granted)
  }
  const notKept = counter('spoor_signals_not_kept_total', 'OTLP requests of signals that are not kept.', ['signal'])
  for (const [signal, times] of Object.entries(status.notKept)) notKept.inc({ signal }, times)

  const { store, process } = status
  gauge('spoor_store_spans', 'Distinct spans held.').set(store.spanCount)
  gauge('spoor_store_bytes', 'Bytes that the store takes.').set(store.bytes)
  counter('spoor_store_copies_removed_total', 'Copies found after the write and removed.', []).inc(store.copiesRemoved)
  counter('spoor_store_spans_expired_total', 'Spans removed by retention.', []).inc(store.expiredSpans)
  gauge('spoor_store_writable', '1 while new spans are taken.').set(store.writable ? 1 : 0)
  gauge('spoor_store_quarantined_files', 'Damaged files left aside.').set(store.quarantined.length)
  if (store.freeBytes !== null) gauge('spoor_store_free_bytes', 'Bytes free on the disk.').set(store.freeBytes)
  gauge('process_resident_memory_bytes', 'Resident memory.').set(process.residentBytes)
  counter('process_cpu_seconds_total', 'User and system time.', []).inc(process.cpuSeconds)
  gauge('process_start_time_seconds', 'Start of the process, seconds since the epoch.').set(
    Number(BigInt(status.startedAt) / 1_000_000n) / 1000,
  )
  gauge('spoor_build_info', '1; the version is a label.', ['version']).set({ version: status.version }, 1)
  addJaegerMetrics(registry, status, queries)
  return `${await registry.metrics()}${formatQueryLatency(queries, LATENCY_BUCKETS)}`
}

/** `/metrics` of an agent as text: Jaeger's names that people have alerts on (WIRE.md 16.2), and ours. Written here: a library would be most of the agent. */
import type { LedgerReport } from '#server/pipeline/ledger.ts'
import type { ListenerStats } from '#server/transport/listener.ts'
import type { ReporterStats } from './reporter.ts'
import type { ProxyCounts } from './sampling-proxy.ts'

export interface AgentReading {
  readonly version: string
  readonly startedMs: number
  readonly ledger: LedgerReport
  /** For want of room in the buffer. */
  readonly refused: { readonly messages: number; readonly spans: number }
  readonly reporter: ReporterStats
  readonly bufferBytes: number
  readonly proxy: ProxyCounts
  readonly listeners: readonly { readonly name: string; readonly stats: ListenerStats }[]
  readonly residentBytes: number
  readonly cpuSeconds: number
}

type Labels = Readonly<Record<string, string>>

/** The exposition text of one moment. */
export function formatAgentMetrics(reading: AgentReading): string {
  const lines: string[] = []
  const family = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    values: readonly (readonly [Labels, number])[],
  ) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of values) lines.push(`${name}${labelText(labels)} ${value}`)
  }
  const counter = (name: string, help: string, values: readonly (readonly [Labels, number])[]): void =>
    family('counter', name, help, values)
  const gauge = (name: string, help: string, value: number): void => family('gauge', name, help, [[{}, value]])
  const { reporter, proxy, ledger } = reading

  const udp = reading.listeners.flatMap(({ name, stats }) => {
    if (stats.udp === undefined) return []
    const [model, protocol] = name.split('-')
    return [{ of: { protocol, model }, listener: name, stats, udp: stats.udp }]
  })
  const lost = ({ refused }: ListenerStats): number => sum(Object.values(refused))
  const server = 'jaeger_agent_thrift_udp_server'
  counter(
    `${server}_packets_processed_total`,
    'Datagrams whose spans were taken.',
    udp.map(({ of, stats }) => [of, stats.requests - lost(stats)]),
  )
  counter(
    `${server}_packets_dropped_total`,
    'Datagrams that were lost here or by the system, those that can not be read apart.',
    udp.map(({ of, stats, udp: { kernelDrops } }) => [
      of,
      lost(stats) - (stats.refused['undecodable'] ?? 0) + (kernelDrops ?? 0),
    ]),
  )
  counter(
    `${server}_read_errors_total`,
    'Datagrams that can not be read.',
    udp.map(({ of, stats }) => [of, stats.refused['undecodable'] ?? 0]),
  )
  const of = { format: 'jaeger', protocol: 'grpc' }
  counter('jaeger_agent_reporter_batches_submitted_total', 'Batches that the collector has.', [
    [of, reporter.deliveredBatches],
  ])
  counter(
    'jaeger_agent_reporter_batches_failures_total',
    'Batches that were lost, those without room in the buffer too.',
    [[of, reporter.lostBatches + reading.refused.messages]],
  )
  counter('jaeger_agent_reporter_spans_submitted_total', 'Spans that the collector has.', [
    [of, reporter.deliveredSpans],
  ])
  counter('jaeger_agent_reporter_spans_failures_total', 'Spans that were lost, those without room in the buffer too.', [
    [of, sum(reporter.lostSpans.values()) + reading.refused.spans],
  ])
  family('gauge', 'jaeger_agent_reporter_batch_size', 'Spans of the last batch.', [[of, reporter.lastBatchSpans]])
  counter('jaeger_agent_collector_proxy_total', 'Questions put to the collector, by result.', [
    [{ endpoint: 'sampling', protocol: 'grpc', result: 'ok' }, proxy.samplingOk],
    [{ endpoint: 'sampling', protocol: 'grpc', result: 'err' }, proxy.samplingFailed],
    [{ endpoint: 'baggage', protocol: 'grpc', result: 'ok' }, proxy.baggageOk],
    [{ endpoint: 'baggage', protocol: 'grpc', result: 'err' }, 0],
  ])

  const byService = (pick: (line: LedgerReport['lines'][number]) => number): [Labels, number][] =>
    ledger.lines.map(line => [{ protocol: line.protocol, service: line.service }, pick(line)])
  counter(
    'spoor_agent_spans_received_total',
    'Spans decoded, but for those refused for want of room.',
    byService(line => line.received),
  )
  counter(
    'spoor_agent_spans_taken_total',
    'Spans taken into the buffer.',
    byService(line => line.stored),
  )
  counter(
    'spoor_agent_spans_rejected_total',
    'Spans that can not be kept, by reason.',
    ledger.lines.flatMap(({ protocol, service, rejected }) =>
      Object.entries(rejected).map(([reason, spans]): [Labels, number] => [{ protocol, service, reason }, spans]),
    ),
  )
  counter('spoor_agent_spans_refused_total', 'Spans that found no room in the buffer.', [[{}, reading.refused.spans]])
  counter('spoor_agent_spans_delivered_total', 'Spans that the collector has.', [[{}, reporter.deliveredSpans]])
  counter(
    'spoor_agent_spans_lost_total',
    'Spans that were taken and can not be delivered, by reason.',
    Array.from(reporter.lostSpans, ([reason, spans]) => [{ reason }, spans]),
  )
  gauge(
    'spoor_agent_spans_waiting',
    'Spans that wait for the collector: taken = delivered + lost + waiting.',
    reporter.waitingSpans,
  )
  gauge('spoor_agent_buffer_bytes', 'Bytes that wait for the collector.', reporter.waitingBytes)
  gauge('spoor_agent_buffer_limit_bytes', 'Bytes that may wait; above, datagrams are dropped.', reading.bufferBytes)
  counter('spoor_agent_sent_bytes_total', 'Bytes of batches that the collector has.', [[{}, reporter.deliveredBytes]])
  counter('spoor_agent_retries_total', 'Batches that were sent again.', [[{}, reporter.retries]])
  counter('spoor_agent_sampling_stale_total', 'Questions answered by an old answer because no collector answered.', [
    [{}, proxy.samplingStale],
  ])
  counter(
    'spoor_requests_total',
    'Requests and datagrams by listener.',
    reading.listeners.map(({ name, stats }) => [{ listener: name }, stats.requests]),
  )
  counter(
    'spoor_requests_refused_total',
    'Requests and datagrams that were refused or lost, by reason.',
    reading.listeners.flatMap(({ name, stats }) => {
      const drops = stats.udp?.kernelDrops ?? 0
      const refused = [...Object.entries(stats.refused), ...(drops > 0 ? [['kernel_buffer_full', drops] as const] : [])]
      return refused.map(([reason, times]): [Labels, number] => [{ listener: name, reason }, times])
    }),
  )
  counter(
    'spoor_udp_kernel_drops_total',
    'Datagrams that the system dropped: its buffer was full.',
    udp.map(({ listener, udp: { kernelDrops } }) => [{ listener }, kernelDrops ?? 0]),
  )
  family(
    'gauge',
    'spoor_udp_receive_buffer_bytes',
    'The receive buffer that was asked for, and that the system granted.',
    udp.flatMap(({ listener, udp: { bufferAsked, bufferGranted } }) => [
      [{ listener, amount: 'asked' }, bufferAsked] as const,
      [{ listener, amount: 'granted' }, bufferGranted] as const,
    ]),
  )
  gauge('process_resident_memory_bytes', 'Resident memory.', reading.residentBytes)
  counter('process_cpu_seconds_total', 'User and system time.', [[{}, reading.cpuSeconds]])
  gauge('process_start_time_seconds', 'Start of the process, seconds since the epoch.', reading.startedMs / 1000)
  family('gauge', 'spoor_build_info', '1; version and role are labels.', [
    [{ role: 'agent', version: reading.version }, 1],
  ])
  return `${lines.join('\n')}\n`
}

function sum(values: Iterable<number>): number {
  let all = 0
  for (const value of values) all += value
  return all
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

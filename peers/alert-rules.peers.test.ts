/**
 * The eight alert rules that come with Jaeger 1.x, in a real Prometheus over our /metrics: each that this server can cause fires
 * when provoked, the others are listed with their reason. The stock rules wait for 15 minutes of a one-minute rate; here the rate is
 * of ten seconds and nothing waits.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '#bench/server-process.ts'

interface Rule {
  readonly alert: string
  readonly failed: string
  readonly all: string
  /** Why it can not fire here; such a rule is still evaluated. */
  readonly never?: string
}

const ofClient = 'its metric is exported by the programs that are traced, not by a server of Jaeger or by ours'
const rules: readonly Rule[] = [
  {
    alert: 'JaegerHTTPServerErrs',
    failed: 'jaeger_http_server_errors_total',
    all: 'jaeger_http_server_requests_total',
  },
  {
    alert: 'JaegerRPCRequestsErrors',
    failed: 'jaeger_rpc_http_requests_total{status_code=~"4xx|5xx"}',
    all: 'jaeger_rpc_http_requests_total',
  },
  {
    alert: 'JaegerClientSpansDropped',
    failed: 'jaeger_reporter_spans{result=~"dropped|err"}',
    all: 'jaeger_reporter_spans',
    never: ofClient,
  },
  {
    alert: 'JaegerAgentSpansDropped',
    failed: 'jaeger_agent_reporter_batches_failures_total',
    all: 'jaeger_agent_reporter_batches_submitted_total',
    never: 'its metric belongs to the role of the agent; this is a server with every role but that',
  },
  {
    alert: 'JaegerCollectorDroppingSpans',
    failed: 'jaeger_collector_spans_dropped_total',
    all: 'jaeger_collector_spans_received_total',
  },
  {
    alert: 'JaegerSamplingUpdateFailing',
    failed: 'jaeger_sampler_queries{result="err"}',
    all: 'jaeger_sampler_queries',
    never: ofClient,
  },
  {
    alert: 'JaegerThrottlingUpdateFailing',
    failed: 'jaeger_throttler_updates{result="err"}',
    all: 'jaeger_throttler_updates',
    never: ofClient,
  },
  {
    alert: 'JaegerQueryReqsFailing',
    failed: 'jaeger_query_requests_total{result="err"}',
    all: 'jaeger_query_requests_total',
  },
]

const by = 'by (instance, job, namespace)'
const expression = ({ failed, all }: Rule): string =>
  `100 * sum(rate(${failed}[10s])) ${by} / sum(rate(${all}[10s])) ${by} > 1`

const installed = spawnSync('prometheus', ['--version']).error === undefined
let server: ServerProcess
let prometheus: ChildProcess | undefined
let origin = ''
let directory = ''

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise<void>(resolve => probe.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

beforeAll(async () => {
  if (!installed) return
  directory = mkdtempSync(join(tmpdir(), 'spoor-alerts-'))
  // Nothing may be written with so large a reserve; of several queries at once all but one are refused.
  server = await startServer([
    '--data-dir',
    join(directory, 'data'),
    '--disk-reserve',
    '8000TiB',
    '--query-concurrency',
    '1',
    '--query-queue',
    '0',
  ])
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  const groups = [
    { name: 'jaeger', interval: '1s', rules: rules.map(rule => ({ alert: rule.alert, expr: expression(rule) })) },
  ]
  // JSON is YAML.
  writeFileSync(join(directory, 'rules.yml'), JSON.stringify({ groups }))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(directory, 'rules.yml')],
    scrape_configs: [{ job_name: 'jaeger', static_configs: [{ targets: [`127.0.0.1:${server.adminPort}`] }] }],
  }
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config))
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
}, 60_000)
afterAll(async () => {
  if (!installed || prometheus === undefined) return
  const ended = new Promise(resolve => prometheus?.once('exit', resolve))
  prometheus.kill()
  await ended
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
}, 60_000)

interface Judged {
  readonly name: string
  readonly state: string
  readonly health: string
  readonly lastError?: string
}

async function judged(): Promise<readonly Judged[]> {
  try {
    const answer = (await (await fetch(`${origin}/api/v1/rules`)).json()) as {
      data: { groups: { rules: Judged[] }[] }
    }
    return answer.data.groups.flatMap(group => group.rules)
  } catch {
    return []
  }
}

const firing = (all: readonly Judged[]): readonly string[] =>
  all.filter(({ state }) => state === 'firing').map(({ name }) => name)

async function provoke(): Promise<void> {
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'x',
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  }
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  const headers = { 'content-type': 'application/json' }
  await fetch(`http://127.0.0.1:${server.otlpHttpPort}/v1/traces`, { method: 'POST', headers, body })
  const search = `http://127.0.0.1:${server.queryPort}/api/traces?service=x`
  await Promise.all(Array.from({ length: 40 }, async () => (await fetch(search)).text()))
}

test.skipIf(!installed)(
  'the stock alerts are quiet when nothing fails and fire when it does (skipped without prometheus)',
  async () => {
    await expect
      .poll(async () => (await judged()).filter(({ health }) => health === 'ok').length, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(rules.length)
    expect(firing(await judged())).toEqual([])
    const expected = rules.filter(({ never }) => never === undefined).map(({ alert }) => alert)
    const seen = new Set<string>()
    await expect
      .poll(
        async () => {
          await provoke()
          for (const name of firing(await judged())) seen.add(name)
          return [...seen].toSorted()
        },
        { timeout: 90_000, interval: 300 },
      )
      .toEqual(expected.toSorted())
  },
  180_000,
)

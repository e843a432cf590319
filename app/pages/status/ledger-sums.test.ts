import { expect, test } from 'vitest'
import type { LedgerLine } from '#shared/api/spoor.ts'
import { addsUp, byProtocol, needsLook, reasonLines, sortedSenders, sumsOf } from './ledger-sums.ts'
import type { Sender } from './ledger-sums.ts'

const line = (protocol: string, service: string, received: number, rejected: Record<string, number>): LedgerLine => ({
  protocol,
  service,
  received,
  stored: received - 10 - Object.values(rejected).reduce((a, b) => a + b, 0),
  duplicate: 8,
  rejected,
  dropped: { not_sampled: 2 },
})
const lines = [
  line('otlp_grpc', 'a', 1000, { invalid_utf8: 3 }),
  line('otlp_http_json', 'a', 50, {}),
  line('otlp_grpc', 'b', 200, { invalid_trace_id: 7, invalid_utf8: 1 }),
]

test('lines add up by protocol, and the sums still do', () => {
  expect(byProtocol(lines)).toEqual([
    { protocol: 'otlp_grpc', received: 1200, stored: 1169, duplicate: 16, rejected: 11, dropped: 4 },
    { protocol: 'otlp_http_json', received: 50, stored: 40, duplicate: 8, rejected: 0, dropped: 2 },
  ])
  expect(byProtocol(lines).every(addsUp)).toBe(true)
  expect(addsUp({ ...sumsOf(lines[0]), stored: 7 })).toBe(false)
})

test('what is not kept stands by reason, most first', () => {
  expect(reasonLines(lines).map(({ kind, count, service, reason }) => `${count} ${service} ${kind} ${reason}`)).toEqual(
    [
      '7 b rejected invalid_trace_id',
      '3 a rejected invalid_utf8',
      '2 a dropped not_sampled',
      '2 a dropped not_sampled',
      '2 b dropped not_sampled',
      '1 b rejected invalid_utf8',
    ],
  )
})

test('senders that are silent or whose clock is off come first', () => {
  const now = '1764079601000000000'
  const sender = (
    service: string,
    agoSeconds: number,
    clockOffsetMs: number | null,
    spansPerSecond: number,
  ): Sender => ({
    protocol: 'otlp_grpc',
    service,
    peer: '127.0.0.1',
    client: 'go 1.38.0',
    spans: 1,
    spansPerSecond,
    lastSeen: String(BigInt(now) - BigInt(agoSeconds) * 1_000_000_000n),
    clockOffsetMs,
  })
  const senders = [
    sender('fine', 1, 3, 900),
    sender('silent', 600, 3, 0),
    sender('ahead', 1, -41_000, 0.3),
    sender('unknown', 1, null, 950),
  ]
  expect(senders.map(one => needsLook(one, now))).toEqual([false, true, true, false])
  expect(sortedSenders(senders, now).map(({ service }) => service)).toEqual(['ahead', 'silent', 'unknown', 'fine'])
})

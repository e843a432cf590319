import { expect, test } from 'vitest'
import { LimitError, OverloadedError, StoreUnavailableError } from '#server/errors.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { BodyInterruptedError } from './body.ts'
import { formatGrpcMessage, grpcErrorStatus, GrpcStatusError, parseGrpcTimeout, statusTrailers } from './grpc-status.ts'
import { readRetryDelayMs } from './retry-delay.ts'

test.each([
  [new DecodeError('3 bytes; expected 16', 'traceId', 7), 3, 'undecodable'],
  [new LimitError('too long', 'max-request-bytes'), 8, 'too_large'],
  [new OverloadedError('later', 'memory_budget', 1500), 14, 'memory_budget'],
  [new StoreUnavailableError('disk full'), 14, 'store_unavailable'],
  [new BodyInterruptedError('body_timeout', 'half'), 4, 'body_timeout'],
  [new GrpcStatusError(7, 'no'), 7, 'status_7'],
  [new TypeError('a bug'), 13, 'internal'],
])('%s', (error, code, reason) => {
  const known = grpcErrorStatus(error)
  expect([known.status.code, known.reason]).toEqual([code, reason])
  expect(known.status.message).toBe(reason === 'internal' ? 'internal error' : error.message)
})

test('only what may be repeated carries a RetryInfo', () => {
  expect(statusTrailers(grpcErrorStatus(new LimitError('x', 'y')).status)).toEqual({
    'grpc-status': '8',
    'grpc-message': 'x',
  })
  const trailers = statusTrailers(grpcErrorStatus(new OverloadedError('x', 'memory_budget', 1500)).status)
  // code 14, "x", Any of RetryInfo: 1 s and 500,000,000 ns.
  expect(Buffer.from(trailers['grpc-status-details-bin'], 'base64').toString('latin1')).toBe(
    '\x08\x0e\x12\x01x\x1a\x36\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x0a\x0a\x08\x08\x01\x10\x80\xca\xb5\xee\x01',
  )
})

test('the delay is read back', () => {
  const details = (retryAfterMs: number) => {
    const status = grpcErrorStatus(new OverloadedError('x', 'memory_budget', retryAfterMs)).status
    return new Uint8Array(Buffer.from(statusTrailers(status)['grpc-status-details-bin'], 'base64'))
  }
  for (const ms of [0, 5, 1000, 1500, 59_999]) expect(readRetryDelayMs(details(ms))).toBe(ms)
  // Nobody is left alone for an hour.
  expect(readRetryDelayMs(details(3_600_000))).toBe(60_000)
  expect(readRetryDelayMs(new Uint8Array())).toBeUndefined()
  // Another detail in front, and fields that are not known.
  const other = Buffer.from('\x08\x0e\x1a\x08\x0a\x01x\x12\x03\x0a\x7f\x01\x28\x01', 'latin1')
  expect(readRetryDelayMs(new Uint8Array(other))).toBeUndefined()
  expect(readRetryDelayMs(new Uint8Array([...other, ...details(1500).subarray(2)]))).toBe(1500)
  for (let length = 0; length < details(1500).length; length++) readRetryDelayMs(details(1500).subarray(0, length))
})

test('messages are percent-encoded UTF-8, cut between characters', () => {
  expect(formatGrpcMessage('50 % of "é"\n')).toBe('50 %25 of "%C3%A9"%0A')
  expect(decodeURIComponent(formatGrpcMessage('é'.repeat(2000)))).toBe('é'.repeat(512))
  expect(decodeURIComponent(formatGrpcMessage(`a${'é'.repeat(2000)}`))).toBe(`a${'é'.repeat(511)}`)
})

test.each([
  ['10S', 10_000],
  ['250m', 250],
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['500000u', 500],
  ['8000000n', 8],
  [undefined, undefined],
  ['', NaN],
  ['10', NaN],
  ['123456789S', NaN],
  ['-1S', NaN],
])('timeout %s', (header, ms) => {
  expect(parseGrpcTimeout(header)).toEqual(ms)
})

import { expect, test } from 'vitest'
import {
  decodeSamplingParameters,
  decodeSamplingResponse,
  encodeSamplingParameters,
  encodeSamplingResponse,
} from './sampling-protobuf.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')

test('a question', () => {
  expect(decodeSamplingParameters(Uint8Array.of(10, 4, 99, 97, 114, 116))).toBe('cart')
  expect(decodeSamplingParameters(new Uint8Array(0))).toBe('')
  expect(() => decodeSamplingParameters(Uint8Array.of(10, 9, 99))).toThrow('a length of 9 bytes; 1 bytes are left')
})

test('answers: a rate, a rate of zero, a limit, operations', () => {
  const rate = (samplingRate: number) => encodeSamplingResponse({ probabilisticSampling: { samplingRate } })
  expect(hex(rate(0.5))).toBe('120909000000000000e03f')
  expect(hex(rate(0))).toBe('1209090000000000000000')
  const limited = { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 5 } }
  expect(hex(encodeSamplingResponse(limited))).toBe('08011a020805')
  const operations = {
    defaultSamplingProbability: 0.5,
    perOperationStrategies: [{ operation: 'a', probabilisticSampling: { samplingRate: 1 } }],
  }
  expect(hex(encodeSamplingResponse({ operationSampling: operations }))).toBe(
    '222b09000000000000e03f1100000000000000001a0e0a0161120909000000000000f03f210000000000000000',
  )
})

test('what is asked and answered is read back', () => {
  for (const service of ['', 'cart', 'Genève 😀']) {
    expect(decodeSamplingParameters(encodeSamplingParameters(service))).toBe(service)
  }
  const answers = [
    { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 0 } },
    { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 300 } },
    {
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate: 0.001 },
      operationSampling: {
        defaultSamplingProbability: 0.25,
        defaultLowerBoundTracesPerSecond: 0.1,
        perOperationStrategies: [
          { operation: 'GET /', probabilisticSampling: { samplingRate: 0.5 } },
          { operation: '', probabilisticSampling: { samplingRate: 0 } },
        ],
        defaultUpperBoundTracesPerSecond: 0,
      },
    },
  ]
  for (const answer of answers) expect(decodeSamplingResponse(encodeSamplingResponse(answer))).toEqual(answer)
  expect(decodeSamplingResponse(new Uint8Array(0))).toEqual({ strategyType: 'PROBABILISTIC' })
  expect(() => decodeSamplingResponse(Uint8Array.of(34, 3, 9, 0, 0))).toThrow('a number of 8 bytes; 2 are left')
})

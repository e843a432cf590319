import { afterAll, expect, test } from 'vitest'
import { noStrategies } from '#server/sampling/parse-strategies.ts'
import type { Log } from '#server/telemetry/logger.ts'
import { buildSamplingApp } from './sampling-app.ts'

const nothing = (): void => undefined
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }
const strategies = noStrategies(0.5)
const app = buildSamplingApp({
  log,
  strategyOf(service) {
    if (service === 'broken') throw new Error('the store is away')
    return strategies.strategyOf(service)
  },
})
afterAll(() => app.close())

const ask = async (url: string) => {
  const { statusCode, body, headers } = await app.inject({ url })
  return [statusCode, body, headers['content-type']]
}

const JSON_TYPE = 'application/json; charset=utf-8'
const TEXT = 'text/plain; charset=utf-8'

test.each([
  [
    '/sampling?service=a',
    200,
    '{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5}}',
    JSON_TYPE,
  ],
  [
    '/api/sampling?service=',
    200,
    '{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5}}',
    JSON_TYPE,
  ],
  [
    '/legacy-sampling?service=a',
    200,
    '{"strategyType":0,"probabilisticSampling":{"samplingRate":0.5},"rateLimitingSampling":null,"operationSampling":null}',
    JSON_TYPE,
  ],
  ['/baggageRestrictions?service=a', 200, '[]', JSON_TYPE],
  ['/api/baggageRestrictions?service=a', 200, '[]', JSON_TYPE],
  ['/sampling', 400, "'service' parameter must be provided once\n", TEXT],
  ['/api/sampling?service=a&service=b', 400, "'service' parameter must be provided once\n", TEXT],
  ['/baggageRestrictions', 400, "'service' parameter must be provided once\n", TEXT],
  ['/api/sampling?service=broken', 500, 'collector error: the store is away\n', TEXT],
  ['/other', 404, '404 page not found\n', TEXT],
])('%s is answered %d', async (url, status, body, type) => {
  expect(await ask(url)).toEqual([status, body, type])
})

import { expect, test } from 'vitest'
import { noStrategies, parseStrategies } from './parse-strategies.ts'
import { legacyStrategyJson, strategyJson } from './strategy.ts'

const FILE = `{
  "service_strategies": [
    {"service": "foo", "type": "probabilistic", "param": 0.8,
     "operation_strategies": [
       {"operation": "op1", "type": "probabilistic", "param": 0.2},
       {"operation": "op2", "type": "ratelimiting", "param": 5}]},
    {"service": "bar", "type": "ratelimiting", "param": 5.9},
    {"service": "baz", "type": "lowerbound", "param": 1}
  ],
  "default_strategy": {"type": "probabilistic", "param": 0.5,
     "operation_strategies": [{"operation": "/health", "type": "probabilistic", "param": 0.0}]}
}`

test('a service with operations answers its own rate and theirs, then those of the default', () => {
  expect(strategyJson(parseStrategies(FILE).strategyOf('foo'))).toEqual({
    strategyType: 'PROBABILISTIC',
    probabilisticSampling: { samplingRate: 0.8 },
    operationSampling: {
      defaultSamplingProbability: 0.8,
      defaultLowerBoundTracesPerSecond: 0,
      perOperationStrategies: [
        { operation: 'op1', probabilisticSampling: { samplingRate: 0.2 } },
        { operation: '/health', probabilisticSampling: { samplingRate: 0 } },
      ],
      defaultUpperBoundTracesPerSecond: 0,
    },
  })
})

test('a service without operations takes those of the default; a rate limit is cut to whole traces', () => {
  expect(strategyJson(parseStrategies(FILE).strategyOf('bar'))).toEqual({
    strategyType: 'RATE_LIMITING',
    rateLimitingSampling: { maxTracesPerSecond: 5 },
    operationSampling: {
      defaultSamplingProbability: 0.5,
      defaultLowerBoundTracesPerSecond: 0,
      perOperationStrategies: [{ operation: '/health', probabilisticSampling: { samplingRate: 0 } }],
      defaultUpperBoundTracesPerSecond: 0,
    },
  })
})

test('an unknown service has the default; an unknown type has the built-in rate and is told', () => {
  const strategies = parseStrategies(FILE)
  expect(strategies.strategyOf('other').service).toEqual({ kind: 'probabilistic', rate: 0.5 })
  expect(strategies.strategyOf('__proto__').service).toEqual({ kind: 'probabilistic', rate: 0.5 })
  expect(strategies.strategyOf('baz').service).toEqual({ kind: 'probabilistic', rate: 0.001 })
  expect(strategies.warnings).toEqual([
    'line 6: service_strategies[0].operation_strategies[1]: type "ratelimiting" is left out, operations are sampled by probability only',
    'line 8: service_strategies[2]: type "lowerbound" is not known, sampled with probability 0.001',
  ])
})

test('without a default the given rate stands; without a file too', () => {
  expect(parseStrategies('{}', 1).strategyOf('a')).toEqual({ service: { kind: 'probabilistic', rate: 1 } })
  expect(parseStrategies('{"default_strategy": null}').strategyOf('a').service).toEqual({
    kind: 'probabilistic',
    rate: 0.001,
  })
  expect(noStrategies(1).strategyOf('a')).toEqual({ service: { kind: 'probabilistic', rate: 1 } })
})

test('the answer that old clients read has numbers for words and null for what is absent', () => {
  expect(legacyStrategyJson(noStrategies(0.5).strategyOf('a'))).toEqual({
    strategyType: 0,
    probabilisticSampling: { samplingRate: 0.5 },
    rateLimitingSampling: null,
    operationSampling: null,
  })
})

test('YAML says the same', () => {
  const text = 'default_strategy:\n  type: ratelimiting\n  param: 3\n'
  expect(parseStrategies(text).strategyOf('a').service).toEqual({ kind: 'ratelimiting', perSecond: 3 })
})

test.each([
  ['[]', 'line 1: the file: got a list, expected an object with service_strategies and default_strategy'],
  ['', 'line 1: the file: got nothing, expected an object with service_strategies and default_strategy'],
  ['{"a": 1,\n  ]', /^line 2, column \d+: /u],
  ['{"service_strategies": 7}', 'line 1: service_strategies: got 7, expected a list'],
  [
    '{"service_strategies": [\n  {"service": "a", "type": "probabilistic", "param": 2}]}',
    'line 2: service_strategies[0].param: got 2, expected a probability from 0 to 1',
  ],
  [
    '{"service_strategies": [\n\n  {"type": "probabilistic", "param": 1}]}',
    'line 3: service_strategies[0].service: got nothing, expected a text',
  ],
  [
    '{"default_strategy": {"type": "ratelimiting",\n "param": "five"}}',
    'line 2: default_strategy.param: got "five", expected a number',
  ],
  [
    '{"default_strategy": {"type": "ratelimiting", "param": -1}}',
    'line 1: default_strategy.param: got -1, expected traces a second, 0 or more',
  ],
])('%s is refused with its line', (text, message) => {
  expect(() => parseStrategies(text)).toThrow(message)
})

test('a key that is not known is told with its line', () => {
  expect(parseStrategies('{"default_strategy": {"type": "probabilistic",\n "param": 1, "parm": 2}}').warnings).toEqual([
    'line 2: default_strategy: "parm" is not known here',
  ])
})

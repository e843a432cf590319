import type { z } from 'zod'
import type { Setting } from './setting.ts'
import { decimal, duration, filePathOrNone, oneOf, probability, wholeNumber } from './values.ts'

/**
 * What clients that ask are told about sampling, and which traces are kept of those that come. The names of adaptive sampling are Jaeger's
 * (its `--sampling.…`), others have Jaeger's name beside ours.
 */

function setting<Schema extends z.ZodType<unknown, string>>(entry: Omit<Setting<Schema>, 'group'>): Setting<Schema> {
  return { group: 'Sampling', ...entry }
}

export const samplingSettings = {
  samplingType: setting({
    name: 'sampling-type',
    jaegerName: 'sampling.config.type',
    schema: oneOf('file', 'adaptive'),
    default: 'file',
    placeholder: 'KIND',
    meaning:
      'What clients that ask are told: file: what the strategies file says, or the default share; adaptive: a share for each operation ' +
      'that follows its traffic',
  }),
  samplingStrategiesFile: setting({
    name: 'sampling-strategies-file',
    jaegerName: 'sampling.strategies-file',
    schema: filePathOrNone,
    default: '',
    defaultMeaning: 'none',
    placeholder: 'FILE',
    meaning:
      'What clients that ask are told, in the form of Jaeger’s strategies file (JSON or YAML); also an http address',
  }),
  samplingStrategiesReloadMs: setting({
    name: 'sampling-strategies-reload',
    jaegerName: 'sampling.strategies-reload-interval',
    schema: duration('0s', '24h'),
    default: '1s',
    placeholder: 'DURATION',
    meaning: 'How often the strategies are looked at again; 0s: only at the start',
  }),
  samplingDefaultProbability: setting({
    name: 'sampling-default-probability',
    schema: probability,
    default: ({ role }) => (role === 'collector' ? '0.001' : '1'),
    defaultMeaning: '1, in the role of a collector 0.001',
    placeholder: 'SHARE',
    meaning: 'What clients are told that no strategy names: the share of traces to keep',
  }),
  ingestSampleRate: setting({
    name: 'ingest-sample-rate',
    jaegerName: 'downsampling.ratio',
    schema: probability,
    default: '1',
    placeholder: 'SHARE',
    meaning:
      'Of what comes in, this share of the traces is kept, each whole or not at all whatever door its spans come by; the rest is counted ' +
      'as dropped',
  }),
  adaptiveTargetPerSecond: setting({
    name: 'sampling.target-samples-per-second',
    schema: decimal(1e-6, 1e6),
    default: '1',
    placeholder: 'N',
    meaning: 'With adaptive sampling, traces a second that each operation should have',
  }),
  adaptiveTolerance: setting({
    name: 'sampling.delta-tolerance',
    schema: decimal(0, 100),
    default: '0.3',
    placeholder: 'SHARE',
    meaning: 'A deviation from the target up to this share changes nothing',
  }),
  adaptiveRoundsUsed: setting({
    name: 'sampling.buckets-for-calculation',
    schema: wholeNumber(1, 1000),
    default: '1',
    placeholder: 'N',
    meaning: 'Intervals that a calculation looks at, the newest with the most weight',
  }),
  adaptiveRoundMs: setting({
    name: 'sampling.calculation-interval',
    schema: duration('1s', '24h'),
    default: '1m',
    placeholder: 'DURATION',
    meaning: 'How often shares are computed',
  }),
  adaptiveRoundsKept: setting({
    name: 'sampling.aggregation-buckets',
    schema: wholeNumber(1, 1000),
    default: '10',
    placeholder: 'N',
    meaning: 'Intervals that are remembered',
  }),
  adaptiveDelayMs: setting({
    name: 'sampling.delay',
    schema: duration('0s', '24h'),
    default: '2m',
    placeholder: 'DURATION',
    meaning: 'Traffic younger than this is left for a later calculation',
  }),
  adaptiveInitialProbability: setting({
    name: 'sampling.initial-sampling-probability',
    schema: probability,
    default: '0.001',
    placeholder: 'SHARE',
    meaning: 'What is told of operations that are not known yet',
  }),
  adaptiveLeastProbability: setting({
    name: 'sampling.min-sampling-probability',
    schema: probability,
    default: '0.00001',
    placeholder: 'SHARE',
    meaning: 'No share becomes smaller',
  }),
  adaptiveLeastPerSecond: setting({
    name: 'sampling.min-samples-per-second',
    schema: decimal(0, 1e6),
    default: String(1 / 60),
    defaultMeaning: 'one a minute',
    placeholder: 'N',
    meaning: 'Traces a second that clients keep of an operation whatever its share',
  }),
} as const

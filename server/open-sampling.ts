/** What clients that ask are told, by the settings, and the line at the start that says so. */
import { hostname } from 'node:os'
import type { Settings } from '#server/config/settings-table.ts'
import { ADAPTIVE_DEFAULTS } from '#server/sampling/adaptive.ts'
import type { SampledRoots } from '#server/sampling/sampled-roots.ts'
import { openAdaptiveSampling, openFileSampling, type Sampling } from '#server/sampling/sampling.ts'
import type { Log } from '#server/telemetry/logger.ts'

export interface OpenedSampling {
  readonly sampling: Sampling
  /** To be called when the threads are there that `takeRoots` asks. */
  readonly startRounds: () => void
}

/** Rejects with a line for a person when the strategies can't be read or understood. */
export async function openSampling(
  settings: Settings,
  log: Log,
  takeRoots: () => Promise<readonly SampledRoots[]>,
): Promise<OpenedSampling> {
  if (settings.ingestSampleRate < 1) {
    log.warn(
      { share: settings.ingestSampleRate },
      `of what comes in, this server keeps ${shareText(settings.ingestSampleRate)}`,
    )
  }
  return settings.samplingType === 'adaptive' ? adaptive(settings, log, takeRoots) : await byFile(settings, log)
}

function adaptive(settings: Settings, log: Log, takeRoots: () => Promise<readonly SampledRoots[]>): OpenedSampling {
  const sampling = openAdaptiveSampling({
    adaptive: {
      targetPerSecond: settings.adaptiveTargetPerSecond,
      tolerance: settings.adaptiveTolerance,
      roundsUsed: settings.adaptiveRoundsUsed,
      roundsKept: settings.adaptiveRoundsKept,
      roundMs: settings.adaptiveRoundMs,
      delayMs: settings.adaptiveDelayMs,
      initialProbability: settings.adaptiveInitialProbability,
      leastProbability: settings.adaptiveLeastProbability,
      leastPerSecond: settings.adaptiveLeastPerSecond,
      leaseMs: ADAPTIVE_DEFAULTS.leaseMs,
    },
    takeRoots,
    onProblem: error => log.error({ err: error }, 'a round of adaptive sampling could not be computed'),
    collector: `${hostname()} ${process.pid}`,
  })
  if (settings.samplingStrategiesFile !== '') {
    log.warn({ strategies: settings.samplingStrategiesFile }, 'the strategies are not read: sampling is adaptive')
  }
  const { adaptiveTargetPerSecond: target, adaptiveInitialProbability: initial } = settings
  log.info(
    { type: 'adaptive', target, probability: initial },
    `clients that ask about sampling are told: keep what makes ${target} traces a second of each operation; of one that is not known yet ${shareText(initial)}`,
  )
  return { sampling, startRounds: () => sampling.start() }
}

async function byFile(settings: Settings, log: Log): Promise<OpenedSampling> {
  const { samplingStrategiesFile: place, samplingDefaultProbability: probability } = settings
  const sampling = await openFileSampling({
    place,
    reloadMs: settings.samplingStrategiesReloadMs,
    defaultRate: probability,
    log,
  })
  log.info(
    { strategies: place, probability },
    `clients that ask about sampling are told: keep ${shareText(probability)}, where no strategy says otherwise`,
  )
  return { sampling, startRounds: () => undefined }
}

/** `every trace`, `none`, `1 in 1000`. */
function shareText(share: number): string {
  if (share === 1) return 'every trace'
  return share === 0 ? 'none' : `1 in ${Number((1 / share).toPrecision(3))}`
}

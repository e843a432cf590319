/** What adaptive sampling keeps between its rounds and shares between collectors. One form in memory; external stores have theirs. */

/** What one collector saw of one operation in one round. */
export interface OperationSamples {
  readonly service: string
  readonly operation: string
  /** Root spans that were kept by probability. */
  readonly count: number
  /** The probabilities that their senders used, as text with six decimals, at most ten. */
  readonly probabilities: readonly string[]
}

/** One collector's round. */
export interface SamplesRound {
  /** When it ended, ms since the epoch. */
  readonly at: number
  readonly collector: string
  readonly samples: readonly OperationSamples[]
}

export interface OperationProbability {
  readonly service: string
  readonly operation: string
  readonly probability: number
  /** Traces a second that were seen, before sampling counted at the probability in force. */
  readonly perSecond: number
}

export interface SamplingStore {
  addRound(round: SamplesRound): Promise<void>
  /** Rounds that ended in (after, until], in order. */
  rounds(after: number, until: number): Promise<readonly SamplesRound[]>
  /** What the leader computed last; undefined before the first time. */
  probabilities(): Promise<readonly OperationProbability[] | undefined>
  setProbabilities(probabilities: readonly OperationProbability[]): Promise<void>
  /** Whether `owner` leads from now on for `leaseMs`: it led before, or nobody does. */
  takeLead(owner: string, leaseMs: number, now: number): Promise<boolean>
}

/** Older rounds are forgotten, ms: more than any round of calculation reads. */
const KEPT_MS = 3_600_000

/** The form for one collector. Nothing of it survives the process, which then begins with the initial probability again. */
export function memorySamplingStore(): SamplingStore {
  let rounds: SamplesRound[] = []
  let latest: readonly OperationProbability[] | undefined
  let lead: { owner: string; until: number } | undefined
  return {
    async addRound(round) {
      rounds.push(round)
      rounds = rounds.filter(({ at }) => at > round.at - KEPT_MS).sort((a, b) => a.at - b.at)
    },
    rounds: async (after, until) => rounds.filter(({ at }) => at > after && at <= until),
    probabilities: async () => latest,
    async setProbabilities(probabilities) {
      latest = probabilities
    },
    async takeLead(owner, leaseMs, now) {
      if (lead !== undefined && lead.owner !== owner && lead.until > now) return false
      lead = { owner, until: now + leaseMs }
      return true
    },
  }
}

// Where one duration stands among those of its peers, from their histogram. Pure.

/** Below so many peers a share says nothing. */
export const FEWEST_PEERS = 20

export interface Bucket {
  readonly fromNs: number
  readonly toNs: number
  readonly count: number
}

export interface PeerPlace {
  readonly count: number
  /** Of the peers, how many took less time, 0 … 1: within a bucket as if they were spread evenly. */
  readonly share: number
  /** The middle one of the peers took as long, as nearly as the buckets tell. */
  readonly usual: boolean
}

/** `buckets` ascending. Undefined without peers. */
export function peerPlace(buckets: readonly Bucket[], ns: number): PeerPlace | undefined {
  let count = 0
  let below = 0
  /** In the buckets before the one where it stands, and in that. */
  let before = 0
  let beside = 0
  for (const { fromNs, toNs, count: n } of buckets) {
    count += n
    if (toNs <= ns && fromNs !== ns) {
      below += n
      before += n
      continue
    }
    if (fromNs < ns) below += (n * (ns - fromNs)) / (toNs - fromNs)
    if (fromNs <= ns) beside += n
  }
  if (count === 0) return undefined
  return { count, share: below / count, usual: before < count / 2 && before + beside >= count / 2 && beside > 0 }
}

/** The word for it. */
export function peerWord({ share, usual }: PeerPlace): 'usual' | 'slower' | 'faster' {
  return usual ? 'usual' : share >= 0.5 ? 'slower' : 'faster'
}

export interface PeerColumn {
  /** 0 … 1 from the shortest to the longest, by logarithm. */
  readonly x: number
  readonly width: number
  /** 0 … 1 of the highest. */
  readonly height: number
  /** At or above the duration. */
  readonly slower: boolean
}

/** The buckets as columns, where the duration stands over them, and what the right end stands for: twice the left or more. */
export function peerColumns(
  buckets: readonly Bucket[],
  ns: number,
): { readonly columns: readonly PeerColumn[]; readonly at: number; readonly toNs: number } {
  // Nothing is shorter than a microsecond for the eye; what takes no time stands there too.
  const log = (value: number): number => Math.log2(Math.max(1024, value))
  const first = Math.min(log(ns), log(buckets[0]?.fromNs ?? 0))
  const last = Math.max(log(ns), log(buckets.at(-1)?.toNs ?? 0), first + 1)
  const x = (value: number): number => (log(value) - first) / (last - first)
  const most = buckets.reduce((high, { count }) => Math.max(high, count), 1)
  const columns = buckets.map(({ fromNs, toNs, count }) => ({
    x: x(fromNs),
    width: Math.max(1 / 8 / (last - first), x(toNs) - x(fromNs)),
    height: count / most,
    slower: toNs > ns,
  }))
  return { columns, at: x(ns), toNs: Math.max(ns, 2 ** last) }
}

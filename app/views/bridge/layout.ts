/** A bridge from one total to another: each step begins where the one before it ended. Pure. */

export interface BridgeStep {
  readonly key: string
  readonly value: number
}

/** Shares of the width, 0 … 1. */
export interface BridgeBar {
  readonly key: string
  readonly left: number
  readonly width: number
  /** Where the next one begins. */
  readonly end: number
}

export interface BridgeLayout {
  readonly from: BridgeBar
  readonly steps: readonly BridgeBar[]
  readonly to: BridgeBar
}

/** `from` and `to` begin at 0; steps that do not add up to their difference end where they end. All fits into the width. */
export function layoutBridge(from: number, steps: readonly BridgeStep[], to: number): BridgeLayout {
  let least = 0
  let most = Math.max(from, to)
  let at = from
  for (const { value } of steps) {
    at += value
    least = Math.min(least, at)
    most = Math.max(most, at)
  }
  const range = most - least || 1
  const bar = (key: string, begin: number, end: number): BridgeBar => ({
    key,
    left: (Math.min(begin, end) - least) / range,
    width: Math.abs(end - begin) / range,
    end: (end - least) / range,
  })
  at = from
  const bars = steps.map(({ key, value }) => {
    const begin = at
    at += value
    return bar(key, begin, at)
  })
  return { from: bar('from', 0, from), steps: bars, to: bar('to', 0, to) }
}

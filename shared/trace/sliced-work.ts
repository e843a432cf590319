/**
 * Work over every span of a trace that may take longer than a frame: a generator that stops for breath every few thousand
 * steps, so that who runs it on a busy thread can let others in between, or give it up. It has no clock of its own.
 */
export type SlicedWork<T> = Generator<undefined, T, undefined>

/** Steps between two breaths are a power of two: `if ((i & BREATH) === BREATH) yield`. Some tenths of a millisecond. */
export const BREATH = 8191

/** Runs it to its end at once: in workers and tests. */
export function finishWork<T>(work: SlicedWork<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/**
 * The indices 0 … n − 1 ascending by `keys` (whole numbers from 0 to 2^53), equal keys in order of index: as
 * `orderByNumber`, with breaths.
 */
export function* orderInSlices(keys: Float64Array | Uint32Array): SlicedWork<Uint32Array<ArrayBuffer>> {
  const n = keys.length
  let order: Uint32Array<ArrayBuffer> = new Uint32Array(n)
  let sorted = true
  let most = 0
  for (let i = 0; i < n; i++) {
    order[i] = i
    if (i > 0 && keys[i] < keys[i - 1]) sorted = false
    if (keys[i] > most) most = keys[i]
    if ((i & BREATH) === BREATH) yield
  }
  if (sorted) return order
  let other: Uint32Array<ArrayBuffer> = new Uint32Array(n)
  const counts = new Uint32Array(65_536)
  for (let unit = 1; unit <= most; unit *= 65_536) {
    counts.fill(0)
    for (let i = 0; i < n; i++) {
      counts[Math.floor(keys[i] / unit) % 65_536]++
      if ((i & BREATH) === BREATH) yield
    }
    let sum = 0
    for (let d = 0; d < 65_536; d++) {
      const count = counts[d]
      counts[d] = sum
      sum += count
    }
    yield
    for (let i = 0; i < n; i++) {
      const item = order[i]
      other[counts[Math.floor(keys[item] / unit) % 65_536]++] = item
      if ((i & BREATH) === BREATH) yield
    }
    ;[order, other] = [other, order]
  }
  return order
}

/** The indices 0 … n − 1 in the order that `compare` says, equal ones by index: a merge sort with breaths. */
export function* sortInSlices(n: number, compare: (a: number, b: number) => number): SlicedWork<Uint32Array> {
  let order: Uint32Array = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  let other: Uint32Array = new Uint32Array(n)
  let steps = 0
  for (let run = 1; run < n; run *= 2) {
    for (let from = 0; from < n; from += run * 2) {
      const middle = Math.min(n, from + run)
      const to = Math.min(n, from + run * 2)
      let left = from
      let right = middle
      for (let k = from; k < to; k++) {
        if ((steps++ & BREATH) === BREATH) yield
        const takeLeft = left < middle && (right >= to || compare(order[left], order[right]) <= 0)
        other[k] = takeLeft ? order[left++] : order[right++]
      }
    }
    ;[order, other] = [other, order]
  }
  return order
}

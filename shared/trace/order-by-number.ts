/** Sorting many whole numbers by index, in time that grows with their count alone: radix over 16-bit digits. */

/** Below this many a comparison sort is as quick. */
const FEW = 256

/**
 * The indices 0 … n − 1 ascending by `keys` (whole numbers from 0 to 2^53), equal keys in order of index. Keys that are
 * in order already cost one look at each.
 */
export function orderByNumber(keys: Float64Array): Uint32Array<ArrayBuffer> {
  const n = keys.length
  let order: Uint32Array<ArrayBuffer> = new Uint32Array(n)
  let sorted = true
  let most = 0
  for (let i = 0; i < n; i++) {
    order[i] = i
    if (i > 0 && keys[i] < keys[i - 1]) sorted = false
    if (keys[i] > most) most = keys[i]
  }
  if (sorted) return order
  if (n <= FEW) return order.sort((a, b) => keys[a] - keys[b] || a - b)
  let other = new Uint32Array(n)
  const counts = new Uint32Array(65_536)
  for (let unit = 1; unit <= most; unit *= 65_536) {
    counts.fill(0)
    for (let i = 0; i < n; i++) counts[digit(keys[i], unit)]++
    let sum = 0
    for (let d = 0; d < 65_536; d++) {
      const count = counts[d]
      counts[d] = sum
      sum += count
    }
    for (let i = 0; i < n; i++) other[counts[digit(keys[order[i]], unit)]++] = order[i]
    ;[order, other] = [other, order]
  }
  return order
}

function digit(key: number, unit: number): number {
  return Math.floor(key / unit) % 65_536
}

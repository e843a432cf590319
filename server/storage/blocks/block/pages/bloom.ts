/**
 * A Bloom filter over the hashes of a column's distinct values: says for most values that a block does not have them that this is so,
 * without the dictionary being read. One value in 100 that is not there passes.
 */

const BITS_A_VALUE = 8
const PROBES = 5

/** `hashes`: 32-bit, one a value. The result has a power of two of bits. */
export function buildBloom(hashes: Uint32Array): Uint8Array {
  const bits = Math.max(64, 2 ** Math.ceil(Math.log2(hashes.length * BITS_A_VALUE * 0.75)))
  const filter = new Uint8Array(bits / 8)
  for (const hash of hashes) {
    let probe = hash
    const step = ((hash >>> 15) | (hash << 17) | 1) >>> 0
    for (let k = 0; k < PROBES; k++) {
      const bit = probe & (bits - 1)
      filter[bit >>> 3] |= 1 << (bit & 7)
      probe = (probe + step) >>> 0
    }
  }
  return filter
}

/** False: no value with this hash is there. */
export function bloomMayHold(filter: Uint8Array, hash: number): boolean {
  const mask = filter.length * 8 - 1
  let probe = hash
  const step = ((hash >>> 15) | (hash << 17) | 1) >>> 0
  for (let k = 0; k < PROBES; k++) {
    const bit = probe & mask
    if ((filter[bit >>> 3] & (1 << (bit & 7))) === 0) return false
    probe = (probe + step) >>> 0
  }
  return true
}

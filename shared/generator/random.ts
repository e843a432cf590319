/** Numbers that look random and are the same for the same seed, on every machine: sfc32 over 128 bits of state. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** Seeds are 32-bit numbers; other numbers are cut to that. */
  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = Math.imul(seed, 0x9e3779b1)
    this.#c = ~seed
    for (let i = 0; i < 15; i++) this.u32()
  }

  /** 0 … 2^32 − 1. */
  u32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    return t >>> 0
  }

  /** [0, 1). */
  unit(): number {
    return this.u32() / 4294967296
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.unit() * below)
  }

  /** [from, to). */
  between(from: number, to: number): number {
    return from + this.unit() * (to - from)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]
  }

  /** Log-normal with this median: how durations fall. `spread` is the standard deviation of the logarithm. */
  logNormal(median: number, spread: number): number {
    // The sum of twelve uniform numbers is normal enough, and needs no logarithm of zero.
    let sum = -6
    for (let i = 0; i < 12; i++) sum += this.unit()
    return median * Math.exp(sum * spread)
  }
}

/** One page as it is written: its form says which file of this folder reads it. */

/** Every value is `param`; no bytes. */
export const FORM_CONSTANT = 0
/** (length, value) as varints. */
export const FORM_RUNS = 1
/** `param` bits a value. */
export const FORM_BITS = 2
/** `param` planes of bytes, the lowest first. */
export const FORM_PLANES = 3
/** `count` bytes. */
export const FORM_BYTES = 4
/** The residual bits of numbers.ts; `param` is the unit. */
export const FORM_RESIDUALS = 5

export interface EncodedPage {
  readonly form: number
  readonly codec: number
  readonly count: number
  readonly param: number
  readonly rawLength: number
  readonly bytes: Uint8Array
}

/** What the directory of a block knows of a page. */
export interface PageEntry {
  readonly form: number
  readonly codec: number
  readonly count: number
  readonly param: number
  readonly rawLength: number
  readonly offset: number
  readonly length: number
  /** CRC-32 of the page's bytes in the file. */
  readonly checksum: number
}

export const NO_BYTES = new Uint8Array(0)

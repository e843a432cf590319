/** Whole numbers in any spelling that JSON has for them: the protobuf JSON mapping takes `1.7e18` and `1.0` for integers too. */

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,10}))?$/u

/** More digits than any integer of 64 bits has; what would have more is out of every range. */
const MOST_DIGITS = 40

/**
 * The value of a number that is whole, exactly: its digits are moved, never rounded. `undefined` for what is no number or
 * has a fraction; a number of more than 40 digits comes as one of 41, beyond any range here.
 */
export function wholeNumber(text: string): bigint | undefined {
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = match
  let digits = (whole + fraction).replace(/^0+/u, '')
  if (digits === '') return 0n
  let last = digits.length
  while (digits.charCodeAt(last - 1) === 48) last--
  // Zeros at its end count as powers of ten.
  const tens = Number(exponent) - fraction.length + digits.length - last
  if (tens < 0) return undefined
  digits = last + tens > MOST_DIGITS ? `1${'0'.repeat(MOST_DIGITS)}` : digits.slice(0, last) + '0'.repeat(tens)
  return BigInt(sign + digits)
}

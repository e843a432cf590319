import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// What is told by colour as well as by shape stays apart for those who see fewer colours: distances between tokens, in OKLab, after
// the simulation of Machado, Oliveira and Fernandes (2009) at its full severity.

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

const SIGHT: Readonly<Record<string, Matrix>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const times = (matrix: Matrix, [a, b, c]: Triple): Triple =>
  matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Triple

/** Björn Ottosson's OKLab, and back; linear sRGB, cut to what a screen shows. */
function linearRgb([lightness, chroma, hue]: Triple): Triple {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)]
  const cones = times(
    [
      [1, 0.3963377774, 0.2158037573],
      [1, -0.1055613458, -0.0638541728],
      [1, -0.0894841775, -1.291485548],
    ],
    [lightness, a, b],
  ).map(value => value ** 3) as unknown as Triple
  return times(
    [
      [4.0767416621, -3.3077115913, 0.2309699292],
      [-1.2684380046, 2.6097574011, -0.3413193965],
      [-0.0041960863, -0.7034186147, 1.707614701],
    ],
    cones,
  ).map(value => Math.min(1, Math.max(0, value))) as unknown as Triple
}

function okLab(rgb: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(value => Math.cbrt(Math.max(0, value))) as unknown as Triple
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  )
}

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')

/** Lightness, chroma and hue of a token in the light and the dark theme. */
function token(name: string): { readonly light: Triple; readonly dark: Triple } {
  const found = new RegExp(`--${name}: light-dark\\(oklch\\(([^)]+)\\), oklch\\(([^)]+)\\)\\)`, 'u').exec(css)
  if (found === null) throw new Error(`tokens.css has no --${name} of two colours`)
  const [light, dark] = found.slice(1).map(text => text.split(' ').map(Number) as unknown as Triple)
  return { light, dark }
}

/** Two and a half times what side by side is just told apart (0.02): marks are small and stand away from each other. */
const APART = 0.05

const pairs = [
  ['diff-added', 'diff-removed'],
  ['diff-added', 'error'],
  ['diff-removed', 'error'],
  ['diff-slower', 'diff-faster'],
  ['error', 'ok'],
  ['diff-added', 'diff-same'],
  ['diff-removed', 'diff-same'],
] as const

for (const [sight, matrix] of Object.entries(SIGHT)) {
  for (const theme of ['light', 'dark'] as const) {
    test.each(pairs)(`${sight}, ${theme}: %s and %s are told apart`, (one, other) => {
      const [a, b] = [one, other].map(name => okLab(times(matrix, linearRgb(token(name)[theme]))))
      const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
      expect(distance).toBeGreaterThan(APART)
    })
  }
}

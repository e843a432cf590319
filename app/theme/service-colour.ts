// The mark of a service: one of 20 hues and one of 3 heads, so 60 marks. It follows from the name alone, so a service
// looks the same in every trace, page, file and browser (rule: the design's "Service colours").

/** Head of a bar or swatch: 0 plain, 1 three pixels in the deep tone, 2 three pixels cut off by a notch of two. */
export type ServiceCap = 0 | 1 | 2

export interface ServiceMark {
  /** Hue slot 0…19: the custom property `--svc-<slot>`, and the index into `CanvasColours.service`; or one behind them. */
  readonly slot: number
  readonly cap: ServiceCap
}

/** Number of hues in tokens.css. */
export const SERVICE_SLOTS = 20
/** Slots behind those of services: one colour for nothing to tell, and the six shades of the heat ramp, lightest first. */
export const HEAT_SLOT = SERVICE_SLOTS + 1
export const HEAT_SHADES = 6
export const PLAIN_SLOT = HEAT_SLOT - 1

const encoder = new TextEncoder()

/** FNV-1a, 32 bits, over the UTF-8 bytes of `text`. A lone surrogate counts as U+FFFD, as TextEncoder writes it. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** The mark of the service called `name`; any string has one, the empty one too. */
export function serviceMark(name: string): ServiceMark {
  const hash = fnv1a32(name)
  return { slot: hash % SERVICE_SLOTS, cap: ((hash >>> 8) % 3) as ServiceCap }
}

/** CSS value of a slot's colour, for DOM; a canvas takes `CanvasColours.service[slot]`. */
export function serviceColour(slot: number): string {
  if (slot === PLAIN_SLOT) return 'var(--line-2)'
  if (slot >= HEAT_SLOT) return `var(--heat-${slot - HEAT_SLOT + 1})`
  return `var(--svc-${slot})`
}

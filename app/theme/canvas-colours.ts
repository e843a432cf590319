// Colours for canvases. A canvas does not resolve var() and light-dark(), so the computed values are read from a probe
// element once per theme change and handed to the drawing code as plain strings. In forced colours tokens.css gives the
// system's names, so drawing must also tell things apart by shape (`forced` says when).

import { HEAT_SHADES, HEAT_SLOT, serviceColour } from './service-colour.ts'

const NAMES = [
  'surface-0',
  'surface-1',
  'surface-2',
  'surface-raised',
  'text-1',
  'text-2',
  'text-3',
  'text-on-bar',
  'line-1',
  'line-2',
  'line-control',
  'accent',
  'accent-soft',
  'focus',
  'hover',
  'match',
  'error',
  'warning',
  'ok',
  'critical',
  'diff-slower',
  'diff-added',
  'diff-faster',
  'diff-removed',
  'diff-same',
  'heat-1',
  'heat-2',
  'heat-3',
  'heat-4',
  'heat-5',
  'heat-6',
] as const

/** A token that drawings use, without the leading dashes. */
export type CanvasColourName = (typeof NAMES)[number]

/** Computed CSS colours of the theme in force, ready for `fillStyle`. Immutable; a theme change makes a new one. */
export interface CanvasColours extends Readonly<Record<CanvasColourName, string>> {
  /** Bar colour per slot of `serviceMark`. */
  readonly service: readonly string[]
  /** The slot's deep tone, for heads of cap 1. */
  readonly serviceDeep: readonly string[]
  /** Font families as CSS writes them, for `ctx.font`. */
  readonly font: string
  readonly mono: string
  /** True in forced-colours mode: every service bar is CanvasText, marks and shapes must carry the meaning. */
  readonly forced: boolean
}

/** Reads all colours from the styles in force at `root`. Forces one style calculation; call it once per theme change. */
export function readCanvasColours(root: HTMLElement): CanvasColours {
  const probe = root.ownerDocument.createElement('span')
  probe.hidden = true
  root.append(probe)
  const view = root.ownerDocument.defaultView ?? window
  const read = (value: string): string => {
    probe.style.color = value
    return view.getComputedStyle(probe).color
  }
  const forced = view.matchMedia('(forced-colors: active)').matches
  // Service hues stay in the tokens in forced colours; there they all become the system's text colour.
  probe.style.setProperty('forced-color-adjust', 'none')
  const named = Object.fromEntries(NAMES.map(name => [name, read(`var(--${name})`)])) as Record<
    CanvasColourName,
    string
  >
  const service: string[] = []
  const serviceDeep: string[] = []
  for (let slot = 0; slot < HEAT_SLOT + HEAT_SHADES; slot++) {
    const colour = serviceColour(slot)
    service.push(forced ? read('CanvasText') : read(colour))
    serviceDeep.push(forced ? read('CanvasText') : read(`oklch(from ${colour} calc(l - 0.22) c h)`))
  }
  probe.style.fontFamily = 'var(--font)'
  const font = view.getComputedStyle(probe).fontFamily
  probe.style.fontFamily = 'var(--mono)'
  const mono = view.getComputedStyle(probe).fontFamily
  probe.remove()
  return { ...named, service, serviceDeep, font, mono, forced }
}

/** Where drawings get their colours: `current()` is cheap, `subscribe` tells when they have changed. */
export interface CanvasColourSource {
  current(): CanvasColours
  subscribe(changed: () => void): () => void
}

const sources = new WeakMap<HTMLElement, CanvasColourSource>()

/**
 * The one source for all drawings below `root`. Watches what can change colours: `data-theme` on `root`, the system's theme,
 * contrast and forced colours; for good, so that a view that opens finds them read. Nothing is computed until the first
 * `current()` after a change.
 */
export function watchCanvasColours(root: HTMLElement): CanvasColourSource {
  const known = sources.get(root)
  if (known !== undefined) return known
  let colours: CanvasColours | undefined
  const subscribers = new Set<() => void>()
  const view = root.ownerDocument.defaultView ?? window
  const changed = (): void => {
    colours = undefined
    for (const subscriber of subscribers) subscriber()
  }
  new MutationObserver(changed).observe(root, { attributes: true, attributeFilter: ['data-theme'] })
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
    view.matchMedia(query).addEventListener('change', changed)
  }
  const source: CanvasColourSource = {
    current: () => (colours ??= readCanvasColours(root)),
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => void subscribers.delete(subscriber)
    },
  }
  sources.set(root, source)
  return source
}

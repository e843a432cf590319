/**
 * What holds for every picture: nothing scrolls sideways, no text is cut without a sign of it, axe finds nothing, and every computed
 * colour is one of the tokens. The page is looked at as it is; nothing of it is changed for the looking.
 */
import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** The levels that are promised: WCAG 2.2, A and AA. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Custom properties of tokens.css that hold a colour. */
const colourTokens = [
  ...new Set(
    [
      ...readFileSync('app/theme/tokens.css', 'utf8').matchAll(
        /^ {2}(--[\w-]+):\s*(?:light-dark\(|var\(--|oklch\()/gmu,
      ),
    ].map(([, name]) => name),
  ),
]

/** Everything that is wrong with the page as it stands, one line each. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  return [
    ...(await page.evaluate(sideways)),
    ...(await page.evaluate(clippedTexts)),
    ...(await colourFaults(page)),
    ...(await axeFaults(page)),
  ]
}

/** Runs in the page: what makes it wider than its window. */
function sideways(): string[] {
  const { scrollWidth } = document.documentElement
  return scrollWidth > window.innerWidth
    ? [`sideways: the page is ${scrollWidth} px wide in ${window.innerWidth} px`]
    : []
}

/** Runs in the page: texts of which something is cut off, without an ellipsis and without a title. */
function clippedTexts(): string[] {
  const faults: string[] = []
  const say = (text: string, why: string): void => void faults.push(`clipped: “${text.trim().slice(0, 60)}” ${why}`)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent ?? ''
    const parent = node.parentElement
    if (
      text.trim() === '' ||
      parent === null ||
      parent.closest('.sr, [hidden], script, style, [aria-hidden="true"]') !== null
    )
      continue
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    if (box.width === 0) continue
    // An ellipsis or a title at any element around it is the sign that there is more; a box that scrolls shows it all.
    for (let around: HTMLElement | null = parent; around !== null; around = around.parentElement) {
      const style = getComputedStyle(around)
      if (style.textOverflow === 'ellipsis' || around.title !== '' || /auto|scroll/u.test(style.overflowX)) break
      if (around.clientWidth <= 1) break
      if (!/hidden|clip/u.test(style.overflowX)) continue
      const edge = around.getBoundingClientRect()
      const where = `by ${around.tagName.toLowerCase()}.${around.className}`
      if (box.right > edge.right + 1 || box.left < edge.left - 1) {
        say(text, where)
        break
      }
      // A line cut along its height: what is wholly outside has been scrolled or folded away.
      const out = Math.max(box.bottom - edge.bottom, edge.top - box.top)
      if (around === parent && out > 2 && out < box.height) {
        say(text, `in its height ${where}`)
        break
      }
    }
  }
  const context = document.createElement('canvas').getContext('2d')
  for (const input of document.querySelectorAll('input')) {
    if (context === null || input.placeholder === '' || input.value !== '' || input.clientWidth <= 1) continue
    const style = getComputedStyle(input)
    context.font = style.font
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    if (context.measureText(input.placeholder).width > room + 1 && style.textOverflow !== 'ellipsis')
      say(input.placeholder, 'as a placeholder')
  }
  return faults
}

async function colourFaults(page: Page): Promise<readonly string[]> {
  return await page.evaluate(tokens => {
    const probe = document.createElement('i')
    document.body.append(probe)
    // With reduced motion every change is a transition of next to no time, and would be read halfway.
    probe.style.setProperty('transition', 'none', 'important')
    // A token may be thinned: what stands behind the slash is not compared.
    const solid = (colour: string): string => colour.replace(/ \/ [\d.]+\)$/u, ')')
    const known = new Set(['rgba(0, 0, 0, 0)'])
    const take = (value: string): void => {
      probe.style.color = ''
      probe.style.setProperty('color', value)
      known.add(solid(getComputedStyle(probe).color))
    }
    for (const token of tokens) take(`var(${token})`)
    // The head of a service's mark: see service-colour.ts.
    for (let slot = 0; slot < 20; slot++) take(`oklch(from var(--svc-${slot}) calc(l - 0.22) c h)`)
    probe.remove()
    const faults = new Map<string, string>()
    const look = (element: Element, property: string, colour: string): void => {
      if (known.has(solid(colour)) || colour === 'none' || colour.startsWith('url(')) return
      faults.set(`${property} ${colour}`, `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)
    }
    for (const element of document.querySelectorAll('body, body *')) {
      // The browser's own list under each of ours, for forms; nobody sees it.
      if (!element.checkVisibility() || element.closest('[data-testid="hidden-select-container"]') !== null) continue
      // What only assistive technology gets (one pixel, clipped) has no colour that anybody sees.
      const hidden = element.closest('.sr, [style*="clip-path"], [style*="clip:"]')
      if (hidden !== null && hidden.clientWidth <= 1 && hidden.clientHeight <= 1) continue
      const style = getComputedStyle(element)
      look(element, 'color', style.color)
      look(element, 'background', style.backgroundColor)
      for (const side of ['Top', 'Right', 'Bottom', 'Left'] as const) {
        if (style[`border${side}Width`] !== '0px') look(element, 'border', style[`border${side}Color`])
      }
      if (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') look(element, 'outline', style.outlineColor)
      if (element instanceof SVGElement && !(element instanceof SVGSVGElement)) {
        look(element, 'fill', style.fill)
        look(element, 'stroke', style.stroke)
      }
    }
    return [...faults].map(([what, where]) => `colour outside the tokens: ${what} of ${where}`)
  }, colourTokens)
}

async function axeFaults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze()
  const faults: string[] = []
  for (const { id, help, nodes } of violations) {
    for (const { target, any } of nodes.slice(0, 3)) {
      const place = target.join(' ')
      if (id === 'target-size' && (await hasRoomInView(page, place))) continue
      faults.push(`axe ${id}: ${help}, at ${place} (${any.map(({ message }) => message).join('; ')})`)
    }
  }
  return faults
}

/** A link that the sticky foot lies over is measured against the foot's own: it is looked at again where it can be pressed. */
async function hasRoomInView(page: Page, place: string): Promise<boolean> {
  const element = page.locator(place)
  if ((await element.count()) !== 1) return false
  const before = await element.evaluateHandle(node => {
    const boxes: (readonly [Element, number])[] = []
    for (let box = node.parentElement; box !== null; box = box.parentElement) boxes.push([box, box.scrollTop])
    node.scrollIntoView({ block: 'center' })
    return boxes
  })
  const { violations } = await new AxeBuilder({ page }).include(place).withRules(['target-size']).analyze()
  await before.evaluate(boxes => {
    for (const [box, top] of boxes) box.scrollTop = top
  })
  return violations.length === 0
}

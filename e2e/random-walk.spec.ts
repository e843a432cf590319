/**
 * Sixty random interactions with a page, always the same ones (others by hand: `WALK_SEED=… WALK_STEPS=200`); then its address in
 * a new tab shows the same view. What is compared is what the page says of itself: headings, texts of rows, and what is chosen,
 * pressed, open, sorted and typed; scrolled to the top, as the place one has scrolled to is of no link.
 */
import type { Page } from '@playwright/test'
import { Random } from '#shared/generator/random.ts'
import { randomTraceId, sendTrace } from './send-spans.ts'
import type { SentSpan } from './send-spans.ts'
import { expect, startSpoor, test } from './server.ts'

const SEED = Number(process.env['WALK_SEED'] ?? 7)
const STEPS = Number(process.env['WALK_STEPS'] ?? 60)
/** The view is compared after so many steps, so that a difference is near to what made it. */
const COMPARED_EVERY = 20

/** What carries something away, changes the store or another page, or depends on what else the store has. */
const LEFT_OUT = /copy|download|share|archive|save|open file|keep|change|typical|demo|send|next page|next \d|zone/iu

const KEYS = (
  'ArrowDown ArrowUp ArrowLeft ArrowRight Enter Home End PageDown Escape ' +
  '* [ ] o O p P r R e E n N x z + - 0 f w s a d i t'
).split(' ')
const WORDS = ['SELECT', 'error', 'cart', 'db.system=postgres', 'duration > 20ms', 'no such thing', 'user.id', '']
/** For any field of the search form: fitting in one, refused by another. */
const ANSWERS = (
  'db.system=postgres|error=true|user.id|no="such thing||now|2020-01-01|12:00|yesterday|' + '20ms|1.5s|3h|5|20|0'
).split('|')

/** A minute and more ago, so that the page does not wait for more of it; services of its own, as other specs count theirs. */
function order(reads: number, slow: number): SentSpan {
  const read = (k: number): SentSpan => ({
    service: 'walk-ledger',
    name: 'SELECT ledger_entry',
    at: 220 + k * 30,
    ms: 12 + (k % 4) * 4,
    kind: 'client',
    attributes: { 'db.system': 'postgres', 'db.rows': String(k % 3) },
  })
  return {
    service: 'walk-shop',
    name: 'POST /orders',
    at: 0,
    ms: 2000 + slow,
    kind: 'server',
    attributes: { 'http.route': '/orders', 'user.id': 'u-7' },
    below: [
      {
        service: 'walk-cart',
        name: 'read cart',
        at: 20,
        ms: 150,
        below: [{ service: 'walk-cache', name: 'GET', at: 30, ms: 9 }],
      },
      {
        service: 'walk-ledger',
        name: 'balance',
        at: 200,
        ms: 60 + reads * 30,
        below: Array.from({ length: reads }, (_, k) => read(k)),
      },
      {
        service: 'walk-payments',
        name: 'charge',
        at: 1400,
        ms: 300 + slow,
        error: true,
        attributes: { 'user.id': 'u-7' },
      },
      {
        service: 'walk-mail',
        name: 'confirm',
        at: 1750 + slow,
        ms: 90,
        below: [{ service: 'walk-mail', name: 'render', at: 1760 + slow, ms: 30, error: true }],
      },
    ],
  }
}

/** Runs in the page: marks one of what can be pressed and says what it is; undefined when there is nothing. */
function markOne({ part, leftOut, inside }: { part: number; leftOut: string; inside: string }): string | undefined {
  for (const old of document.querySelectorAll('[data-walk]')) old.removeAttribute('data-walk')
  const skipped = new RegExp(leftOut, 'iu')
  const roles = '[role=tab], [role=radio], [role=row], [role^=menuitem], [role=option], [role=switch], [role=checkbox]'
  const nameOf = (element: Element): string =>
    (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60)
  const all = [...document.querySelectorAll(inside)]
    .flatMap(box => [...box.querySelectorAll(`button, a[href], label:has(input), ${roles}`)])
    .filter(element => {
      if (element.closest('[data-local-action], [aria-hidden=true], [inert]') !== null || skipped.test(nameOf(element)))
        return false
      if (element instanceof HTMLButtonElement && element.disabled) return false
      if (element.getAttribute('aria-disabled') === 'true' || !element.checkVisibility({ visibilityProperty: true }))
        return false
      if (element instanceof HTMLAnchorElement)
        return element.pathname === location.pathname && element.target === '' && element.hash === ''
      const { width, height } = element.getBoundingClientRect()
      return width > 1 && height > 1
    })
  const chosen = all[Math.floor(part * all.length)]
  if (chosen === undefined) return undefined
  chosen.setAttribute('data-walk', '')
  return `${chosen.getAttribute('role') ?? chosen.localName} “${nameOf(chosen)}”`
}

/** Runs in the page: what it says of itself. */
function description(): string[] {
  const lines: string[] = []
  const states = [
    'aria-pressed',
    'aria-checked',
    'aria-selected',
    'aria-current',
    'aria-expanded',
    'aria-sort',
    'aria-level',
    'data-selected',
  ]
  const looked =
    'h1, h2, h3, button, a, [role=tab], [role=radio], [role=row], th, tr, input, footer, aside dd, main p, [role=img]'
  for (const element of document.querySelectorAll(looked)) {
    if (element.closest('main') === null || element.closest('[aria-hidden=true], [data-local-action]') !== null)
      continue
    if (!element.checkVisibility({ visibilityProperty: true })) continue
    // Rows that reach into the box only a little are there or not by chance.
    const box = element.closest('[role=treegrid], [role=grid]')?.getBoundingClientRect()
    if (box !== undefined && element.getBoundingClientRect().bottom > Math.min(box.bottom, innerHeight) - 60) continue
    const state = states.flatMap(name => {
      // A list that opened late, after it was asked to close, is of no link.
      const value = name === 'aria-expanded' && element.ariaHasPopup ? null : element.getAttribute(name)
      return value === null ? [] : [`${name}=${value}`]
    })
    if (element instanceof HTMLInputElement) {
      const { type } = element
      state.push(
        type === 'radio' || type === 'checkbox' ? `checked=${String(element.checked)}` : `value=${element.value}`,
      )
    }
    // How much room the disk has left is of no link.
    const name = (element.getAttribute('aria-label') ?? element.textContent ?? '').replace(/[\d.]+\s[KMGT]B$/u, '')
    lines.push(`${element.localName} ${name.replace(/\s+/gu, ' ').trim().slice(0, 200)} ${state.join(' ')}`.trim())
  }
  return lines
}

interface Walk {
  readonly page: Page
  readonly random: () => number
  readonly log: string[]
  /** Where pointer gestures go; none where the page has no drawing. */
  readonly drawing: string | undefined
  /** Fields that are typed into, and what. */
  readonly field: string
  readonly words: readonly string[]
  /** Done before the view is compared: asks for what stands in a form, which is of no address before. */
  readonly settle?: (page: Page) => Promise<void>
}

/** What opens over the page. */
const OVER = '[role=menu], [role=listbox], [role=dialog], [role=alertdialog]'

async function step(walk: Walk): Promise<void> {
  const { page, random, log, drawing, field, words } = walk
  const { pathname } = new URL(page.url())
  const dice = random()
  if (dice < 0.2) {
    const key = KEYS[Math.floor(random() * KEYS.length)]
    log.push(`key ${key}`)
    await page.evaluate(() => {
      const { activeElement } = document
      if (activeElement instanceof HTMLInputElement) activeElement.blur()
    })
    await page.keyboard.press(key)
  } else if (dice < 0.27) {
    const word = words[Math.floor(random() * words.length)]
    const enter = random() < 0.5
    const inputs = page.locator(field)
    const count = await inputs.count()
    if (count === 0) return
    const input = inputs.nth(count === 1 ? 0 : Math.floor(random() * count))
    if (!(await input.isVisible())) return
    // Under a dialog nothing can be typed.
    if (await input.evaluate(one => one.closest('[inert]') !== null)) return
    log.push(
      `types “${word}”${enter ? ' and Enter' : ''} into ${(await input.getAttribute('aria-label')) ?? 'a field'}`,
    )
    await input.fill(word)
    // What is offered comes from the server: waited for, though not for long, as there may be nothing to offer.
    if ((await input.getAttribute('role')) === 'combobox')
      await page
        .locator(OVER)
        .first()
        .waitFor({ timeout: 400 })
        .catch(() => undefined)
    if (enter) await input.press('Enter')
  } else if (dice < 0.4 && drawing !== undefined) {
    const canvas = page.locator(drawing).last()
    const box = (await canvas.isVisible()) ? await canvas.boundingBox() : null
    if (box === null) return
    const [x, y] = [box.x + box.width * (0.1 + random() * 0.8), box.y + box.height * (0.1 + random() * 0.8)]
    await page.mouse.move(x, y)
    const kind = Math.floor(random() * 4)
    log.push(`pointer ${['wheel', 'drag', 'shift-drag', 'double click'][kind]} at ${x.toFixed()}, ${y.toFixed()}`)
    if (kind === 0) await page.mouse.wheel(0, random() < 0.6 ? -200 : 300)
    else if (kind === 3) await page.mouse.dblclick(x, y)
    else {
      if (kind === 2) await page.keyboard.down('Shift')
      await page.mouse.down()
      await page.mouse.move(x + (random() - 0.5) * 300, y, { steps: 3 })
      await page.mouse.up()
      if (kind === 2) await page.keyboard.up('Shift')
    }
  } else await press(walk, 'main')
  // What opens over the page is used, and closed before the next step.
  for (let rounds = 0; rounds < 3 && (await isOver(page)); rounds++) await press(walk, OVER)
  for (let rounds = 0; rounds < 4 && (await isOver(page)); rounds++) {
    await page.keyboard.press('Escape')
    await page.waitForTimeout(50)
  }
  if (new URL(page.url()).pathname !== pathname) {
    log.push(`came to ${new URL(page.url()).pathname}, goes back`)
    await page.goBack()
    await expect(page.locator('main h1').first()).toBeAttached()
  }
}

async function isOver(page: Page): Promise<boolean> {
  return await page.locator(`:is(${OVER}):visible`).first().isVisible()
}

async function press({ page, random, log }: Walk, inside: string): Promise<void> {
  const what = await page.evaluate(markOne, { part: random(), leftOut: LEFT_OUT.source, inside })
  if (what === undefined) return
  try {
    await page.locator('[data-walk]').click({ timeout: 1000 })
    log.push(`presses ${what}`)
  } catch {
    // Something lies over it, or it went while it was being reached for.
    log.push(`could not press ${what}`)
  }
}

/** To the top of every box, the pointer out of the way, and nothing in the focus. */
async function rest(page: Page): Promise<readonly string[]> {
  // A tab behind another draws nothing, and what is drawn anew is what is scrolled.
  await page.bringToFront()
  const grid = page.locator('[role=treegrid]').first()
  const tree = (await grid.isVisible()) ? await grid.boundingBox() : null
  if (tree !== null) {
    await page.mouse.move(tree.x + 20, tree.y + tree.height / 2)
    await page.mouse.wheel(0, -1_000_000)
  }
  await page.mouse.move(1, 1)
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    scrollTo(0, 0)
    for (const box of document.querySelectorAll('main *')) if (box.scrollTop > 0) box.scrollTop = 0
  })
  return await page.evaluate(description)
}

/** What differs, a line each, with what was done before. */
async function compareInNewTab(walk: Walk): Promise<void> {
  const { page, log } = walk
  await walk.settle?.(page)
  // Windows go into the address when they rest.
  await page.waitForTimeout(500)
  const tab = await page.context().newPage()
  await tab.setViewportSize(page.viewportSize() ?? { width: 1440, height: 900 })
  await tab.goto(page.url())
  let missing: readonly string[] = ['nothing was compared']
  let more: readonly string[] = []
  for (let tries = 0; tries < 20 && missing.length + more.length > 0; tries++) {
    await tab.waitForTimeout(tries === 0 ? 300 : 500)
    const [here, there] = [await rest(page), await rest(tab)]
    missing = here.filter(line => !there.includes(line))
    more = there.filter(line => !here.includes(line))
  }
  const told = [
    `seed ${SEED}, after ${log.length} steps, at ${page.url()}`,
    ...log.slice(-COMPARED_EVERY - 10).map(line => `  ${line}`),
    ...missing.slice(0, 12).map(line => `only in the tab of the walk: ${line}`),
    ...more.slice(0, 12).map(line => `only in the new tab: ${line}`),
  ]
  expect(missing.length + more.length, told.join('\n')).toBe(0)
  await tab.close()
}

async function walkAbout(walk: Omit<Walk, 'random' | 'log'>): Promise<void> {
  const numbers = new Random(SEED)
  const random = (): number => numbers.unit()
  const whole: Walk = { ...walk, random, log: [] }
  const thrown: string[] = []
  // An action that cannot be done is a fault of the walk or of the page, and neither waits for the end of the test.
  walk.page.setDefaultTimeout(15_000)
  walk.page.on('pageerror', error => thrown.push(`${error.message} after ${whole.log.at(-1)}`))
  for (let at = 1; at <= STEPS; at++) {
    await step(whole)
    if (at % COMPARED_EVERY === 0 || at === STEPS) await compareInNewTab(whole)
  }
  expect(thrown, `seed ${SEED}`).toEqual([])
}

const LONG_AGO = Date.now() - 600_000

test.describe(`seed ${SEED}`, () => {
  test.setTimeout(600_000)

  test('a trace, in all its views', async ({ page, spoor }) => {
    const id = await sendTrace(spoor, order(14, 0), { traceId: randomTraceId(), startMs: LONG_AGO })
    await page.goto(`${spoor.origin}/trace/${id}`)
    await expect(page.getByRole('treegrid')).toBeVisible()
    await walkAbout({ page, drawing: 'main canvas', field: 'main search input', words: WORDS })
  })

  test('a comparison', async ({ page, spoor }) => {
    const [a, b] = [
      await sendTrace(spoor, order(4, 0), { traceId: randomTraceId(), startMs: LONG_AGO }),
      await sendTrace(spoor, order(20, 250), { traceId: randomTraceId(), startMs: LONG_AGO + 5000 }),
    ]
    await page.goto(`${spoor.origin}/trace/${a}...${b}`)
    await expect(page.getByRole('table', { name: 'Differences' })).toBeVisible()
    await walkAbout({ page, drawing: undefined, field: 'main input[type=search]', words: WORDS })
  })

  test('the search page', async ({ page }) => {
    // A store of its own: what is found is what is compared.
    const spoor = await startSpoor()
    try {
      for (let k = 0; k < 30; k++)
        await sendTrace(spoor, order(k % 7, (k * 37) % 400), { startMs: LONG_AGO - k * 60_000 })
      // “The last hour” is the same hour in the new tab.
      await page.context().clock.setFixedTime(LONG_AGO + 600_000)
      await page.goto(`${spoor.origin}/search`)
      await expect(page.locator('tbody a').first()).toBeVisible()
      await walkAbout({ page, drawing: undefined, field: FORM_FIELDS, words: ANSWERS, settle: askForTheForm })
    } finally {
      await spoor.stop()
    }
  })
})

const FORM_FIELDS = 'form[role=search] input:not([type=checkbox]):not([type=radio]):visible'

/** Finds what the form says; what it refuses is of no address, and is taken back. */
async function askForTheForm(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter')
  const refused = page.locator('form[role=search] [aria-invalid=true]')
  if ((await refused.count()) > 0) await page.locator('[data-command="search.reset"]').first().click()
  await expect(refused).toHaveCount(0)
  await expect(page.locator('main [aria-busy=true]')).toHaveCount(0)
}

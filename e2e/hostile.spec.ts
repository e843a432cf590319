/**
 * Three hundred hostile texts (hostile-texts.ts) in every place of a trace that holds text, on every page and in every view: each
 * is shown as it was sent, no script of theirs runs, the browser reports nothing and no element is made of them.
 */
import { randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { randomTraceId } from './send-spans.ts'
import { expect, test } from './server.ts'
import type { Spoor } from './server.ts'

/** What is not well formed can't be sent as UTF-8: U+FFFD comes in its place. */
const TEXTS = HOSTILE_TEXTS.map(text => text.toWellFormed())

/** Longer texts may be cut on screen, and say so; this much of them is there. */
const SHOWN = 200

const START = (Date.now() - 60_000) * 1e6
const pair = (key: string, stringValue: string): object => ({ key, value: { stringValue } })
const all = (): readonly object[] => TEXTS.map(text => pair(text, text))
const spanId = (): string => randomBytes(8).toString('hex')

interface Sent {
  readonly service: string
  readonly resource?: readonly object[]
  readonly scope?: object
  readonly span: Readonly<Record<string, unknown>>
}

async function send(spoor: Spoor, spans: readonly Sent[]): Promise<void> {
  const resourceSpans = spans.map(({ service, resource = [], scope, span }) => ({
    resource: { attributes: [pair('service.name', service), ...resource] },
    scopeSpans: [{ scope, spans: [span] }],
  }))
  const answer = await fetch(`http://127.0.0.1:${spoor.otlpHttpPort}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
  })
  const text = await answer.text()
  if (answer.status !== 200 || text.includes('rejectedSpans')) throw new Error(`answered ${answer.status}: ${text}`)
}

function times(atMs: number, ms: number): object {
  return { startTimeUnixNano: String(START + atMs * 1e6), endTimeUnixNano: String(START + (atMs + ms) * 1e6) }
}

/** A root, a span for each text, and one with all texts as keys and values of all it has. `slower` makes it differ. */
async function sendEverywhere(
  spoor: Spoor,
  slower: number,
): Promise<{ readonly id: string; readonly carrier: string }> {
  const traceId = randomTraceId()
  const [root, carrier] = [spanId(), spanId()]
  const links = TEXTS.map(text => ({
    traceId: randomTraceId(),
    spanId: spanId(),
    traceState: text,
    attributes: [pair(text, text)],
  }))
  await send(spoor, [
    { service: 'root', span: { traceId, spanId: root, name: 'root', kind: 2, ...times(0, 9000 + slower * 400) } },
    {
      service: 'carrier',
      resource: all(),
      scope: { name: 'carrier', version: '1', attributes: all() },
      span: {
        traceId,
        spanId: carrier,
        parentSpanId: root,
        name: 'carrier',
        ...times(1, 5),
        attributes: slower === 0 ? all() : TEXTS.map(text => pair(text, `changed ${text}`)),
        events: TEXTS.map((text, k) => ({
          name: slower === 0 ? text : `changed ${text}`,
          timeUnixNano: String(START + 1e6 + k * 1000),
          attributes: [pair(text, text)],
        })),
        links,
      },
    },
    ...TEXTS.map((text, k) => ({
      service: text,
      resource: [pair(text, text)],
      scope: { name: text, version: text },
      span: {
        traceId,
        spanId: spanId(),
        parentSpanId: root,
        name: text,
        kind: 3,
        traceState: text,
        status: { code: 2, message: text },
        ...times(10 + k * 25, 20 + slower * (k % 3)),
        attributes: [pair(text, text), pair('same', text)],
      },
    })),
  ])
  return { id: traceId, carrier }
}

/** Whatever the page says that it should not: errors, reports, requests elsewhere. */
function watch(page: Page, origin: string): string[] {
  const heard: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => heard.push(`thrown: ${error.message}`))
  page.on('dialog', dialog => {
    heard.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    const url = request.url().replace(/^blob:/u, '')
    if (new URL(url).origin !== origin) heard.push(`request: ${url}`)
  })
  return heard
}

/** Runs before the page's own scripts. */
function trap(): void {
  const kept = { struck: 0, reports: [] as string[] }
  Object.assign(window, { kept, struck: () => kept.struck++ })
  document.addEventListener('securitypolicyviolation', event => {
    kept.reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
  })
}

/** Runs in the page: what stands in it that no text may make. */
function madeOfTexts(): string[] {
  const faults: string[] = []
  const { kept } = window as unknown as { kept: { struck: number; reports: string[] } }
  if (kept.struck > 0) faults.push(`a script ran ${kept.struck} times`)
  faults.push(...kept.reports.map(report => `reported: ${report}`))
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) faults.push('every object has a new property')
  for (const element of document.querySelectorAll('body *')) {
    const name = element.localName
    if (/^(?:script|iframe|object|embed|base|link|meta|style|marquee|video|audio|img|x)$/u.test(name)) {
      if (element.closest('[data-testid="hidden-select-container"]') === null) faults.push(`an element ${name}`)
    }
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith('on')) faults.push(`${name} has ${attribute}=${value.slice(0, 40)}`)
      if (!/^(?:href|src|action|formaction|xlink:href|data)$/u.test(attribute)) continue
      const { protocol, host } = new URL(value, document.baseURI)
      if (!/^(?:https?|mailto|blob):$/u.test(protocol)) faults.push(`${name} leads to ${value.slice(0, 60)}`)
      else if (host !== location.host) faults.push(`${name} leads away to ${value.slice(0, 60)}`)
    }
  }
  return faults
}

/**
 * Runs in the page: the places of those texts that do not stand in it, whole, wherever one scrolls.
 */
async function missing(wanted: readonly string[]): Promise<number[]> {
  const open = new Set(wanted.keys())
  const look = (): void => {
    const names = [...document.querySelectorAll('[title], [aria-label]')].map(
      element => `${element.getAttribute('title') ?? ''}\n${element.getAttribute('aria-label') ?? ''}`,
    )
    const inputs = [...document.querySelectorAll('input, textarea')].map(
      input => (input as HTMLInputElement | HTMLTextAreaElement).value,
    )
    const text = [document.body.textContent, ...names, ...inputs].join('\n')
    for (const at of open) if (text.includes(wanted[at])) open.delete(at)
  }
  const frame = (): Promise<void> =>
    new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
  look()
  const boxes = [document.scrollingElement, ...document.querySelectorAll('main *')].filter(
    (box): box is Element =>
      box !== null && box.scrollHeight > box.clientHeight + 1 && /auto|scroll/u.test(getComputedStyle(box).overflowY),
  )
  if (document.scrollingElement !== null) boxes.push(document.scrollingElement)
  for (const box of boxes) {
    const { scrollTop } = box
    for (let top = 0; open.size > 0 && top < box.scrollHeight; top += Math.max(100, box.clientHeight * 0.8)) {
      box.scrollTop = top
      await frame()
      look()
    }
    box.scrollTop = scrollTop
  }
  return [...open]
}

const inText = (text: string): string => text
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
/** As Go writes it, and Jaeger's answers with it. */
const inGoJson = (text: string): string =>
  inJson(text).replace(/[<>&\u2028\u2029]/gu, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Runs in the page: what a tree that shows one item says while these keys are pressed. */
async function walk(tree: Element, keys: readonly string[]): Promise<string[]> {
  const names: string[] = []
  for (const key of keys) {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await new Promise(resolve => setTimeout(resolve))
    names.push(tree.querySelector('[role=treeitem]')?.textContent ?? '')
  }
  return names
}

async function expectShown(page: Page, what: string, texts: readonly string[], write = inText): Promise<void> {
  const cut = texts.map(text =>
    write(
      text
        .slice(0, SHOWN)
        .toWellFormed()
        .replace(/\uFFFD$/u, ''),
    ),
  )
  await expect
    .poll(async () => (await page.evaluate(missing, cut)).slice(0, 20).map(at => cut[at]), {
      message: `${what}: not shown as sent`,
    })
    .toEqual([])
  expect(await page.evaluate(madeOfTexts), what).toEqual([])
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(trap)
  await page.setViewportSize({ width: 1600, height: 2400 })
})

test('there are 300 and more, each once', () => {
  expect(TEXTS.length).toBeGreaterThanOrEqual(300)
  expect(new Set(HOSTILE_TEXTS).size).toBe(HOSTILE_TEXTS.length)
})

test('every view of a trace shows them as sent', async ({ page, spoor }) => {
  test.setTimeout(120_000)
  const heard = watch(page, spoor.origin)
  const { id } = await sendEverywhere(spoor, 0)
  const go = async (query: string): Promise<void> => {
    await page.goto(`${spoor.origin}/trace/${id}?${query}`)
    await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()
  }
  await go('')
  await expect(page.getByRole('treegrid').getByText('carrier').first()).toBeVisible()
  await expectShown(page, 'timeline', TEXTS)
  for (const [view, query] of [
    ['statistics', 'group=service&sub=name'],
    ['statistics', 'group=%40same&sub=none'],
    ['spans', 'column=same'],
    ['events', ''],
    ['graph', 'shape=table'],
    ['flamegraph', 'shape=both'],
  ]) {
    await go(`view=${view}&${query}`)
    await expect(page.getByText(/ counted = | shown/u).first()).toBeVisible()
    await expectShown(page, `${view} ${query}`, TEXTS)
  }
  for (const [form, write] of [
    ['otlp', inJson],
    ['jaeger', inGoJson],
  ] as const) {
    await go(`view=json&form=${form}`)
    await expect(page.getByRole('region', { name: 'JSON', exact: true }).last()).toContainText('carrier')
    await expectShown(page, `JSON ${form}`, TEXTS, write)
  }
  // Drawings say one place at a time: from the root into its children, then from one to the next.
  for (const [view, first, next] of [
    ['flame', 'ArrowDown', 'ArrowRight'],
    ['graph&paths=all', 'ArrowRight', 'ArrowDown'],
  ]) {
    await go(`view=${view}`)
    await expect(page.getByText(/ (?:counted|shown)\b.* = /u).first()).toBeVisible()
    const tree = page.getByRole('tree')
    await tree.focus()
    const names = await tree.evaluate(walk, [first, first, ...TEXTS.map(() => next), next])
    const said = names.join('\n')
    expect(
      TEXTS.filter(text => !said.includes(text.slice(0, 60))),
      `${view}: not said as sent`,
    ).toEqual([])
    expect(await page.evaluate(madeOfTexts), view).toEqual([])
  }
  expect(heard).toEqual([])
})

test('the details of a span show them in every place', async ({ page, spoor }) => {
  test.setTimeout(180_000)
  const heard = watch(page, spoor.origin)
  const { id } = await sendEverywhere(spoor, 0)
  await page.goto(`${spoor.origin}/trace/${id}`)
  const grid = page.getByRole('treegrid')
  await grid.getByText('carrier').first().click()
  const detail = page.getByRole('complementary', { name: 'Span' })
  await expect(detail.getByRole('heading', { name: 'carrier', level: 2 })).toBeVisible()
  await expectShown(page, 'attributes', TEXTS)
  await detail.getByRole('tab', { name: /^Events/u }).click()
  await detail.getByRole('button', { name: /^Show all/u }).click()
  await expectShown(page, 'events', TEXTS)
  await detail.getByRole('tab', { name: /^Links/u }).click()
  await expectShown(page, 'links', TEXTS)
  await detail.getByRole('tab', { name: /^JSON/u }).click()
  await expectShown(page, 'JSON of a span', TEXTS, inJson)

  // One after the other: name, service, state, scope, ids.
  await detail.getByRole('tab', { name: /^Attributes/u }).click()
  await page.setViewportSize({ width: 1600, height: 700 })
  await grid.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  const wrong = await page.evaluate(
    async ([texts, shown]) => {
      const press = async (key: string): Promise<void> => {
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
        await new Promise(resolve => setTimeout(resolve))
      }
      const wrong: string[] = []
      for (const text of texts) {
        await press('ArrowDown')
        await press('Enter')
        const said = document.querySelector('aside')?.textContent ?? ''
        // Name, state, scope twice, own key and value, the same of the resource, and `same`. What is JSON stands as a tree
        // where it is a value, with its digits.
        const tree = /^[{[].*[}\]]$/su.test(text) && !/plural|select|span\.x/u.test(text)
        const times = said.split(text.slice(0, shown)).length - 1
        const digits = text.match(/\d{17,}/u)?.[0]
        if (times < (tree ? 5 : 8) || (digits !== undefined && said.split(digits).length < 9))
          wrong.push(`${times} times ${text.slice(0, 60)}`)
      }
      return wrong
    },
    [TEXTS, SHOWN] as const,
  )
  expect(wrong).toEqual([])
  expect(await page.evaluate(madeOfTexts)).toEqual([])
  expect(heard).toEqual([])
})

test('a comparison shows them in both traces and in what differs', async ({ page, spoor }) => {
  test.setTimeout(120_000)
  const heard = watch(page, spoor.origin)
  const [a, b] = [await sendEverywhere(spoor, 0), await sendEverywhere(spoor, 4)]
  const changed = TEXTS.map(text => `changed ${text}`)
  for (const [view, texts, write] of [
    ['aligned', TEXTS, inText],
    ['graph', TEXTS, inText],
    ['spans', TEXTS, inText],
    ['attributes', changed, inText],
    ['events', changed, inText],
    ['json', TEXTS, inJson],
  ] as const) {
    await page.goto(`${spoor.origin}/trace/${a.id}...${b.id}?view=${view}&all=1&rows=path&at=b:${b.carrier}`)
    await expect(page.getByRole('tabpanel')).toBeVisible()
    await expect(page.getByRole('table', { name: 'Differences' })).toBeVisible()
    await expectShown(page, `comparison, ${view}`, texts, write)
  }
  expect(heard).toEqual([])
})

test('search results, the map and their forms show them', async ({ page, spoor }) => {
  test.setTimeout(120_000)
  const heard = watch(page, spoor.origin)
  await send(
    spoor,
    TEXTS.map((text, k) => ({
      service: text,
      span: { traceId: randomTraceId(), spanId: spanId(), name: text, kind: 2, ...times(k, 5) },
    })),
  )
  await sendEverywhere(spoor, 0)
  await page.goto(`${spoor.origin}/search?limit=1500`)
  await expect.poll(() => page.locator('tbody a[href*="/trace/"]').count()).toBeGreaterThan(20)
  await expectShown(page, 'search', TEXTS)
  await page.goto(`${spoor.origin}/dependencies?view=table`)
  await expect(page.getByRole('table').getByText('carrier').first()).toBeVisible()
  await expectShown(page, 'map', TEXTS)
  await page.goto(`${spoor.origin}/dependencies`)
  await expect(page.locator('canvas').first()).toBeVisible()
  expect(await page.evaluate(madeOfTexts)).toEqual([])
  expect(heard).toEqual([])
})

test('an address made of them says what it asked for', async ({ page, spoor }) => {
  test.setTimeout(120_000)
  const heard = watch(page, spoor.origin)
  const { id } = await sendEverywhere(spoor, 0)
  // Lines have no place in a field of one line; the browser takes them out.
  const some = TEXTS.filter((text, k) => k % 20 === 0 && text.length < 200 && !/[\r\n]/u.test(text))
  for (const text of some) {
    const word = encodeURIComponent(text)
    await page.goto(`${spoor.origin}/trace/${id}?uiFind=${word}&filter=${word}&column=${word}&group=${word}&view=spans`)
    await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()
    await expectShown(page, 'find and filter', [text])
    await page.goto(
      `${spoor.origin}/search?service=${word}&operation=${word}&tags=${encodeURIComponent(JSON.stringify({ [text]: text }))}`,
    )
    await expect(page.getByRole('search').first()).toBeVisible()
    await expectShown(page, 'search', [text])
    await page.goto(`${spoor.origin}/dependencies?focus=${word}`)
    await expectShown(page, 'focus', [text])
  }
  expect(heard.filter(line => !line.includes('Failed to load resource'))).toEqual([])
})

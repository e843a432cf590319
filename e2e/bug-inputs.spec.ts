/**
 * Inputs that broke other tools, after their public bug reports, on the pages: shared/formats/corpus/bug-inputs.test.ts has the
 * same files as readers see them. No input makes a fault in a script.
 */
import type { Page } from '@playwright/test'
import { drop } from './dropped-files.ts'
import { sendTrace, type SentSpan } from './send-spans.ts'
import { expect, test } from './server.ts'

const id = (number: number): string => number.toString(16).padStart(16, '0')
const TRACE = '000000000000000000000000000000a1'

const otlpSpan = (spanId: string, parentSpanId: string, more: object = {}) => ({
  traceId: TRACE,
  spanId,
  parentSpanId,
  name: `op ${Number.parseInt(spanId, 16)}`,
  startTimeUnixNano: '1700000000000000000',
  endTimeUnixNano: '1700000000100000000',
  ...more,
})
const otlp = (...spans: readonly object[]): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })

const jaegerSpan = (more: object) => ({
  traceID: 'a1',
  spanID: 'b1',
  operationName: 'op',
  references: [],
  startTime: 1_700_000_000_000_000,
  duration: 100,
  processID: 'p1',
  tags: [],
  logs: [],
  ...more,
})
const processes = { p1: { serviceName: 'shop' } }
const jaeger = (...spans: readonly object[]): string => JSON.stringify({ data: [{ traceID: 'a1', spans, processes }] })

const tree = (page: Page) => page.getByRole('treegrid')
const problems = (page: Page) => page.getByRole('main').getByRole('status')

let faults: string[] = []
test.beforeEach(({ page }) => {
  faults = []
  page.on('pageerror', error => faults.push(String(error)))
})
test.afterEach(() => expect(faults).toEqual([]))

/** Drops one file and opens the one trace in it. */
async function openDropped(page: Page, origin: string, text: string): Promise<void> {
  await page.goto(`${origin}/upload`)
  await expect(page.getByRole('button', { name: /^Drop files here/u })).toBeVisible()
  await drop(page, { 'input.json': text })
  await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  await page.getByRole('table', { name: 'Traces in open files' }).getByRole('link').click()
  await expect(tree(page)).toBeVisible()
}

test('jaeger-ui 4430: what holds no trace is refused by name and reason, and what was open stays', async ({
  spoor,
  page,
}) => {
  await page.goto(`${spoor.origin}/upload`)
  await expect(page.getByRole('button', { name: /^Drop files here/u })).toBeVisible()
  await drop(page, { 'good.json': jaeger(jaegerSpan({})) })
  await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
  const bad = { 'nothing.json': '', 'null.json': 'null', 'number.json': '123', 'word.json': '"word"' }
  await drop(page, bad)
  const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  for (const [name, reason] of [
    ['nothing.json', 'This is empty'],
    ['null.json', 'This is text, and not JSON'],
    ['number.json', 'This is text, and not JSON'],
    ['word.json', 'This is text, and not JSON'],
  ]) {
    const file = files.filter({ hasText: name })
    await expect(file).toContainText('not opened')
    await expect(file.getByRole('alert')).toContainText(reason)
  }
  await expect(files.filter({ hasText: 'good.json' })).toContainText('1 trace, 1 span')
  await expect(page.getByRole('table', { name: 'Traces in open files' }).getByRole('link')).toHaveCount(1)
})

test('jaeger-ui 4197: a file opens while the server is gone, and while it answers pages', async ({ spoor, page }) => {
  for (const how of ['gone', 'pages']) {
    await page.goto(`${spoor.origin}/upload`)
    await expect(page.getByRole('button', { name: /^Drop files here/u })).toBeVisible()
    await page.route(/\/(?:api|v1|config)\b/u, route =>
      how === 'gone'
        ? route.abort('connectionrefused')
        : route.fulfill({ status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' }),
    )
    await drop(page, { 'input.json': otlp(otlpSpan(id(1), '')) })
    await expect(page.getByRole('heading', { name: '1 file, 1 trace' })).toBeVisible()
    await page.getByRole('table', { name: 'Traces in open files' }).getByRole('link').click()
    await expect(tree(page)).toHaveAttribute('aria-rowcount', '1')
    await page.unrouteAll()
  }
})

test('jaeger-ui 381, 115, 229: without an envelope, references or a list of processes', async ({ spoor, page }) => {
  const bare = { traceID: 'a1', spans: [jaegerSpan({})], processes }
  const { references: _, ...alone } = jaegerSpan({ process: processes.p1 })
  for (const input of [bare, [bare], [alone]]) {
    await openDropped(page, spoor.origin, JSON.stringify(input))
    await expect(tree(page).getByRole('row').filter({ hasText: 'shop' })).toHaveCount(1)
  }
  const follows = { refType: 'FOLLOWS_FROM', traceID: 'a1', spanID: 'b1' }
  await openDropped(page, spoor.origin, jaeger(jaegerSpan({}), jaegerSpan({ spanID: 'b2', references: [follows] })))
  await expect(tree(page).getByRole('row').nth(1)).toHaveAttribute('aria-level', '2')
})

test('jaeger-ui 4320, grafana 106197: a link makes no parent; a ring of parents is told', async ({ spoor, page }) => {
  const link = { traceId: TRACE, spanId: id(2) }
  await openDropped(page, spoor.origin, otlp(otlpSpan(id(1), '', { links: [link] }), otlpSpan(id(2), id(1))))
  await expect(tree(page).getByRole('row').first()).toContainText('op 1')
  await expect(tree(page).getByRole('row').nth(1)).toHaveAttribute('aria-level', '2')

  await openDropped(page, spoor.origin, otlp(otlpSpan(id(1), id(2)), otlpSpan(id(2), id(1))))
  await expect(tree(page).getByRole('row')).toHaveCount(2)
  await expect(problems(page).filter({ hasText: 'their own ancestors' })).toContainText('1 ring')
})

test('jaeger-ui 4106: a chain of 100,000 opens; collapsing it and finding in it work', async ({ spoor, page }) => {
  const spans = Array.from({ length: 100_000 }, (_, i) => otlpSpan(id(i + 1), i === 0 ? '' : id(i)))
  await openDropped(page, spoor.origin, otlp(...spans))
  await expect(tree(page)).toHaveAttribute('aria-rowcount', '100000')
  await page.keyboard.press('/')
  await page.keyboard.type('99999')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 match')
  await page.keyboard.press('Enter')
  await expect(tree(page).getByRole('row').filter({ hasText: 'op 99999' })).toHaveAttribute('aria-level', '99999')
  await tree(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowLeft')
  await expect(tree(page)).toHaveAttribute('aria-rowcount', '1')
})

test('jaeger-ui 4354: null is null, texts that look like something else are texts', async ({ spoor, page }) => {
  const texts = ['null', '[null]', '{}']
  const tags = [{ key: 'none', value: null }, ...texts.map((value, i) => ({ key: `text${i}`, type: 'string', value }))]
  await openDropped(page, spoor.origin, jaeger(jaegerSpan({ tags })))
  await tree(page).getByRole('row').first().click()
  const detail = page.getByRole('complementary', { name: 'Span' })
  const valueOf = (key: string) => detail.getByRole('term').filter({ hasText: key }).locator('+ dd')
  // Text that is JSON is laid out as such.
  for (const [key, value] of [
    ['none', /^\s*empty/u],
    ['text0', /^\s*null/u],
    ['text1', /^\s*\[\s*null\s*\]/u],
    ['text2', /^\s*\{\s*\}/u],
  ] as const) {
    await expect(valueOf(key)).toContainText(value)
  }
})

test('zipkin 3505, 3072: no root, no service, no times: everything is shown', async ({ spoor, page }) => {
  const orphans = [
    { traceId: 'a1', id: 'b2', parentId: 'b1', name: 'x', localEndpoint: { serviceName: 'shop' } },
    { traceId: 'a1', id: 'b3', parentId: 'b2', name: 'y', localEndpoint: { serviceName: 'shop' } },
  ]
  await openDropped(page, spoor.origin, JSON.stringify(orphans))
  await expect(tree(page).getByRole('row')).toHaveCount(2)
  await expect(problems(page).filter({ hasText: 'lacks its parent' })).toContainText('1 span')

  const times = (from: number, duration: number) => ({ timestamp: 1_700_000_000_000_000 + from, duration })
  const shared = [
    { traceId: 'a1', id: 'b1', name: 'root', kind: 'SERVER', ...times(0, 90) },
    { traceId: 'a1', id: 'b2', parentId: 'b1', name: 'call', kind: 'CLIENT', ...times(10, 50) },
    { traceId: 'a1', id: 'b2', parentId: 'b1', name: 'call', kind: 'SERVER', shared: true, ...times(20, 30) },
  ]
  await openDropped(page, spoor.origin, JSON.stringify([shared]))
  await expect(tree(page).getByRole('row')).toHaveCount(3)
  await expect(tree(page).getByRole('row').nth(2)).toHaveAttribute('aria-level', '3')
  await expect(tree(page).getByRole('row').first()).toContainText('unknown_service')
})

test('signoz 10215: a caller that sends no spans is one hint for the trace', async ({ spoor, page }) => {
  const spans = Array.from({ length: 21 }, (_, i) => otlpSpan(id(i + 1), i === 0 ? 'feedfeedfeedfeed' : id(1)))
  await openDropped(page, spoor.origin, otlp(...spans))
  await expect(tree(page).getByRole('row').first()).toContainText('op 1')
  await expect(problems(page).filter({ hasText: 'lacks its parent' })).toContainText('1 span')
  await expect(tree(page).getByText(/parent|incomplete/iu)).toHaveCount(0)
})

test('jaeger-ui 236: an id with leading zeros opens in every spelling, and is one trace', async ({ spoor, page }) => {
  const work: SentSpan = { service: 'zeros', name: 'work', at: 0, ms: 5 }
  for (const traceId of ['07096c3e501cfcd70ffeb10e0c5874fe', '00000000000000000ffeb10e0c5874fe']) {
    await sendTrace(spoor, work, { traceId })
    const short = traceId.replace(/^0+/u, '')
    for (const spelling of [traceId, short, short.toUpperCase()]) {
      await page.goto(`${spoor.origin}/trace/${spelling}`)
      await expect(tree(page)).toHaveAttribute('aria-rowcount', '1')
      await expect(page).toHaveURL(`${spoor.origin}/trace/${traceId}`)
    }
  }
})

test('jaeger-ui 1733: values with =, :, blanks and quotes are found, and the address brings them back', async ({
  spoor,
  page,
}) => {
  const service = 'odd-values'
  const pairs: readonly (readonly [key: string, value: string, typed: string, shown?: string])[] = [
    ['http.url', 'http://h:80/a?b=1', 'http.url=http://h:80/a?b=1', 'http.url="http://h:80/a?b=1"'],
    ['guid:x-request-id', 'abc', '"guid:x-request-id"=abc', 'guid:x-request-id=abc'],
    ['foo', 'bar baz', 'foo="bar baz"'],
    ['said', 'he said "no"', String.raw`said="he said \"no\""`],
    ['nothing', '', 'nothing='],
  ]
  const sent = new Map<string, string>()
  for (const [key, value] of pairs) {
    const trace = { service, name: 'work', at: 0, ms: 5, attributes: { [key]: value } }
    sent.set(key, await sendTrace(spoor, trace))
    await sendTrace(spoor, { ...trace, attributes: { [key]: `${value}x` } })
  }
  const found = page.getByRole('table', { name: 'Traces found' }).locator('tbody a')
  for (const [key, , typed, shown = typed] of pairs) {
    await page.goto(`${spoor.origin}/search?service=${service}`)
    const field = page.getByRole('combobox', { name: /Attributes/u })
    await field.fill(typed)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Find traces' }).click()
    await expect(page).toHaveURL(/tags=/u)
    await expect(found).toHaveCount(1)
    await expect(found).toHaveAttribute('href', new RegExp(sent.get(key) ?? '?', 'u'))
    const address = page.url()
    await page.goto('about:blank')
    await page.goto(address)
    await expect(found).toHaveCount(1)
    await expect(field).toHaveValue(shown)
  }
})

test('jaeger 8167: a corrected clock moves a span with its events, and can be switched off', async ({
  spoor,
  page,
}) => {
  const hosts = {
    p1: { serviceName: 'shop', tags: [{ key: 'host.name', type: 'string', value: 'one' }] },
    p2: { serviceName: 'stock', tags: [{ key: 'host.name', type: 'string', value: 'two' }] },
  }
  const begun = 1_700_000_000_000_000
  const kind = (value: string) => [{ key: 'span.kind', type: 'string', value }]
  const spans = [
    jaegerSpan({ startTime: begun, duration: 100_000, tags: kind('client') }),
    jaegerSpan({
      spanID: 'b2',
      operationName: 'behind',
      references: [{ refType: 'CHILD_OF', traceID: 'a1', spanID: 'b1' }],
      startTime: begun - 50_000,
      duration: 30_000,
      processID: 'p2',
      tags: kind('server'),
      logs: [{ timestamp: begun - 40_000, fields: [{ key: 'event', type: 'string', value: 'found' }] }],
    }),
  ]
  await openDropped(page, spoor.origin, JSON.stringify({ data: [{ traceID: 'a1', spans, processes: hosts }] }))
  await expect(problems(page).filter({ hasText: 'Clocks disagree' })).toContainText('85.0 ms')
  await tree(page).getByRole('row').filter({ hasText: 'behind' }).click()
  const detail = page.getByRole('complementary', { name: 'Span' })
  await expect(detail).toContainText('30.0 ms')
  await expect(detail).toContainText('35.0 ms')
})

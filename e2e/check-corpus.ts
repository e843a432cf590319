/** Every file of the corpus on a page: what is said of it, and what it is when it is saved from there. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { readTables } from '#shared/formats/corpus/read-tables.ts'
import { type FileSummary, summarizeTables } from '#shared/formats/corpus/summarize-tables.ts'
import { choose, corpus, corpusPath } from './dropped-files.ts'

/** Files that are refused, with what is said of each; for the last two the manifest leaves the choice. */
const REFUSED: Readonly<Record<string, string>> = {
  'jaeger/jaeger-trace_empty.json': 'This is empty.',
  'jaeger/jaeger-trace_scan_error.json': 'Line 2, column 1: seen ]; expected a value',
  'jaeger/jaeger-trace_invalid_json.json': 'Line 1, column 72: [0].duration: "invalid"; expected a number of µs',
  'otlp/data-prepper-test-request-no-spans.json': 'no spans',
  'otlp/langwatch-claude_code.json': 'Line 67, column 8: a span with a trace id of zero or none',
}

/** What the manifest's script reads otherwise: it takes "22938000ns" for 0. */
const OTHERWISE: Readonly<Record<string, Partial<FileSummary>>> = {
  'jaeger/jaeger-domain_01.json': { durationNs: '22938000' },
}

/** Files that hold one span several times; saved it stands there once. */
const SAID_TWICE: Readonly<Record<string, Partial<FileSummary>>> = {
  'otlp/jaeger-otlp2jaeger-in.json': { spans: 1, orphans: 1, mostChildren: 1 },
  'jaeger/jaeger-otlp2jaeger-out.json': { spans: 1, orphans: 1, mostChildren: 1 },
  'zipkin/opentelemetry-exporter-dataset-sample1.json': { spans: 1, orphans: 1, events: 2, mostChildren: 1 },
}

/** On the page of open files: opens all, checks each one's line and then its spans, by way of a file that is saved. */
export async function checkCorpus(page: Page): Promise<void> {
  await choose(
    page,
    corpus.map(({ file }) => corpusPath(file)),
  )
  await expect(page.getByRole('heading', { name: /^95 files, \d+ traces$/u })).toBeVisible({ timeout: 60_000 })
  const said = await statesOf(page)
  for (const { file, expected } of corpus) {
    const name = basename(corpusPath(file))
    const text = (said.get(name) ?? 'is not in the list').replaceAll('\u202f', '')
    const refused = REFUSED[file]
    const counts = `${plural(expected.traces, 'trace')}, ${plural(expected.spans, 'span')}`
    expect([file, text]).toEqual([file, expect.stringContaining(refused ?? counts)])
    if (refused !== undefined) continue
    const saved = summarizeTables((await readTables(await save(page, name, 'OTLP JSON'))).tables)
    const wanted = { ...expected, ...OTHERWISE[file], ...SAID_TWICE[file] }
    const told = Object.keys(wanted).filter(key => Object.hasOwn(saved, key))
    expect([file, pick(saved, told)]).toEqual([file, pick(wanted, told)])
  }
}

/** What is said of each file, by its name. */
export async function statesOf(page: Page): Promise<ReadonlyMap<string, string>> {
  const items = page.getByRole('list', { name: 'Files' }).getByRole('listitem')
  const said = await items.evaluateAll(list =>
    list.map(item => [item.querySelector('b')?.textContent ?? '', item.textContent ?? ''] as const),
  )
  return new Map(said)
}

/** The bytes of what is saved of a file in another form. */
async function save(page: Page, name: string, form: string): Promise<Uint8Array> {
  await page.getByRole('button', { name: `${name}: more`, exact: true }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: form }).click()
  return new Uint8Array(readFileSync(await (await download).path()))
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function pick(summary: Partial<FileSummary>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(summary).filter(([key]) => keys.includes(key)))
}

import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createCatalogueIntl } from './catalogue.ts'
import { en } from './en.ts'
import { zhCN } from './zh-CN.ts'

interface Node {
  readonly type: number
  readonly value?: string
  readonly options?: Readonly<Record<string, { readonly value: readonly Node[] }>>
  readonly children?: readonly Node[]
}

/** Element types of the ICU parser: 0 literal, 1 argument, 2 number, 3 date, 4 time, 5 select, 6 plural, 7 #, 8 tag. */
function parts(nodes: readonly Node[], into = new Set<string>()): Set<string> {
  for (const node of nodes) {
    if (node.type === 8) into.add(`<${node.value}>`)
    else if (node.type >= 1 && node.type <= 6) into.add(`{${node.value}}`)
    for (const option of Object.values(node.options ?? {})) parts(option.value, into)
    if (node.children !== undefined) parts(node.children, into)
  }
  return into
}

const { formatters } = createCatalogueIntl('en', en)
const partsOf = (message: string, locale: string): readonly string[] =>
  [...parts(formatters.getMessageFormat(message, locale).getAst() as readonly Node[])].sort()

test('both catalogues have the same keys', () => {
  expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort())
})

test.each(Object.keys(en) as (keyof typeof en)[])('%s has the same parts in both languages', id => {
  expect(partsOf(zhCN[id], 'zh-CN')).toEqual(partsOf(en[id], 'en'))
})

test('no value has the name of a tag that every message may use', () => {
  // It would take the tag's place where the message is shown with markup.
  const names = Object.entries(en).flatMap(([id, text]) =>
    partsOf(text, 'en')
      .filter(part => ['{b}', '{code}', '{faint}'].includes(part))
      .map(part => `${id}: ${part}`),
  )
  expect(names).toEqual([])
})

test('every file of words is registered in its catalogue', () => {
  const english = import.meta.glob<Record<string, Record<string, string>>>('./en/*.ts', { eager: true })
  const chinese = readdirSync(new URL('./zh-CN', import.meta.url))
  expect(chinese.sort()).toEqual(
    Object.keys(english)
      .map(path => path.slice('./en/'.length))
      .sort(),
  )
  expect(chinese.length).toBeGreaterThanOrEqual(3)
  for (const file of Object.values(english)) {
    for (const words of Object.values(file)) for (const id of Object.keys(words)) expect(en).toHaveProperty([id])
  }
})

test('the wording follows the rules: no "please", no exclamation, no "successfully", no "(s)"', () => {
  const wrong = (words: Record<string, string>, patterns: readonly RegExp[]): readonly string[] =>
    Object.entries(words).flatMap(([id, text]) =>
      // Parts and tags are syntax, not words.
      patterns.some(pattern => pattern.test(text.replaceAll(/\{[^}]*\}|<[^>]*>/gu, '…'))) ? [`${id}: ${text}`] : [],
    )
  expect(wrong(en, [/\bplease\b|!|\bsuccessfully\b|\(s\)/iu, /^\s|\s$/u])).toEqual([])
  // Chinese takes full-width punctuation; half-width marks belong to code.
  expect(wrong(zhCN, [/请(?!求)|！|成功/u, /[\u4e00-\u9fff][,;:?]|[,;?][\u4e00-\u9fff]/u])).toEqual([])
})

test('numbers in plurals are grouped as on the rest of the screen', () => {
  const english = createCatalogueIntl('en', en)
  expect(english.formatMessage({ id: 'about.store.noRetention' }, { store: 'blocks', spans: 118204 })).toBe(
    'blocks; 118\u202F204 spans',
  )
  expect(english.formatMessage({ id: 'about.store.noRetention' }, { store: 'blocks', spans: 1 })).toBe('blocks; 1 span')
  const chinese = createCatalogueIntl('zh-CN', zhCN)
  expect(chinese.formatMessage({ id: 'about.store.noRetention' }, { store: '块存储', spans: 1204 })).toBe(
    '块存储；1\u202F204 个 span',
  )
})

test('a message with a part that nobody gave throws instead of showing a hole', () => {
  expect(() => createCatalogueIntl('en', en).formatMessage({ id: 'ui.remove' })).toThrow('name')
})

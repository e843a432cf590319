import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSql, sqlLines } from './sql-text.ts'

const shown = (text: string): string =>
  sqlLines(text)
    .map(({ indent, clause, text: rest }) => `${'  '.repeat(indent)}${[clause, rest].filter(Boolean).join(' ')}`)
    .join('\n')

test.each([
  [
    "SELECT o.id, count(*) AS n FROM orders o LEFT JOIN lines l ON l.order_id = o.id WHERE o.state = 'a  and b' AND (o.x = 1 OR o.y = 2) GROUP BY o.id ORDER BY n DESC LIMIT 10",
    `SELECT o.id, count(*) AS n
FROM orders o
LEFT JOIN lines l ON l.order_id = o.id
WHERE o.state = 'a  and b'
  AND (o.x = 1 OR o.y = 2)
GROUP BY o.id
ORDER BY n DESC
LIMIT 10`,
  ],
  [
    'select * from a where id in (select id from b where c between 1 and 2 and d) and e',
    `select *
from a
where id in (
    select id
    from b
    where c between 1 and 2
      and d
  )
  and e`,
  ],
  [
    "INSERT INTO t (a, b) VALUES (1, 'x''y') ON CONFLICT (a) DO NOTHING RETURNING a",
    `INSERT INTO t (a, b)
VALUES (1, 'x''y')
ON CONFLICT (a) DO NOTHING
RETURNING a`,
  ],
  ['SELECT 1 -- from here\nFROM t', 'SELECT 1 -- from here\nFROM t'],
  ['SELECT $q$ from $q$, "from", `where` FROM t', 'SELECT $q$ from $q$, "from", `where`\nFROM t'],
])('%s', (text, lines) => {
  expect(shown(text)).toBe(lines)
})

test('nothing but blanks between words changes, whatever the text', () => {
  const without = (text: string): string => text.replaceAll(/\s/gu, '')
  const word = fc.constantFrom(
    'SELECT',
    'from',
    'WHERE',
    'and',
    'between',
    '(',
    ')',
    ',',
    "'a b'",
    "'",
    '"',
    '--',
    '\n',
    '/*',
    '*/',
    'x',
    '$$',
    '😀',
    '[',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'grapheme' }))), parts => {
      const text = parts.join(' ')
      expect(without(shown(text))).toBe(without(text))
    }),
  )
})

test('queries are told from other values', () => {
  const long = `SELECT ${'a, '.repeat(30)} b FROM t`
  expect(isSql('db.statement', long)).toBe(true)
  expect(isSql('db.query.text', ` /* app */ ${long}`)).toBe(true)
  expect(isSql('db.statement', 'SELECT 1 FROM t')).toBe(false)
  expect(isSql('message', long)).toBe(false)
  expect(isSql('db.statement', `HGETALL ${'x'.repeat(100)}`)).toBe(false)
})

import { expect, test } from 'vitest'
import { findCommands } from './find-commands.ts'

const items = [
  { id: 'error', text: 'Next error' },
  { id: 'critical', text: 'Next on the critical path' },
  { id: 'map', text: '前往依赖图', alternative: 'Go to the map' },
]
const ids = (typed: string): readonly string[] => findCommands(items, typed).map(({ id }) => id)

test('nothing typed lists all, in their order', () => {
  expect(ids(' ')).toEqual(['error', 'critical', 'map'])
})

test('parts of words find, and say which part', () => {
  expect(findCommands(items, 'next err')).toEqual([
    {
      id: 'error',
      parts: [
        { text: 'Next', found: true },
        { text: ' ', found: false },
        { text: 'err', found: true },
        { text: 'or', found: false },
      ],
    },
  ])
})

test('terms may come in another order', () => {
  expect(ids('critical next')).toEqual(['critical'])
})

test('Chinese is found within, and by its English title', () => {
  expect(findCommands(items, '依赖')[0]).toEqual({
    id: 'map',
    parts: [
      { text: '前往', found: false },
      { text: '依赖', found: true },
      { text: '图', found: false },
    ],
  })
  expect(ids('map')).toEqual(['map'])
})

test('what matches nothing finds nothing', () => {
  expect(ids('zzzz')).toEqual([])
})

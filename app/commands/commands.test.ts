import { expect, test, vi } from 'vitest'
import type { Command } from './command.ts'
import { ariaKeys, isMac, isSingleCharacter, keyCaps, worksInFields } from './keys.ts'
import { createCommandRegistry } from './registry.ts'

const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  title: 'command.keys',
  group: 'page',
  run: () => undefined,
  ...more,
})

test('commands come and go together, and those who watch are told', () => {
  const registry = createCommandRegistry()
  const changed = vi.fn<() => void>()
  registry.subscribe(changed)
  const remove = registry.add([command('a'), command('b', { keys: ['e'] })])
  expect(registry.list().map(({ id }) => id)).toEqual(['a', 'b'])
  expect(registry.list()).toBe(registry.list())
  remove()
  expect(registry.list()).toEqual([])
  expect(changed).toHaveBeenCalledTimes(2)
})

test('a taken id or key is an error that names both, and nothing of the batch stays', () => {
  const registry = createCommandRegistry()
  registry.add([command('trace.nextError', { keys: ['e'] })])
  expect(() => registry.add([command('other'), command('trace.nextError')])).toThrow(
    'command trace.nextError is already registered',
  )
  expect(() => registry.add([command('edit', { keys: ['Shift+E', 'e'] })])).toThrow(
    'key e of command edit is already that of trace.nextError',
  )
  expect(registry.list().map(({ id }) => id)).toEqual(['trace.nextError'])
})

test('keys that are handled where the focus is may repeat', () => {
  const registry = createCommandRegistry()
  registry.add([command('rows.down', { keys: ['ArrowDown'], local: true }), command('zoom', { keys: ['ArrowDown'] })])
  expect(registry.list()).toHaveLength(2)
})

test('a command runs only while it applies', () => {
  const registry = createCommandRegistry()
  const run = vi.fn<() => void>()
  let open = false
  registry.add([command('close', { run, when: () => open })])
  expect(registry.run('close')).toBe(false)
  open = true
  expect(registry.run('close')).toBe(true)
  expect(run).toHaveBeenCalledTimes(1)
  expect(() => registry.run('nothing')).toThrow('no command is called nothing')
})

test.each([
  ['e', true],
  ['Shift+E', true],
  ['?', true],
  ['[Shift]+?', true],
  ['+', true],
  ['g s', true],
  ['$mod+k', false],
  ['Alt+ArrowDown', false],
  ['ArrowDown', false],
  ['Escape', false],
])('whether %s is a single character', (binding, single) => {
  expect(isSingleCharacter(binding)).toBe(single)
})

test.each([
  ['$mod+k', true],
  ['Alt+ArrowDown', true],
  ['F2', true],
  ['e', false],
  ['Shift+E', false],
  ['Escape', false],
  ['g $mod+s', false],
])('whether %s works while a field has the focus', (binding, works) => {
  expect(worksInFields(binding)).toBe(works)
})

test.each([
  ['$mod+k', false, ['Ctrl', 'K']],
  ['$mod+k', true, ['⌘', 'K']],
  ['Shift+ArrowLeft', false, ['Shift', '←']],
  ['Shift++', false, ['Shift', '+']],
  ['-', false, ['−']],
  ['[Shift]+?', false, ['?']],
  ['g s', false, ['G', 'S']],
  ['Escape', true, ['Esc']],
])('the caps of %s (Mac: %s)', (binding, mac, caps) => {
  expect(keyCaps(binding, mac)).toEqual(caps)
})

test('ARIA writes bindings its own way, and no sequences', () => {
  expect(ariaKeys('$mod+k', false)).toBe('Control+k')
  expect(ariaKeys('$mod+k', true)).toBe('Meta+k')
  expect(ariaKeys('g s', false)).toBeUndefined()
})

test('a Mac is known by its platform', () => {
  expect(isMac('MacIntel')).toBe(true)
  expect(isMac('Linux x86_64')).toBe(false)
})

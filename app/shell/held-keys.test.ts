import { expect, test, vi } from 'vitest'
import { holdKeys } from './held-keys.ts'

/** A page with a command on every key, whose keys are held. */
function page(cancel = (): void => undefined) {
  const target = new EventTarget()
  // In a page it captures at the window: it is before all listeners below.
  const held = holdKeys(target, cancel)
  const ran: string[] = []
  target.addEventListener('keydown', event => ran.push((event as KeyboardEvent).key))
  const press = (key: string, modifiers: Partial<KeyboardEvent> = {}): boolean => {
    const event = new Event('keydown', { cancelable: true })
    const plain = { ctrlKey: false, altKey: false, metaKey: false, isComposing: false, getModifierState: () => false }
    return target.dispatchEvent(Object.assign(event, { key, ...plain, ...modifiers }))
  }
  return { target, held, ran, press }
}

test('letters are kept and run nothing, until they are taken', () => {
  const { held, ran, press } = page()
  for (const key of 'comx') expect(press(key)).toBe(false)
  for (const key of ['Backspace', 'Shift', 'ArrowDown', 'Enter', 'p']) press(key)
  expect(ran).toEqual([])
  expect(held.take()).toBe('comp')
  expect(press('a')).toBe(true)
  expect(ran).toEqual(['a'])
  expect(held.take()).toBe('')
})

test('Escape gives it up', () => {
  const cancel = vi.fn<() => void>()
  const { held, ran, press } = page(cancel)
  press('a')
  press('Escape')
  expect(cancel).toHaveBeenCalledTimes(1)
  expect(held.take()).toBe('')
  press('b')
  expect(ran).toEqual(['b'])
})

test('what is held with Ctrl, Alt or Meta goes through; AltGr writes', () => {
  const { held, ran, press } = page()
  expect(press('k', { ctrlKey: true })).toBe(true)
  expect(press('k', { metaKey: true })).toBe(true)
  expect(press('ArrowLeft', { altKey: true })).toBe(true)
  expect(ran).toEqual(['k', 'k', 'ArrowLeft'])
  press('@', { ctrlKey: true, altKey: true, getModifierState: key => key === 'AltGraph' })
  expect(held.take()).toBe('@')
})

test('what is pasted is typed', () => {
  const { target, held, press } = page()
  press('a')
  const paste = new Event('paste', { cancelable: true })
  target.dispatchEvent(Object.assign(paste, { clipboardData: { getData: () => '4bf9…' } }))
  expect(paste.defaultPrevented).toBe(true)
  expect(held.take()).toBe('a4bf9…')
})

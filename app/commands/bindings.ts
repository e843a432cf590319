// From the registry to the window's key events, by tinykeys.

import { createKeybindingsHandler } from 'tinykeys'
import type { Command } from './command.ts'
import { isSingleCharacter, worksInFields } from './keys.ts'
import type { CommandRegistry } from './registry.ts'

/** Fields that take text: a letter typed there is text. */
const TEXT_FIELDS =
  'input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, select, [contenteditable=""], [contenteditable=true]'
/** Parts that use letters and arrows themselves: type-ahead in lists, dialogs over the page. */
const KEY_USERS = '[role=menu], [role=listbox], [role=dialog], [role=alertdialog]'

/** Whether the event comes from where bindings without Ctrl, Alt or Meta must not act. */
function isElsewhere(event: Event, fields: boolean): boolean {
  const { target } = event
  if (!(target instanceof Element)) return false
  return (!fields && target.closest(TEXT_FIELDS) !== null) || target.closest(KEY_USERS) !== null
}

/**
 * Binds the keys of all registered commands to `target` until the returned function is called; follows the registry.
 * `singleLetters` is asked at each key: false switches off what is a single character without Ctrl, Alt or Meta. `?`
 * goes with them; the palette ($mod+k) always works, and lists everything.
 */
export function bindCommands(
  registry: CommandRegistry,
  target: Window | HTMLElement,
  singleLetters: () => boolean,
): () => void {
  let first: EventListener = () => undefined
  let last: EventListener = () => undefined
  const rebuild = (): void => {
    const anywhere: Record<string, (event: KeyboardEvent) => void> = {}
    const elsewhere: Record<string, (event: KeyboardEvent) => void> = {}
    for (const command of registry.list()) {
      if (command.local === true) continue
      for (const binding of command.keys ?? [])
        (worksInFields(binding) ? anywhere : elsewhere)[binding] = act(command, binding)
    }
    const ignore = (event: KeyboardEvent): boolean => event.isComposing || event.defaultPrevented
    first = createKeybindingsHandler(anywhere, { ignore })
    last = createKeybindingsHandler(elsewhere, { ignore })
  }
  const act = (command: Command, binding: string) => (event: KeyboardEvent) => {
    if (isSingleCharacter(binding) && !singleLetters()) return
    if (!worksInFields(binding) && isElsewhere(event, command.inFields === true)) return
    if (command.when?.() === false) return
    event.preventDefault()
    if (worksInFields(binding)) event.stopPropagation()
    command.run()
  }
  rebuild()
  const unsubscribe = registry.subscribe(rebuild)
  // A button that has the focus would take Enter for itself, whatever is held with it, and let nobody else know.
  const capture = (event: Event): void => first(event)
  const listen = (event: Event): void => last(event)
  target.addEventListener('keydown', capture, { capture: true })
  target.addEventListener('keydown', listen)
  return () => {
    unsubscribe()
    target.removeEventListener('keydown', capture, { capture: true })
    target.removeEventListener('keydown', listen)
  }
}

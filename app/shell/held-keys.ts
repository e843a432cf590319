// What is typed between asking for the palette and its field having the focus: the palette's script may still be on its
// way, and letters must neither run the page's single-key commands nor get lost.

export interface HeldKeys {
  /** Lets keys go again and gives the text that was typed; '' from the second time on. */
  readonly take: () => string
}

/**
 * Takes all keys without Ctrl, Alt and Meta that reach `target`, and what is pasted, until `take` is called. Escape gives
 * the text up and calls `cancel`; Backspace takes back a character.
 */
export function holdKeys(target: EventTarget, cancel: () => void): HeldKeys {
  let held = ''
  const onKey = (event: Event): void => {
    const press = event as KeyboardEvent
    const { key } = press
    // AltGr, which some keyboards report as Ctrl with Alt, writes characters.
    if ((press.ctrlKey || press.altKey || press.metaKey) && !press.getModifierState('AltGraph')) return
    event.stopImmediatePropagation()
    // An input method goes on composing; it has no field to write to yet.
    if (press.isComposing) return
    event.preventDefault()
    if (/^.$/su.test(key)) held += key
    else if (key === 'Backspace') held = held.replace(/.$/su, '')
    else if (key === 'Escape') {
      take()
      cancel()
    }
  }
  const onPaste = (event: Event): void => {
    event.stopImmediatePropagation()
    event.preventDefault()
    held += (event as ClipboardEvent).clipboardData?.getData('text') ?? ''
  }
  target.addEventListener('keydown', onKey, { capture: true })
  target.addEventListener('paste', onPaste, { capture: true })
  const take = (): string => {
    target.removeEventListener('keydown', onKey, { capture: true })
    target.removeEventListener('paste', onPaste, { capture: true })
    const text = held
    held = ''
    return text
  }
  return { take }
}

// Key bindings as text: whether one is a single character, how it is printed on key caps, how ARIA writes it.

const MODIFIERS = new Set(['$mod', 'Control', 'Ctrl', 'Alt', 'Meta', 'Shift'])

/** `$mod+Shift+K` → modifiers and key; the key may itself be `+`. */
function splitPress(press: string): { readonly modifiers: readonly string[]; readonly key: string } {
  const modifiers: string[] = []
  let rest = press
  for (let at = rest.indexOf('+'); at > 0; at = rest.indexOf('+')) {
    const modifier = rest.slice(0, at)
    if (!MODIFIERS.has(modifier.replace(/^\[(.*)\]$/u, '$1'))) break
    // `[Shift]+?`: may be held or not, depending on the keyboard; the key alone says it.
    if (!modifier.startsWith('[')) modifiers.push(modifier)
    rest = rest.slice(at + 1)
  }
  return { modifiers, key: rest }
}

/**
 * Whether a binding is (a sequence of) single characters with no modifier but Shift: what speech input and screen readers
 * may send by themselves, and so what can be switched off (WCAG 2.1.4).
 */
export function isSingleCharacter(binding: string): boolean {
  return binding.split(' ').some(press => {
    const { modifiers, key } = splitPress(press)
    return modifiers.every(modifier => modifier === 'Shift') && /^.$/u.test(key)
  })
}

/** Whether a binding may also run while a field has the focus: only with Ctrl, Alt or Meta, or as a function key. */
export function worksInFields(binding: string): boolean {
  return binding.split(' ').every(press => {
    const { modifiers, key } = splitPress(press)
    return modifiers.some(modifier => modifier !== 'Shift') || /^F\d+$/u.test(key)
  })
}

const CAPS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
  Control: 'Ctrl',
  '-': '−',
}
const MAC_CAPS: Readonly<Record<string, string>> = { $mod: '⌘', Alt: '⌥', Shift: '⇧', Control: '⌃', Meta: '⌘' }

/**
 * The caps to print for a binding, one text a key: `$mod+k` → `Ctrl`, `K` (`⌘`, `K` on a Mac). Words of keys are English,
 * as on the keyboards.
 */
export function keyCaps(binding: string, mac: boolean): readonly string[] {
  return binding.split(' ').flatMap(press => {
    const { modifiers, key } = splitPress(press)
    return [...modifiers, key].map(part => {
      if (mac && MAC_CAPS[part] !== undefined) return MAC_CAPS[part]
      if (part === '$mod') return 'Ctrl'
      return CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part)
    })
  })
}

/** The value of `aria-keyshortcuts`; `undefined` for a sequence, which ARIA can't say. */
export function ariaKeys(binding: string, mac: boolean): string | undefined {
  if (binding.includes(' ')) return undefined
  const { modifiers, key } = splitPress(binding)
  return [...modifiers.map(part => (part === '$mod' ? (mac ? 'Meta' : 'Control') : part)), key].join('+')
}

/** Whether this machine prints ⌘ on its keys. */
export function isMac(platform: string): boolean {
  return /mac|iphone|ipad/iu.test(platform)
}

// The check behind "an action without a command fails a test": every page's browser test calls it on what it rendered.

import type { CommandRegistry } from './registry.ts'

const ACTIONS = 'button, [role=button], [role=menuitem], [role=tab], [role=switch]'

/**
 * The actions under `root` that no registered command covers, as text that finds them again. Covered is what carries
 * `data-command` with a registered id, and what is part of a widget that has its own keys: inside a field (`data-field`,
 * a label), list, grid, radio group, dialog close button. A button that only one row or one field owns may say so with
 * `data-local-action` and a reason.
 */
export function actionsWithoutCommand(root: ParentNode, registry: CommandRegistry): readonly string[] {
  const uncovered: string[] = []
  for (const element of root.querySelectorAll<HTMLElement>(ACTIONS)) {
    const id = element.dataset.command
    if (id !== undefined) {
      if (registry.find(id) === undefined) uncovered.push(`${describe(element)}: no command is called ${id}`)
      continue
    }
    if (
      element.closest('[data-local-action], [role=listbox], [role=grid], [role=treegrid], [role=radiogroup], form') !==
      null
    )
      continue
    if (element.getAttribute('aria-haspopup') !== null) continue
    uncovered.push(`${describe(element)}: no command`)
  }
  return uncovered
}

function describe(element: HTMLElement): string {
  const name = element.getAttribute('aria-label') ?? element.textContent.trim()
  return `${element.getAttribute('role') ?? element.localName} “${name}”`
}

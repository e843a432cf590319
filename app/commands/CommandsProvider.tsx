// Hands the registry down the tree and binds its keys to the window.

import { createContext, use, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { bindCommands } from './bindings.ts'
import type { Command } from './command.ts'
import { createCommandRegistry } from './registry.ts'
import type { CommandRegistry } from './registry.ts'
import { useSingleLetters } from './single-letters.ts'

const RegistryContext = createContext<CommandRegistry | undefined>(undefined)

/** The registry of this page; give one in tests to look into it. */
export function CommandsProvider(props: {
  readonly registry?: CommandRegistry
  readonly children: ReactNode
}): ReactNode {
  const [own] = useState(createCommandRegistry)
  const registry = props.registry ?? own
  useEffect(() => bindCommands(registry, window, () => useSingleLetters.getState().on), [registry])
  return <RegistryContext value={registry}>{props.children}</RegistryContext>
}

/** The registry of the tree around. Throws without a CommandsProvider. */
export function useCommandRegistry(): CommandRegistry {
  const registry = use(RegistryContext)
  if (registry === undefined) throw new Error('commands need a CommandsProvider above them')
  return registry
}

/** All commands registered now; renders again when that changes. */
export function useCommandList(): readonly Command[] {
  const registry = useCommandRegistry()
  return useSyncExternalStore(registry.subscribe, registry.list)
}

/**
 * Registers commands while the component is mounted. The array may be made anew at each render: `run` and `when` always
 * reach the newest closures; the registry changes only when ids, titles or keys do.
 */
export function useCommands(commands: readonly Command[]): void {
  const registry = useCommandRegistry()
  const newest = useRef(commands)
  useLayoutEffect(() => {
    newest.current = commands
  })
  const shape = JSON.stringify(
    commands.map(({ id, title, group, keys, inFields, local, hidden }) => [
      id,
      title,
      group,
      keys,
      inFields,
      local,
      hidden,
    ]),
  )
  useLayoutEffect(
    () =>
      registry.add(
        newest.current.map(command => ({
          ...command,
          when: () => newest.current.find(({ id }) => id === command.id)?.when?.() ?? true,
          run: () => newest.current.find(({ id }) => id === command.id)?.run(),
        })),
      ),
    // `shape` stands for the commands: closures are reached through the ref.
    [registry, shape],
  )
}

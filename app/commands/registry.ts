// The registry: commands come with the component that can do them and go with it.

import type { Command } from './command.ts'

export interface CommandRegistry {
  /**
   * Adds commands until the returned function is called. Throws when an id or a key is taken: two commands under one key
   * would be a matter of luck. Keys of `local` commands don't count, they are bound elsewhere.
   */
  add(commands: readonly Command[]): () => void
  /** All that are registered, in the order of their coming; the same array until something changes. */
  readonly list: () => readonly Command[]
  find(id: string): Command | undefined
  /** Runs a command if it applies now; says whether it did. Throws for an id that nobody registered. */
  run(id: string): boolean
  readonly subscribe: (changed: () => void) => () => void
}

/** An empty registry. */
export function createCommandRegistry(): CommandRegistry {
  const byId = new Map<string, Command>()
  const subscribers = new Set<() => void>()
  let all: readonly Command[] = []
  const changed = (): void => {
    all = [...byId.values()]
    for (const subscriber of subscribers) subscriber()
  }
  const keyTaken = (command: Command): string | undefined => {
    if (command.local === true) return undefined
    for (const other of byId.values()) {
      if (other.local === true) continue
      const key = command.keys?.find(binding => other.keys?.includes(binding))
      if (key !== undefined) return `key ${key} of command ${command.id} is already that of ${other.id}`
    }
    return undefined
  }
  return {
    add(commands) {
      const added: Command[] = []
      const remove = (): void => {
        for (const command of added) if (byId.get(command.id) === command) byId.delete(command.id)
        changed()
      }
      for (const command of commands) {
        const problem = byId.has(command.id) ? `command ${command.id} is already registered` : keyTaken(command)
        if (problem !== undefined) {
          remove()
          throw new Error(problem)
        }
        byId.set(command.id, command)
        added.push(command)
      }
      changed()
      return remove
    },
    list: () => all,
    find: id => byId.get(id),
    run(id) {
      const command = byId.get(id)
      if (command === undefined) throw new Error(`no command is called ${id}`)
      if (command.when?.() === false) return false
      command.run()
      return true
    },
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
  }
}

import type { z } from 'zod'

/** What an entry of the table of settings is (settings-table.ts), and what its default may depend on. */

/** The headings of `--help` and of the reference, in their order. */
export const groups = [
  'Program',
  'Listening',
  'Access',
  'TLS',
  'Storage',
  'Ingest',
  'Sampling',
  'Limits of one span',
  'Queries',
] as const

/** One entry of the table. */
export interface Setting<Schema extends z.ZodType<unknown, string>> {
  readonly group: (typeof groups)[number]
  /** The flag without its dashes and the key in YAML; `SPOOR_` and the same in upper case is the variable. */
  readonly name: string
  /** The same setting's name in Jaeger, where that is another one: taken as a flag, and as the variable that Jaeger makes of it. */
  readonly jaegerName?: string
  readonly schema: Schema
  /** The default as text for `schema`, or a rule over the machine. */
  readonly default: string | ((machine: Machine) => string)
  /** The rule in words, where the default is one. */
  readonly defaultMeaning?: string
  /** What the value stands for in `--help`: `PORT`; absent for toggles. */
  readonly placeholder?: string
  /** Neither in `--help` nor in the reference, which say of it in words. */
  readonly unlisted?: true
  /** One or two plain sentences without a full stop at the end. */
  readonly meaning: string
}

/** What defaults may depend on. */
export interface Machine {
  /** Processors that this process may use. */
  readonly cores: number
  /** Memory that this process may use, bytes: a container's limit, otherwise the machine's. */
  readonly memoryBytes: number
  /** The folder for data of programs of this user: `$XDG_DATA_HOME`, otherwise `~/.local/share`. */
  readonly dataHome: string
  /** What the process is started as; the whole server when absent. */
  readonly role?: 'collector'
}

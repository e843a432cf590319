import { availableParallelism, homedir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Machine } from './setting.ts'

/** This machine, or the container around this process: what defaults depend on. `env` is for `XDG_DATA_HOME`. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  // The limit of the control group; 0 or a number beyond any memory when there is none.
  const constrained = process.constrainedMemory()
  const total = totalmem()
  const dataHome = env['XDG_DATA_HOME']
  return {
    cores: availableParallelism(),
    memoryBytes: constrained > 0 && constrained < total ? constrained : total,
    dataHome: dataHome !== undefined && dataHome.startsWith('/') ? dataHome : join(homedir(), '.local', 'share'),
  }
}

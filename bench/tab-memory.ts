/** What the operating system counts for a tab of a headless browser. */
import { readdirSync, readFileSync } from 'node:fs'

/** Resident megabytes of the largest renderer among the browser's processes: the tab with its workers. */
export function tabMemory(browserPid: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // Gone meanwhile.
    }
  }
  const isOurs = (pid: number): boolean => {
    for (let one: number | undefined = pid; one !== undefined && one > 1; one = parents.get(one)) {
      if (one === browserPid) return true
    }
    return false
  }
  let most = 0
  for (const pid of parents.keys()) {
    if (!isOurs(pid)) continue
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue
      const resident = /^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      most = Math.max(most, Number(resident?.[1] ?? 0) / 1024)
    } catch {
      // Gone meanwhile.
    }
  }
  return most
}

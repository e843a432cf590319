import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a directory and those above it, as `mkdirSync` with `recursive` does, which for a place where nothing can be made
 * (`/proc/x`, Node 26) never comes back. Throws what the system says.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  // A file that stands there is the system's to name.
  if (missing.length === 0 && !statSync(path).isDirectory()) mkdirSync(path)
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one)
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || one === resolve(path)) throw error
    }
  }
}

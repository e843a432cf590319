/**
 * Judges one import by the table. Pure: paths in, a sentence out. The linter's plugin calls it for every import of every file.
 */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { packageRules, places, type Place } from './import-table.ts'

/** Tests may reach across their own side: real implementations, generated traces, Node. */
const testFile = /\.(test|bench)\.tsx?$|\/(contract|fixtures)\//

/** Places that no program imports. */
const outside = new Set(['e2e', 'bench', 'scripts'])

/** The place of a file or folder (`path` from the root, `/` as separator), and the name it has here: `app/pages/search`. */
export function placeOf(path: string): { readonly row: Place; readonly name: string } | undefined {
  const parts = path.split('/')
  let best: { row: Place; name: string } | undefined
  for (const row of places) {
    const pattern = row.place.split('/')
    const fits = pattern.every((part, index) => parts[index] === part || (part === '*' && index < parts.length - 1))
    if (!fits) continue
    const name = parts.slice(0, pattern.length).join('/')
    const longer = best === undefined || pattern.length > best.row.place.split('/').length
    if (longer) best = { row, name }
  }
  return best
}

/** True when `entry` of a row's `may` covers the place of `target`. */
function covers(entry: string, target: Place): boolean {
  if (!entry.endsWith('/**')) return entry === target.place
  const top = entry.slice(0, -3)
  return target.place === top || target.place.startsWith(`${top}/`)
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

/**
 * What is wrong with the import of `specifier` in `file` (from the root, `/` as separator), as the linter's message; undefined when
 * nothing is. Files outside the places of the table are not judged.
 */
export function importProblem(file: string, specifier: string): string | undefined {
  const from = placeOf(file)
  if (from === undefined) return undefined
  const bare = specifier.replace(/\?.*$/, '')
  if (!/^[.#/]/.test(bare)) return packageProblem(file, bare)

  if (!/\.\w+$/.test(bare))
    return `'${specifier}' has no file extension: Node runs these files as they are, so write the whole name.`
  const target = bare.startsWith('#') ? bare.slice(1) : posix.join(posix.dirname(file), bare)
  const beside = posix.dirname(target) === posix.dirname(file)
  if (bare.startsWith('#') && beside)
    return `'${specifier}' is in the same folder: write './${posix.basename(target)}'.`
  if (bare.startsWith('../') && !outside.has(from.name)) return `'${specifier}' leaves its folder: write '#${target}'.`

  const to = placeOf(target)
  if (to === undefined || to.name === from.name) return undefined
  if (from.row.may.some(entry => covers(entry, to.row)) && !strangers(from, to)) return undefined
  if (testFile.test(file) && sameSide(file, target)) return undefined
  return `${from.name} may not import ${to.name} ('${specifier}'), because ${from.row.why}. It may import ${from.row.may.join(', ') || 'nothing'}.`
}

/** Two folders of one `*` place. */
function strangers(from: { readonly row: Place }, to: { readonly row: Place }): boolean {
  return from.row === to.row
}

/** A test of server/ may use server/ and shared/, and so on; pages and their tests stay with the rule. */
function sameSide(file: string, target: string): boolean {
  const side = file.split('/')[0]
  return target.startsWith('shared/') || target.startsWith(`${side}/`)
}

function packageProblem(file: string, specifier: string): string | undefined {
  const isTest = testFile.test(file)
  for (const rule of packageRules) {
    if (!file.startsWith(`${rule.place}/`)) continue
    const named = (list: readonly string[]): boolean =>
      list.includes(specifier) || (list.includes('node:') && isNodeModule(specifier))
    const forbidden = rule.only === undefined ? named(rule.never ?? []) : !named(rule.only)
    if (forbidden && !isTest) return `${rule.place} may not use '${specifier}', because ${rule.why}.`
  }
  return undefined
}

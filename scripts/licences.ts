/**
 * Vite plugin: `licences.txt` beside the built page, with every package that is in the build (scripts, workers, fonts), its version, its
 * licence and the licence's text. A package without a licence stops the build.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

export interface Licence {
  readonly name: string
  readonly version: string
  /** SPDX expression of its package.json. */
  readonly licence: string
  /** What its licence files say, one after the other; '' when it has none beside the expression. */
  readonly text: string
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[-.].*)?$/iu

/** The folder of the package that a module is of; undefined for one of ours. Of nested ones the innermost. */
export function packageFolder(id: string): string | undefined {
  const path = id.replaceAll('\\', '/').replace(/^\0+/u, '').replace(/\?.*$/u, '')
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(?:\/|$)/u.exec(path)?.[1]
}

/** Reads the licence of a package in `folder`. Throws when its package.json names none. */
export function readLicence(folder: string): Licence {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: unknown
  }
  if (typeof license !== 'string' || license === '') {
    throw new Error(`${name} ${version} is in the build and its package.json names no licence`)
  }
  const files = readdirSync(folder)
    .filter(file => LICENCE_FILE.test(file))
    .toSorted()
  const text = files.map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return { name, version, licence: license, text }
}

/** The text of `licences.txt`: a list of all, then the texts, equal ones once under all their packages. */
export function licencesText(licences: readonly Licence[]): string {
  const sorted = licences.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const called = ({ name, version }: Licence): string => `${name} ${version}`
  const list = sorted.map(one => `${called(one)}: ${one.licence}`).join('\n')
  const byText = Map.groupBy(
    sorted.filter(({ text }) => text !== ''),
    ({ text }) => text,
  )
  const texts = Array.from(byText, ([text, of]) => `${of.map(called).join('\n')}\n\n${text}`)
  const rule = `\n\n${'-'.repeat(80)}\n\n`
  return `The ${sorted.length} packages in the pages of Spoor\n\n${list}${rule}${texts.join(rule)}\n`
}

/** Use one for the page and its `worker` for `worker.plugins`: the file is written with the page. */
export function licences(): { readonly page: Plugin; readonly worker: () => Plugin[] } {
  const folders = new Set<string>()
  const take = (ids: Iterable<string>): void => {
    for (const id of ids) {
      const folder = packageFolder(id)
      if (folder !== undefined) folders.add(folder)
    }
  }
  const page: Plugin = {
    name: 'spoor-licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        take(output.type === 'chunk' ? output.moduleIds : output.originalFileNames.map(name => `/${name}`))
      }
      const root = join(this.environment.config.root, '..')
      // Names of assets are relative to the page's folder: `../node_modules/…`.
      const found = new Map(
        Array.from(folders, folder => {
          const within = folder.slice(folder.indexOf('node_modules/'))
          const licence = readLicence(join(root, within))
          return [`${licence.name} ${licence.version}`, licence] as const
        }),
      )
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licencesText([...found.values()]) })
    },
  }
  const worker: Plugin = {
    name: 'spoor-licences-of-workers',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) if (output.type === 'chunk') take(output.moduleIds)
    },
  }
  return { page, worker: () => [worker] }
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { licencesText, packageFolder, readLicence } from './licences.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function packageOf(json: object, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-licences-'))
  folders.push(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify(json))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test.each([
  ['/a/node_modules/react/index.js', '/a/node_modules/react'],
  ['/a/node_modules/@tanstack/react-query/build/x.js?v=1', '/a/node_modules/@tanstack/react-query'],
  ['/a/node_modules/d3/node_modules/d3-array/src/sum.js', '/a/node_modules/d3/node_modules/d3-array'],
  ['\0/a/node_modules/react/index.js?commonjs-module', '/a/node_modules/react'],
  ['/a/app/main.tsx', undefined],
  ['\0vite/preload-helper.js', undefined],
])('%j is of %s', (id, folder) => {
  expect(packageFolder(id)).toBe(folder)
})

test('a licence is read with the text of its files, and nothing else of the folder', () => {
  const folder = packageOf(
    { name: 'a', version: '1.0.0', license: 'MIT' },
    { 'LICENSE.md': 'the licence\n', NOTICE: 'a notice', 'licenses.js': 'code', 'README.md': 'words' },
  )
  mkdirSync(join(folder, 'src'))
  expect(readLicence(folder)).toEqual({
    name: 'a',
    version: '1.0.0',
    licence: 'MIT',
    text: 'the licence\n\na notice',
  })
})

test('a package without a licence stops the build', () => {
  expect(() => readLicence(packageOf({ name: 'b', version: '2.0.0' }))).toThrow(
    'b 2.0.0 is in the build and its package.json names no licence',
  )
})

test('the file lists all by name and has a text that several share once', () => {
  const text = licencesText([
    { name: 'b', version: '2.0.0', licence: 'ISC', text: 'shared' },
    { name: 'c', version: '3.0.0', licence: '0BSD', text: '' },
    { name: 'a', version: '1.0.0', licence: 'ISC', text: 'shared' },
  ])
  expect(text.startsWith('The 3 packages in the pages of Spoor\n\na 1.0.0: ISC\nb 2.0.0: ISC\nc 3.0.0: 0BSD\n')).toBe(
    true,
  )
  expect(text.match(/shared/gu)).toHaveLength(1)
  expect(text).toContain('a 1.0.0\nb 2.0.0\n\nshared')
})

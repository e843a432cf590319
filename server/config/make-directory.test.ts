import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from './make-directory.ts'

test('makes what is missing, and nothing where all is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-make-'))
  makeDirectory(join(folder, 'a', 'b', 'c'))
  makeDirectory(join(folder, 'a', 'b', 'c'))
  expect(existsSync(join(folder, 'a', 'b', 'c'))).toBe(true)
  writeFileSync(join(folder, 'file'), '')
  expect(() => makeDirectory(join(folder, 'file', 'b'))).toThrow('ENOTDIR')
  expect(() => makeDirectory(join(folder, 'file'))).toThrow('EEXIST')
  rmSync(folder, { recursive: true })
})

test.runIf(process.platform === 'linux')('a place where nothing can be made is an error, not an endless wait', () => {
  expect(() => makeDirectory('/proc/nothing/here')).toThrow('ENOENT')
})

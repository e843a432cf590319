import { expect, test } from 'vitest'
import { filesIn } from './folder-files.ts'

function file(name: string): FileSystemEntry {
  const entry = {
    name,
    isFile: true,
    isDirectory: false,
    file: (done: (file: File) => void) => done(new File([], name)),
  }
  return entry as unknown as FileSystemEntry
}

/** A folder that gives what is in it three at a time, as browsers do a hundred at a time. */
function folder(name: string, ...inside: readonly FileSystemEntry[]): FileSystemEntry {
  const createReader = () => {
    const left = [...inside]
    return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(left.splice(0, 3)) }
  }
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry
}

const namesIn = async (...entries: readonly FileSystemEntry[]): Promise<readonly string[]> =>
  (await filesIn(entries)).map(({ name }) => name)

test('files in folders of folders, beside files; hidden ones are left out', async () => {
  const inner = folder('inner', file('4'), file('3'), file('.git'), folder('.hidden', file('x')))
  const outer = folder('a', file('2'), file('1'), inner, file('9'), file('.DS_Store'), folder('empty'))
  expect(await namesIn(file('first'), outer, file('last'))).toEqual(['first', '1', '2', '9', '3', '4', 'last'])
})

test('a folder of any number of files, or of folders within each other, ends', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => file(`${i}`))
  expect(await namesIn(folder('many', ...many))).toHaveLength(1000)
  let deep = file('deep')
  for (let i = 0; i < 5000; i++) deep = folder(`${i}`, deep)
  expect(await namesIn(deep)).toEqual(['deep'])
})

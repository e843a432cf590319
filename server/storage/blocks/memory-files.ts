/** Files that live in this process: for tests that open thousands of stores. Every write is durable at once. */
import type { Files, OpenFile } from './files.ts'

interface Content {
  bytes: Uint8Array
  size: number
}

export interface MemoryFiles extends Files {
  /** Every file by its path: copies. */
  contents(): Map<string, Uint8Array>
}

/** `contents`: what is there at the start, by path. Folders need no making. */
export function memoryFiles(contents: ReadonlyMap<string, Uint8Array> = new Map()): MemoryFiles {
  const files = new Map<string, Content>()
  for (const [file, bytes] of contents) files.set(file, { bytes, size: bytes.length })
  const missing = (file: string): Error => Object.assign(new Error(`ENOENT: no such file, ${file}`), { code: 'ENOENT' })
  return {
    place: 'memory',
    makeDirectory() {},
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`
      return [...files.keys()]
        .filter(file => file.startsWith(prefix) && !file.includes('/', prefix.length))
        .map(file => file.slice(prefix.length))
        .sort()
    },
    open(file, mode) {
      let content = files.get(file)
      if (mode === 'create') {
        if (content !== undefined) throw Object.assign(new Error(`EEXIST: file exists, ${file}`), { code: 'EEXIST' })
        content = { bytes: new Uint8Array(0), size: 0 }
        files.set(file, content)
      }
      if (content === undefined) throw missing(file)
      return new MemoryFile(file, content)
    },
    rename(from, to) {
      const content = files.get(from)
      if (content === undefined) throw missing(from)
      files.delete(from)
      files.set(to, content)
    },
    remove(file) {
      files.delete(file)
    },
    syncDirectory() {},
    space() {
      return { free: 2 ** 40, total: 2 ** 40 }
    },
    contents() {
      return new Map(Array.from(files, ([file, { bytes, size }]) => [file, bytes.slice(0, size)]))
    },
  }
}

class MemoryFile implements OpenFile {
  readonly file: string
  readonly #content: Content

  constructor(file: string, content: Content) {
    this.file = file
    this.#content = content
  }

  size(): number {
    return this.#content.size
  }

  readAt(into: Uint8Array, at: number): number {
    const found = this.#content.bytes.subarray(at, Math.min(at + into.length, this.#content.size))
    into.set(found)
    return found.length
  }

  writeAt(bytes: Uint8Array, at: number): void {
    const content = this.#content
    const end = at + bytes.length
    if (end > content.bytes.length) {
      const larger = new Uint8Array(Math.max(end, content.bytes.length * 2))
      larger.set(content.bytes.subarray(0, content.size))
      content.bytes = larger
    }
    content.bytes.set(bytes, at)
    content.size = Math.max(content.size, end)
  }

  truncate(size: number): void {
    this.#content.bytes.fill(0, size)
    this.#content.size = size
  }

  sync(): Promise<void> {
    return Promise.resolve()
  }

  syncNow(): void {}

  close(): void {}
}

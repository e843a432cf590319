// What lies in folders that were let go over the page. Fetched when the first folder is.

/** Files that are looked for in folders at most; a folder dropped by mistake may have any number. */
const MOST_FILES = 1000

/** The files among some entries of a drop and in the folders among them, hidden ones apart, in the order of their names. */
export async function filesIn(entries: readonly FileSystemEntry[]): Promise<readonly File[]> {
  const files: File[] = []
  const waiting = entries.toReversed()
  for (let entry = waiting.pop(); entry !== undefined && files.length < MOST_FILES; entry = waiting.pop()) {
    if (isFolder(entry)) {
      const inside = await entriesOf(entry)
      const shown = inside.filter(({ name }) => !name.startsWith('.'))
      waiting.push(...shown.sort((x, y) => (x.name < y.name ? 1 : -1)))
    } else if (isFile(entry)) {
      files.push(await fileOf(entry))
    }
  }
  return files
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

async function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return await new Promise((resolve, reject) => entry.file(resolve, reject))
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  while (all.length < MOST_FILES) {
    // Some at a time; none: that was all.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) break
    all.push(...some)
  }
  return all
}

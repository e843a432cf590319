/** Files on the page: let go anywhere, chosen where files are opened, and those of the corpus. */
import { existsSync, readFileSync } from 'node:fs'
import type { FileChooser, Page } from '@playwright/test'
import type { FileSummary } from '#shared/formats/corpus/summarize-tables.ts'

/** A file of the corpus, with what is in it. */
export interface CorpusFile {
  readonly file: string
  readonly expected: FileSummary
}

const fixtures = new URL('../shared/formats/corpus/fixtures/', import.meta.url)

export const { files: corpus } = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as {
  readonly files: readonly CorpusFile[]
}

/** Where a file of the corpus lies; large ones are packed. */
export function corpusPath(file: string): string {
  const plain = new URL(file, fixtures).pathname
  return existsSync(plain) ? plain : `${plain}.gz`
}

/** Lets files go on whatever page is shown. */
export async function drop(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate(all => {
    const dataTransfer = new DataTransfer()
    for (const [name, text] of all) dataTransfer.items.add(new File([text], name))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, Object.entries(files))
}

/** Chooses files by their paths, or contents that are at hand, on the page of open files. */
export async function choose(page: Page, files: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^Drop files here/u }).click()
  await (await chooser).setFiles(files)
}

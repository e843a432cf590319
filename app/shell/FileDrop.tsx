// Files dropped anywhere on the page, pasted, or chosen. What becomes of them is the opener's business.

import { useEffect, useEffectEvent, useState } from 'react'
import type { ReactNode } from 'react'
import { Message } from '#app/i18n/Message.tsx'
import styles from './Shell.module.css'

/** Whether a drag carries files (and not text or a link). */
function hasFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') === true
}

/** Whether text that is pasted goes into a field. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:input|textarea|select)$/iu.test(target.tagName))
  )
}

/** Listens on the window; shows where one may let go while files are dragged over it. */
export function FileDrop({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }): ReactNode {
  const [over, setOver] = useState(false)
  const take = useEffectEvent(onFiles)
  useEffect(() => {
    // Enter and leave come for each element that is crossed: they are counted.
    let depth = 0
    const abort = new AbortController()
    const { signal } = abort
    const end = (): void => {
      depth = 0
      setOver(false)
    }
    window.addEventListener(
      'dragenter',
      event => {
        if (!hasFiles(event.dataTransfer)) return
        depth++
        setOver(true)
      },
      { signal },
    )
    window.addEventListener(
      'dragleave',
      event => {
        if (hasFiles(event.dataTransfer) && --depth <= 0) end()
      },
      { signal },
    )
    // Without this the browser opens the file in the page's place.
    window.addEventListener(
      'dragover',
      event => {
        if (hasFiles(event.dataTransfer)) event.preventDefault()
      },
      { signal },
    )
    window.addEventListener(
      'drop',
      event => {
        if (!hasFiles(event.dataTransfer)) return
        event.preventDefault()
        end()
        const files = Array.from(event.dataTransfer?.files ?? [])
        // Only the event itself knows which of them are folders.
        const entries = Array.from(event.dataTransfer?.items ?? []).flatMap(item => item.webkitGetAsEntry() ?? [])
        if (!entries.some(({ isDirectory }) => isDirectory)) return take(files)
        void import('./folder-files.ts')
          .then(({ filesIn }) => filesIn(entries))
          .catch(() => files)
          .then(take)
      },
      { signal },
    )
    window.addEventListener(
      'paste',
      event => {
        const text = event.clipboardData?.getData('text/plain') ?? ''
        // Cells of a spreadsheet come with a picture of them: in a field the text is meant.
        if (text !== '' && isTyping(event.target)) return
        const files = Array.from(event.clipboardData?.files ?? [])
        if (files.length > 0) take(files)
        else if (/^\s*[[{]/u.test(text)) take([new File([text], 'pasted.json', { type: 'application/json' })])
      },
      { signal },
    )
    return () => abort.abort()
  }, [])
  if (!over) return null
  return (
    <div className={styles.drop}>
      <p>
        <Message id="shell.dropFiles" />
      </p>
    </div>
  )
}

/** The browser's own choice of files, several at once. */
export function chooseFiles(take: (files: readonly File[]) => void): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.addEventListener('change', () => take(Array.from(input.files ?? [])))
  input.click()
}

// The rows of a table as they stand, as a file.

import { useState } from 'react'
import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import { runInSlices } from '#shared/trace/run-in-slices.ts'
import type { SlicedWork } from '#shared/trace/sliced-work.ts'

const TYPES = { csv: 'text/csv', json: 'application/json', jsonl: 'application/jsonl', folded: 'text/plain' } as const
/** What a file is written as; also what its name ends with. */
export type FileForm = keyof typeof TYPES

export interface DownloadMenuProps<Form extends FileForm> {
  readonly forms: readonly Form[]
  /** The name without its end. */
  readonly file: string
  /** Parts of the text; undefined while there is nothing to write. */
  readonly make: ((form: Form) => SlicedWork<readonly string[]>) | undefined
}

export function DownloadMenu<Form extends FileForm>({ forms, file, make }: DownloadMenuProps<Form>): ReactNode {
  const say = useText()
  const [working, setWorking] = useState(false)
  const write = async (form: Form | undefined): Promise<void> => {
    if (make === undefined || form === undefined) return
    setWorking(true)
    try {
      const parts = await runInSlices(make(form), new AbortController().signal)
      const address = URL.createObjectURL(new Blob([...parts], { type: TYPES[form] }))
      const link = document.createElement('a')
      link.href = address
      link.download = `${file}.${form}`
      link.click()
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    } finally {
      setWorking(false)
    }
  }
  return (
    <>
      {working && (
        <span className="faint" role="status">
          {say('views.download.working')}
        </span>
      )}
      <Menu
        label={say('views.download')}
        trigger={
          <Button look="quiet" size="small" hasPopup="menu" disabled={make === undefined || working}>
            <Message id="views.download" />
          </Button>
        }
        groups={[{ key: 'forms', entries: forms.map(form => ({ key: form, text: say(`views.download.${form}`) })) }]}
        onAction={key => void write(forms.find(form => form === key))}
      />
    </>
  )
}

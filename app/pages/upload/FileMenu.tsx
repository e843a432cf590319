// What can be done with a file that is open: written in another form, sent to the store.

import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { HAS_SERVER } from '#app/api/fetch-json.ts'
import { exportFile, keepFile } from '#app/api/open-file-actions.ts'
import type { OpenFile } from '#app/api/open-files.ts'
import { useText } from '#app/i18n/Message.tsx'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import { useToast } from '#app/ui/Toast.tsx'

const FORMS = ['otlp', 'jaeger', 'chrome'] as const

export function FileMenu({ file, name }: { readonly file: OpenFile; readonly name: string }): ReactNode {
  const say = useText()
  const toast = useToast()
  const client = useQueryClient()
  const act = async (key: string): Promise<void> => {
    const form = FORMS.find(one => one === key)
    try {
      if (form !== undefined) await exportFile(file, form === 'jaeger' ? 'jaeger-raw' : form)
      else toast({ tone: 'ok', content: say('upload.kept', { name, spans: await keepFile(file, client) }) })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      const id = form === undefined ? 'upload.keep.failed' : 'upload.export.failed'
      toast({ tone: 'error', content: say(id, { name, detail }) })
    }
  }
  return (
    <Menu
      trigger={
        <Button look="quiet" size="icon-small" label={say('upload.more.of', { name })} hasPopup="menu">
          <Icon name="more" />
        </Button>
      }
      label={say('upload.more.of', { name })}
      groups={[
        {
          key: 'export',
          title: say('upload.export'),
          entries: FORMS.map(form => ({ key: form, text: say(`upload.export.${form}`) })),
        },
        {
          key: 'store',
          entries: HAS_SERVER ? [{ key: 'keep', text: say('upload.keep'), end: say('upload.keep.note') }] : [],
        },
      ]}
      onAction={key => void act(key)}
    />
  )
}

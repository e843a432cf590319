// Says that the demo is among what is stored, and takes it away.

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { demoMutation } from '#app/api/demo.ts'
import { CommandButton } from '#app/commands/CommandButton.tsx'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { useText } from '#app/i18n/Message.tsx'
import styles from './EmptyStore.module.css'

/** Part of a foot. */
export function DemoLoaded(): ReactNode {
  const say = useText()
  const client = useQueryClient()
  const remove = useMutation(demoMutation('DELETE', client))
  useCommands([
    {
      id: 'search.removeDemo',
      title: 'command.search.removeDemo',
      group: 'page',
      when: () => !remove.isPending,
      run: () => remove.mutate(),
    },
  ])
  return (
    <span className={styles.demo}>
      {say('search.demo.isLoaded')}{' '}
      <CommandButton command="search.removeDemo" look="quiet" size="small" disabled={remove.isPending}>
        {say('search.demo.remove')}
      </CommandButton>
      {remove.isError && (
        <span className="err" role="alert">
          {say('search.demo.notRemoved')} {remove.error.message}
        </span>
      )}
    </span>
  )
}

// The commands that work on every page.

import type { Command } from '#app/commands/command.ts'
import { useSingleLetters } from '#app/commands/single-letters.ts'
import { useLocalePreference } from '#app/i18n/locale.ts'
import { useTimeZonePreference } from '#app/i18n/time-zone.ts'
import { nextThemePreference, useTheme } from '#app/theme/theme.ts'
import type { NavEntry } from './page-entry.ts'

export interface FrameActions {
  readonly nav: readonly NavEntry[]
  readonly go: (to: string) => void
  /** Whether readers choose between light and dark. */
  readonly themes: boolean
  readonly show: (over: 'palette' | 'keys' | 'about') => void
  /** Absent while files can't be opened. */
  readonly chooseFiles?: () => void
}

/** All of them; what a page can't do has no command. */
export function frameCommands({ nav, go, show, themes, chooseFiles }: FrameActions): readonly Command[] {
  const theme = useTheme.getState
  const locale = useLocalePreference.getState
  const zone = useTimeZonePreference.getState
  const letters = useSingleLetters.getState
  return [
    ...nav.map((entry): Command => ({
      id: entry.command.id,
      title: entry.command.title,
      group: 'go',
      keys: entry.command.keys,
      run: () => go(entry.to),
    })),
    {
      id: 'shell.palette',
      title: 'command.palette',
      group: 'everywhere',
      keys: ['$mod+k'],
      run: () => show('palette'),
    },
    { id: 'shell.keys', title: 'command.keys', group: 'everywhere', keys: ['[Shift]+?'], run: () => show('keys') },
    ...(chooseFiles === undefined
      ? []
      : [
          {
            id: 'shell.openFile',
            title: 'command.openFile',
            group: 'everywhere',
            keys: ['$mod+o'],
            run: chooseFiles,
          } satisfies Command,
        ]),
    { id: 'shell.about', title: 'command.about', group: 'everywhere', run: () => show('about') },
    {
      id: 'shell.theme.next',
      title: 'command.theme.next',
      group: 'everywhere',
      keys: ['$mod+Shift+l'],
      run: () => theme().choose(nextThemePreference(theme().preference)),
      when: () => themes,
    },
    {
      id: 'shell.theme.system',
      title: 'command.theme.system',
      group: 'everywhere',
      run: () => theme().choose('system'),
      when: () => themes,
    },
    ...(['light', 'dark'] as const).map((one): Command => ({
      id: `shell.theme.${one}`,
      title: `command.theme.${one}`,
      group: 'everywhere',
      run: () => theme().choose(one),
      when: () => themes,
    })),
    { id: 'shell.locale.en', title: 'command.locale.en', group: 'everywhere', run: () => locale().choose('en') },
    { id: 'shell.locale.zh-CN', title: 'command.locale.zh', group: 'everywhere', run: () => locale().choose('zh-CN') },
    { id: 'shell.zone.local', title: 'command.zone.local', group: 'everywhere', run: () => zone().choose('local') },
    { id: 'shell.zone.utc', title: 'command.zone.utc', group: 'everywhere', run: () => zone().choose('utc') },
    {
      id: 'shell.singleLetters',
      title: 'command.singleLetters',
      group: 'everywhere',
      run: () => letters().choose(!letters().on),
    },
  ]
}

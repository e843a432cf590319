// The frame of every page: skip link, top bar, the page, and what opens over it from anywhere (palette, keys, about). It
// registers the commands that work everywhere, and moves the focus to a page that was navigated to.

import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useUiConfig } from '#app/api/ui-config.ts'
import { useCommands } from '#app/commands/CommandsProvider.tsx'
import { Message } from '#app/i18n/Message.tsx'
import { applyTheme, useTheme } from '#app/theme/theme.ts'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { parseRawSearch } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { FileDrop, chooseFiles } from './FileDrop.tsx'
import styles from './Shell.module.css'
import { TopBar } from './TopBar.tsx'
import { embedOf, withoutEmbed } from './embed.ts'
import { frameCommands } from './frame-commands.ts'
import { holdKeys } from './held-keys.ts'
import type { HeldKeys } from './held-keys.ts'
import type { OpenTarget } from './open-target.ts'
import type { FileOpener, FrameDialog, NavEntry } from './page-entry.ts'

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }))
const KeyOverlay = lazy(async () => ({ default: (await import('#app/commands/KeyOverlay.tsx')).KeyOverlay }))

export interface ShellProps {
  /** Entries of the navigation: pages that exist. */
  readonly nav: readonly NavEntry[]
  readonly About: FrameDialog
  /** Takes files; absent while there is no page for them: then there is no button, and dropping does nothing. */
  readonly openFiles?: FileOpener
}

type Over = 'palette' | 'keys' | 'about'

export function Shell({ nav, About, openFiles }: ShellProps): ReactNode {
  const [over, setOver] = useState<Over | undefined>(undefined)
  const navigate = useNavigate()
  const close = (): void => setOver(undefined)
  const { search, pathname } = useLocation()
  // For as long as the page is open, wherever one goes in it.
  const [embed] = useState(() => embedOf(search as RawSearch))
  const preference = useTheme(state => state.preference)
  const { themes } = useUiConfig()
  const theme = embed?.theme ?? (themes ? preference : 'light')
  useEffect(() => applyTheme(document.documentElement, theme), [theme])
  useEffect(() => {
    if (embed !== undefined) document.documentElement.dataset.embed = embed.without
    return () => {
      delete document.documentElement.dataset.embed
    }
  }, [embed])

  const take = (files: readonly File[]): void => {
    if (openFiles !== undefined && files.length > 0) void navigate({ to: openFiles(files) })
  }
  const open = (target: OpenTarget): void => {
    switch (target.kind) {
      case 'trace':
        void navigate({
          to: `/trace/${target.traceId}`,
          search: target.spanId === undefined ? {} : { uiFind: target.spanId },
        })
        break
      case 'compare':
        void navigate({ to: `/trace/${target.a}...${target.b}` })
        break
      case 'search':
        void navigate({ to: '/search', search: parseRawSearch(target.search) })
        break
      case 'json':
        take([new File([target.text], 'pasted.json', { type: 'application/json' })])
        break
      case 'text':
        // Words look for themselves as a service: the one thing of a trace that people call by name.
        void navigate({ to: '/search', search: { service: target.text } })
        break
      case 'nothing':
        break
    }
  }
  useCommands(
    frameCommands({
      nav,
      go: to => void navigate({ to }),
      show: setOver,
      themes,
      chooseFiles: openFiles === undefined ? undefined : () => chooseFiles(take),
    }),
  )

  // From the asking on: the script of the palette may have yet to come.
  const held = useRef<HeldKeys>(undefined)
  useLayoutEffect(() => {
    if (over !== 'palette') return
    const keys = holdKeys(window, () => setOver(undefined))
    held.current = keys
    return () => {
      keys.take()
    }
  }, [over])

  const main = usePageFocus()
  return (
    <div className={styles.frame}>
      <a
        href="#page"
        className={styles.skip}
        onClick={event => {
          // The address keeps its state: no fragment is added.
          event.preventDefault()
          main.current?.focus()
        }}
      >
        <Message id="shell.skip" />
      </a>
      {embed === undefined ? (
        <TopBar nav={nav} opensFiles={openFiles !== undefined} />
      ) : (
        <header className={styles.alone}>
          <Link to={pathname} search={withoutEmbed(search as RawSearch)} target="_blank">
            <Message id="shell.alone" /> <Icon name="out" size={10} />
          </Link>
        </header>
      )}
      <main id="page" ref={main} tabIndex={-1} className={styles.page}>
        <Outlet />
      </main>
      {openFiles !== undefined && <FileDrop onFiles={take} />}
      <Suspense fallback={null}>
        {over === 'palette' && (
          <Palette
            takeTyped={() => held.current?.take() ?? ''}
            onClose={close}
            onOpen={open}
            opensJson={openFiles !== undefined}
            searches={nav.some(({ key }) => key === 'search')}
          />
        )}
        {over === 'keys' && (
          <KeyOverlay
            open
            onClose={close}
            foot={
              <Button look="quiet" command="shell.about" onPress={() => setOver('about')}>
                <Message id="command.about" />
              </Button>
            }
          />
        )}
        {over === 'about' && <About open onClose={close} />}
      </Suspense>
    </div>
  )
}

/**
 * The element that holds the page; it gets the focus when the path changes (not the search part: that is the same page in
 * another state), unless the new page took the focus itself. The first page leaves the focus to the browser.
 */
function usePageFocus(): { readonly current: HTMLElement | null } {
  const main = useRef<HTMLElement>(null)
  const path = useLocation({ select: location => location.pathname })
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    const element = main.current
    if (element !== null && !element.contains(document.activeElement)) element.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [path])
  return main
}

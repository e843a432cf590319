// The top bar: mark, pages, omnibox, open a file, appearance, keys; and the Menu that takes over what has no room.

import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useUiConfig } from '#app/api/ui-config.ts'
import { useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { isMac } from '#app/commands/keys.ts'
import { LOCALES, LOCALE_NAMES, useLocalePreference } from '#app/i18n/locale.ts'
import { Message, useLocale, useText } from '#app/i18n/Message.tsx'
import { useTimeZonePreference } from '#app/i18n/time-zone.ts'
import { THEME_PREFERENCES, useTheme } from '#app/theme/theme.ts'
import { Button } from '#app/ui/Button.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import { Mark } from '#app/ui/Mark.tsx'
import { Menu } from '#app/ui/Menu.tsx'
import type { MenuGroup } from '#app/ui/Menu.tsx'
import { useNarrow } from '#app/ui/use-media-query.ts'
import styles from './TopBar.module.css'
import type { NavEntry } from './page-entry.ts'

export interface TopBarProps {
  readonly nav: readonly NavEntry[]
  readonly opensFiles: boolean
}

export function TopBar({ nav, opensFiles }: TopBarProps): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  const path = useLocation({ select: location => location.pathname })
  const appearance = useAppearanceGroups()
  return (
    <header className={styles.top}>
      <Link to="/search" className={styles.brand} aria-label={say('shell.startPage')}>
        <Mark />
        <Message id="shell.name" />
      </Link>
      <nav className={styles.nav} aria-label={say('shell.pages')}>
        {nav.map(entry => (
          <Link key={entry.key} to={entry.to} aria-current={entry.current(path) ? 'page' : undefined}>
            <Message id={entry.title} />
          </Link>
        ))}
      </nav>
      <TeamLinks />
      <button
        type="button"
        className={styles.omni}
        data-command="shell.palette"
        onClick={() => registry.run('shell.palette')}
      >
        <Icon name="search" />
        <span className="cut grow">{say('omni.placeholder')}</span>
        <Kbd>{isMac(navigator.platform) ? '⌘ K' : 'Ctrl K'}</Kbd>
      </button>
      {opensFiles && (
        <Button className={styles.wide} command="shell.openFile" onPress={() => registry.run('shell.openFile')}>
          <Message id="shell.openFile" />
        </Button>
      )}
      <span className={styles.wide}>
        <Menu
          label={say('shell.appearance')}
          groups={appearance}
          onAction={id => registry.run(id)}
          trigger={
            <Button look="quiet" size="icon" label={say('shell.appearance')} hasPopup="menu">
              <Icon name="theme" />
            </Button>
          }
        />
      </span>
      <Button
        className={styles.wide}
        look="quiet"
        size="icon"
        label={say('shell.help')}
        command="shell.keys"
        onPress={() => registry.run('shell.keys')}
      >
        ?
      </Button>
      <span className={styles.menu}>
        <NarrowMenu nav={nav} opensFiles={opensFiles} appearance={appearance} />
      </span>
    </header>
  )
}

/** What the team put into the menu: a link, or a list of them under its title. */
function TeamLinks(): ReactNode {
  const { menu } = useUiConfig()
  return menu.map(({ label, url, items }) =>
    items.length === 0 ? (
      <a key={label} className={styles.team} href={url} target="_blank" rel="noreferrer">
        {label}
      </a>
    ) : (
      <span key={label} className={styles.team}>
        <Menu
          label={label}
          placement="bottom start"
          trigger={
            <Button look="quiet" size="small" hasPopup="menu">
              {label}
            </Button>
          }
          groups={[
            { key: 'items', entries: items.map((item, at) => ({ key: String(at), text: item.label, href: item.url })) },
          ]}
          onAction={() => undefined}
        />
      </span>
    ),
  )
}

/** Entries of the appearance menu; each is a command, so `onAction` runs it by its id. */
function useAppearanceGroups(): readonly MenuGroup[] {
  const say = useText()
  const theme = useTheme(state => state.preference)
  const zone = useTimeZonePreference(state => state.preference)
  const locale = useLocale()
  const { themes } = useUiConfig()
  const chosen = <Icon name="ok" />
  return [
    {
      key: 'theme',
      title: say('shell.theme'),
      // A group without entries is left out.
      entries: (themes ? THEME_PREFERENCES : []).map(preference => ({
        key: `shell.theme.${preference}`,
        text: say(`shell.theme.${preference}`),
        end: theme === preference ? chosen : undefined,
        command: `shell.theme.${preference}`,
      })),
    },
    {
      key: 'language',
      title: say('shell.language'),
      entries: LOCALES.map(one => ({
        key: `shell.locale.${one}`,
        text: LOCALE_NAMES[one],
        end: locale === one ? chosen : undefined,
        command: `shell.locale.${one}`,
      })),
    },
    {
      key: 'zone',
      title: say('shell.times'),
      entries: (['local', 'utc'] as const).map(one => ({
        key: `shell.zone.${one}`,
        text: say(`command.zone.${one}`),
        end: zone === one ? chosen : undefined,
        command: `shell.zone.${one}`,
      })),
    },
  ]
}

/** Up to 900 px the pages; up to 640 px also what the bar has no room for. */
function NarrowMenu(props: TopBarProps & { readonly appearance: readonly MenuGroup[] }): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  const navigate = useNavigate()
  const path = useLocation({ select: location => location.pathname })
  const phone = useNarrow('phone')
  const useLanguage = useLocalePreference(state => state.preference)
  const pages: MenuGroup = {
    key: 'pages',
    title: say('shell.pages'),
    entries: props.nav.map(({ key, title, current, command }) => ({
      key: `go:${key}`,
      text: say(title),
      current: current(path),
      command: command.id,
    })),
  }
  const rest: MenuGroup = {
    key: 'rest',
    entries: [
      ...(props.opensFiles ? [{ key: 'shell.openFile', text: say('shell.openFile'), command: 'shell.openFile' }] : []),
      { key: 'shell.keys', text: say('shell.help'), command: 'shell.keys' },
      { key: 'shell.about', text: say('command.about'), command: 'shell.about' },
    ],
  }
  return (
    <Menu
      // A language chosen in the menu must not leave it with the old words.
      key={useLanguage}
      label={say('shell.menu')}
      groups={phone ? [pages, rest, ...props.appearance] : [pages]}
      onAction={key => {
        const page = props.nav.find(entry => `go:${entry.key}` === key)
        if (page === undefined) registry.run(key)
        else void navigate({ to: page.to })
      }}
      trigger={<Button hasPopup="menu">{say('shell.menu')}</Button>}
    />
  )
}

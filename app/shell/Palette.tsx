// The omnibox opened: paste a trace id, a header or a link and go there; or type, and run a command. Fetched when first
// opened.

import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Input } from 'react-aria-components/Input'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useCommandList, useCommandRegistry } from '#app/commands/CommandsProvider.tsx'
import { COMMAND_GROUPS } from '#app/commands/command.ts'
import { isMac, keyCaps } from '#app/commands/keys.ts'
import { en } from '#app/i18n/en.ts'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Icon } from '#app/ui/Icon.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import lists from '#app/ui/List.module.css'
import styles from './Palette.module.css'
import { findCommands } from './find-commands.ts'
import type { FoundText } from './find-commands.ts'
import { parseOpenTarget } from './open-target.ts'
import type { OpenTarget } from './open-target.ts'

export interface PaletteProps {
  /** What was typed before the field was there, once; asked for when the field takes the keys itself. */
  readonly takeTyped: () => string
  readonly onClose: () => void
  /** Goes where the person pointed. */
  readonly onOpen: (target: OpenTarget) => void
  /** Pasted JSON can be opened (there is a page for files). */
  readonly opensJson: boolean
  /** There is a page to search on: without a server there is none. */
  readonly searches: boolean
}

/** Ids of entries that are no commands. */
const OPEN = 'open:target'
const SEARCH = 'open:search'

export function Palette({ takeTyped, onClose, onOpen, opensJson, searches }: PaletteProps): ReactNode {
  const say = useText()
  const registry = useCommandRegistry()
  const commands = useCommandList()
  const [input, setInput] = useState('')
  const target = useMemo(() => parseOpenTarget(input), [input])
  const mac = isMac(navigator.platform)

  const listed = commands.filter(
    command => command.hidden !== true && command.id !== 'shell.palette' && command.when?.() !== false,
  )
  const found = findCommands(
    listed.map(({ id, title }) => ({ id, text: say(title), alternative: en[title] })),
    target.kind === 'json' ? '' : input,
  )
  const groups = COMMAND_GROUPS.map(group => ({
    group,
    entries: found.flatMap(entry => {
      const command = listed.find(({ id }) => id === entry.id)
      return command?.group === group ? [{ command, parts: entry.parts }] : []
    }),
  })).filter(({ entries }) => entries.length > 0)

  const opening = openingOf(target, opensJson, searches)
  const first = opening !== undefined && (target.kind !== 'trace' || target.certain)
  const section = opening !== undefined && (
    <ListBoxSection key="open" id="open" aria-label={say('omni.group.open')}>
      <Header className={lists.head}>{say('omni.group.open')}</Header>
      <ListBoxItem id={OPEN} textValue={input} className={lists.item}>
        <span className="cut">{opening}</span>
        <span className={lists.end}>
          <Kbd>Enter</Kbd>
        </span>
      </ListBoxItem>
    </ListBoxSection>
  )

  const act = (key: string): void => {
    onClose()
    if (key === OPEN) onOpen(target)
    else if (key === SEARCH) onOpen({ kind: 'text', text: input.trim() })
    else registry.run(key)
  }

  return (
    <ModalOverlay
      isOpen
      isDismissable
      className={styles.scrim}
      onOpenChange={open => {
        if (!open) onClose()
      }}
    >
      <Modal className={styles.palette}>
        {/* The field would take the first Escape to empty itself: here it always closes. */}
        <div
          onKeyDownCapture={event => {
            if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
            event.stopPropagation()
            onClose()
          }}
        >
          <Dialog aria-label={say('omni.label')} className={styles.dialog}>
            <Autocomplete inputValue={input} onInputChange={setInput}>
              <SearchField aria-label={say('omni.label')} autoFocus className={styles.field}>
                <Icon name="search" />
                <Input
                  className={styles.input}
                  placeholder={say('omni.placeholder')}
                  spellCheck={false}
                  // The list below is what it opens: always there, and scrolled by its arrows.
                  role="combobox"
                  aria-expanded
                  onFocus={() => {
                    const typed = takeTyped()
                    if (typed !== '') setInput(typed)
                  }}
                />
                <Kbd>Esc</Kbd>
              </SearchField>
              <ListBox
                aria-label={say('omni.label')}
                className={lists.list}
                onAction={key => act(String(key))}
                renderEmptyState={() => <p className={lists.empty}>{say('omni.nothing', { text: input.trim() })}</p>}
              >
                {first && section}
                {groups.map(({ group, entries }) => (
                  <ListBoxSection key={group} id={group} aria-label={say(`command.group.${group}`)}>
                    <Header className={lists.head}>{say(`command.group.${group}`)}</Header>
                    {entries.map(({ command, parts }) => (
                      <ListBoxItem
                        key={command.id}
                        id={command.id}
                        textValue={say(command.title)}
                        className={lists.item}
                      >
                        <Marked parts={parts} />
                        {command.keys?.[0] !== undefined && (
                          <span className={lists.end}>
                            {keyCaps(command.keys[0], mac).map(cap => (
                              <Kbd key={cap}>{cap}</Kbd>
                            ))}
                          </span>
                        )}
                      </ListBoxItem>
                    ))}
                  </ListBoxSection>
                ))}
                {!first && section}
                {searches && target.kind === 'text' && (
                  <ListBoxSection key="search" id="search" aria-label={say('nav.search')}>
                    <ListBoxItem id={SEARCH} textValue={input} className={lists.item}>
                      <span className="cut">{say('omni.search', { text: input.trim() })}</span>
                    </ListBoxItem>
                  </ListBoxSection>
                )}
              </ListBox>
            </Autocomplete>
          </Dialog>
        </div>
      </Modal>
    </ModalOverlay>
  )
}

function Marked({ parts }: { readonly parts: readonly FoundText[] }): ReactNode {
  return (
    <span className="cut">{parts.map((part, index) => (part.found ? <b key={index}>{part.text}</b> : part.text))}</span>
  )
}

function openingOf(target: OpenTarget, opensJson: boolean, searches: boolean): ReactNode | undefined {
  switch (target.kind) {
    case 'trace':
      return target.spanId === undefined ? (
        <Message id="omni.openTrace" values={{ id: shorten(target.traceId) }} />
      ) : (
        <Message id="omni.openSpan" values={{ id: shorten(target.traceId), span: target.spanId }} />
      )
    case 'compare':
      return <Message id="omni.compare" values={{ first: target.a.slice(0, 12), second: target.b.slice(0, 12) }} />
    case 'search':
      return searches ? <Message id="omni.openSearch" /> : undefined
    case 'json':
      return opensJson ? <Message id="omni.openJson" /> : undefined
    case 'text':
    case 'nothing':
      return undefined
  }
}

/** A 64-bit id without its zeros. */
function shorten(traceId: string): string {
  return traceId.replace(/^0{16}/u, '')
}

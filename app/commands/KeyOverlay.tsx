// The list of keys of this page, made from the registry. Fetched when first opened.

import type { ReactNode } from 'react'
import { Message, useText } from '#app/i18n/Message.tsx'
import { Checkbox } from '#app/ui/Checkbox.tsx'
import { Dialog } from '#app/ui/Dialog.tsx'
import { Kbd } from '#app/ui/Kbd.tsx'
import { useCommandList } from './CommandsProvider.tsx'
import styles from './KeyOverlay.module.css'
import { COMMAND_GROUPS } from './command.ts'
import { isMac, isSingleCharacter, keyCaps } from './keys.ts'
import { useSingleLetters } from './single-letters.ts'

export interface KeyOverlayProps {
  readonly open: boolean
  readonly onClose: () => void
  /** In the foot: a way to *About*. */
  readonly foot?: ReactNode
}

export function KeyOverlay({ open, onClose, foot }: KeyOverlayProps): ReactNode {
  const say = useText()
  const commands = useCommandList()
  const letters = useSingleLetters()
  const mac = isMac(navigator.platform)
  const groups = COMMAND_GROUPS.map(group => ({
    group,
    entries: commands.filter(command => command.group === group && (command.keys?.length ?? 0) > 0),
  })).filter(({ entries }) => entries.length > 0)
  return (
    <Dialog open={open} onClose={onClose} title={say('keys.title')} width={960} foot={foot}>
      <div className={styles.top}>
        <Checkbox checked={letters.on} onChange={letters.choose} command="shell.singleLetters">
          {say('keys.singleLetters')}
        </Checkbox>
        <span className="faint">{say('keys.singleLetters.hint')}</span>
      </div>
      <div className={styles.groups}>
        {groups.map(({ group, entries }) => (
          <section key={group} className={styles.group}>
            <h3 className={styles.head}>
              <Message id={`command.group.${group}`} />
            </h3>
            <dl>
              {entries.map(command => (
                <div key={command.id} className={styles.line}>
                  <dt>{say(command.title)}</dt>
                  <dd className={styles.keys}>
                    {(command.keys ?? []).map((binding, index) => (
                      <span
                        key={binding}
                        className={isSingleCharacter(binding) && !letters.on ? styles.off : styles.binding}
                      >
                        {index > 0 && <span className="faint">{say('keys.or')}</span>}
                        {keyCaps(binding, mac).map((cap, at) => (
                          <Kbd key={at}>{cap === ' ' ? say('key.space') : cap}</Kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

// What the frame is told about the pages: the router hands it the list, it names none itself.

import type { ComponentType } from 'react'
import type { FirstId, MessageId } from '#app/i18n/en.ts'

/** An entry of the navigation. */
export interface NavEntry {
  readonly key: string
  readonly title: MessageId
  /** Address within the app, without the base path: `/search`. */
  readonly to: string
  /** Paths at which this entry is the current one. */
  readonly current: (path: string) => boolean
  /** Command that goes there, and its keys. */
  readonly command: { readonly id: string; readonly title: FirstId; readonly keys: readonly string[] }
}

/** A dialog that the frame opens; fetched when it is opened. */
export type FrameDialog = ComponentType<{ readonly open: boolean; readonly onClose: () => void }>

/** Takes files that were dropped, pasted or chosen anywhere, and says where to go to see them. */
export type FileOpener = (files: readonly File[]) => string

/** What the main thread and the seal worker tell each other: one request at a time is worked on, in the order of asking. */
import type { BlockRef } from './block-shelf.ts'
import type { MadeBlock } from './block-maker.ts'
import type { OpenTableInfo } from './write/messages.ts'

export interface SealWorkerData {
  readonly directory: string | undefined
}

export type SealRequest =
  | { readonly kind: 'seal'; readonly table: OpenTableInfo; readonly block: string }
  /** `blocks`: neighbours, in order of sealing. */
  | { readonly kind: 'merge'; readonly blocks: readonly string[]; readonly block: string }
  /** What the store consists of from now on. */
  | { readonly kind: 'update'; readonly add: readonly BlockRef[]; readonly remove: readonly string[] }
  | { readonly kind: 'write-manifest'; readonly bytes: Uint8Array }
  /** Files that nothing names any more. */
  | { readonly kind: 'remove-files'; readonly files: readonly string[] }
  | { readonly kind: 'quarantine'; readonly file: string }
  /** Files of the archive. */
  | { readonly kind: 'write-archived'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'remove-archived'; readonly file: string }
  | { readonly kind: 'close' }

export type SealAnswer =
  | { readonly kind: 'done'; readonly made: MadeBlock | undefined }
  /** A block that had to be read is damaged; nothing was made. */
  | { readonly kind: 'damaged'; readonly block: string; readonly reason: string }
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly code: string | undefined
      readonly stack: string | undefined
    }

/** What the seal worker does, request by request. Blocking; what has returned is durable. */
import { removeArchived, writeArchived } from './archive/write-archived.ts'
import { BlockMaker, type MadeBlock } from './block-maker.ts'
import type { Files } from './files.ts'
import { writeManifest } from './manifest.ts'
import { moveToQuarantine } from './quarantine.ts'
import type { SealRequest } from './seal-messages.ts'
import { LOG_FOLDER } from './write/log-format.ts'

export class SealWork {
  readonly #files: Files | undefined
  readonly #maker: BlockMaker

  constructor(files: Files | undefined) {
    this.#files = files
    this.#maker = new BlockMaker(files)
  }

  /** What was made, for `seal` and `merge`. Throws DamagedBlockError of a block that had to be read, and what the file system throws. */
  do(request: SealRequest): MadeBlock | undefined {
    const files = this.#files
    switch (request.kind) {
      case 'seal':
        return this.#maker.seal(request.table, request.block)
      case 'merge':
        return this.#maker.merge(request.blocks, request.block)
      case 'update':
        this.#maker.update(request.add, request.remove)
        return undefined
      case 'write-manifest':
        if (files === undefined) return undefined
        // It forgets the tables whose logs are gone: for good, therefore.
        files.syncDirectory(LOG_FOLDER)
        writeManifest(files, request.bytes)
        return undefined
      case 'remove-files':
        for (const file of request.files) files?.remove(file)
        return undefined
      case 'quarantine':
        if (files !== undefined) moveToQuarantine(files, request.file)
        return undefined
      case 'write-archived':
        if (files !== undefined) writeArchived(files, request.file, request.bytes)
        return undefined
      case 'remove-archived':
        if (files !== undefined) removeArchived(files, request.file)
        return undefined
      case 'close':
        this.#maker.close()
        return undefined
    }
  }
}

/**
 * Decoded pages of all blocks that one thread reads, bounded in bytes, the least recently used dropped first. What is dropped is
 * read again from the file: a page in use stays valid for its user.
 */
import { LRUCache } from 'lru-cache'

/** What a reader counts for a page beside its arrays. */
const PAGE_OVERHEAD_BYTES = 128

export interface CachedPage {
  readonly byteLength: number
}

export class PageCache {
  readonly #pages: LRUCache<number, CachedPage>
  #readers = 0

  /** 64 MiB hold the hot pages of about 5 M spans. */
  constructor(maxBytes = 64 * 1024 * 1024) {
    this.#pages = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: page => page.byteLength + PAGE_OVERHEAD_BYTES,
    })
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#pages.calculatedSize
  }

  /** A number for one reader, so that its pages have keys of their own: `number * 2^34 + page`. */
  registerReader(): number {
    return this.#readers++
  }

  get(key: number): CachedPage | undefined {
    return this.#pages.get(key)
  }

  set(key: number, page: CachedPage): void {
    this.#pages.set(key, page)
  }
}

// What both a browser and Node have and `shared/` may use; nothing else. `shared/` is compiled with neither
// DOM nor Node types, so a slip shows as a type error here and not as a crash there.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, target: Uint8Array): { read: number; written: number }
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string
}

declare class URLSearchParams {
  constructor(init?: string | Record<string, string> | [string, string][])
  append(name: string, value: string): void
  delete(name: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  toString(): string
  [Symbol.iterator](): IterableIterator<[string, string]>
}

declare class URL {
  static canParse(url: string, base?: string): boolean
  constructor(url: string, base?: string)
  readonly host: string
  readonly hostname: string
  readonly href: string
  readonly pathname: string
  readonly port: string
  readonly protocol: string
  readonly search: string
  readonly hash: string
  readonly searchParams: URLSearchParams
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
}

declare const performance: { now(): number }

interface MessagePort {
  start(): void
  close(): void
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: unknown) => void, options?: { once?: boolean }): void
}

declare class MessageChannel {
  readonly port1: MessagePort
  readonly port2: MessagePort
}

/**
 * The endpoint of a message read last. Every annotation of v1 carries one, mostly the same: where the same bytes stand again they mean the same,
 * because a struct of Thrift and an object of JSON end where their bytes say.
 */
export class LastEndpoint {
  /** Bytes of the whole endpoint; 0 when there is none. */
  length = 0
  /** Dictionary ids of the service and the address. */
  service = 0
  ip = 0
  port = 0
  #at = 0

  /** Another message, or another table. */
  forget(): void {
    this.length = 0
  }

  /** What the `length` bytes from `at` on mean. */
  keep(at: number, length: number, service: number, ip: number, port: number): void {
    this.#at = at
    this.length = length
    this.service = service
    this.ip = ip
    this.port = port
  }

  /** Whether its bytes stand at `at`. `view`: of `bytes`. */
  stands(bytes: Uint8Array, view: DataView, at: number): boolean {
    const { length } = this
    const from = this.#at
    if (length === 0 || bytes.length - at < length) return false
    const words = length & ~3
    // The end first: ports and names differ there.
    for (let i = length - 1; i >= words; i--) if (bytes[from + i] !== bytes[at + i]) return false
    for (let i = 0; i < words; i += 4) if (view.getInt32(from + i) !== view.getInt32(at + i)) return false
    return true
  }
}

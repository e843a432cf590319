/**
 * Datagrams for ingest, on node:dgram. Nothing is ever answered, so nothing tells a sender to wait: what can't be taken is
 * lost, and counted by its reason. What has arrived together is handed on together (a message of one sender is decoded and
 * made durable at the cost of one), what of it can't be decoded is then tried alone, so that it loses nobody else's.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { once } from 'node:events'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { httpErrorAnswer } from './http-error.ts'
import type { Listener, ListenerContext, ListenerStats } from './listener.ts'
import { readDrops } from './udp-drops.ts'

export interface UdpListenerOptions {
  /** `jaeger-compact`. */
  readonly name: string
  readonly port: number
  /**
   * Takes datagrams of one sender, at least one. Rejects with DecodeError when one of them can't be decoded; nothing of any
   * of them was kept then. Other rejections are those of `Ingest`.
   */
  readonly receive: (datagrams: readonly Uint8Array[], peer: string) => Promise<void>
}

/** The kernel keeps what arrives while this thread is busy: at 200,000 spans a second, about 80 ms of them. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
/** Datagrams decoded together. More do not come between two turns of the event loop. */
const MOST_TOGETHER = 64
/** Waiting here for room in the memory budget; above, datagrams are lost. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024
/** What a datagram costs beside its bytes. */
const DATAGRAM_BYTES = 256

/** Opens the listener on every host of the context; rejects with the system's error when one that is required cannot be opened. */
export async function listenUdp(context: ListenerContext, options: UdpListenerOptions): Promise<Listener> {
  const listener = new UdpListener(context, options)
  await listener.open()
  return listener
}

interface Datagram {
  readonly bytes: Uint8Array
  readonly peer: string
}

class UdpListener implements Listener {
  readonly name: string
  address = ''
  port = 0
  readonly #context: ListenerContext
  readonly #options: UdpListenerOptions
  #sockets: readonly Socket[] = []
  #addresses: readonly string[] = []
  #granted = 0
  #datagrams = 0
  #wireBytes = 0
  readonly #refused = new Map<string, number>()
  #waiting: Datagram[] = []
  #waitingBytes = 0
  #flushing = false
  readonly #inProgress = new Set<Promise<void>>()

  constructor(context: ListenerContext, options: UdpListenerOptions) {
    this.name = options.name
    this.#context = context
    this.#options = options
  }

  async open(): Promise<void> {
    const opened: Socket[] = []
    const addresses: string[] = []
    let chosen = this.#options.port
    for (const { host, required } of this.#context.hosts) {
      const socket = createSocket({
        type: isIPv6(host) ? 'udp6' : 'udp4',
        ipv6Only: isIPv6(host) && host !== '::',
        reusePort: this.#context.reusePort,
        recvBufferSize: RECEIVE_BUFFER_BYTES,
      })
      try {
        socket.bind({ address: host, port: chosen, exclusive: true })
        await once(socket, 'listening')
      } catch (error) {
        socket.close()
        const { code } = error as NodeJS.ErrnoException
        if (!required && opened.length > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue
        for (const each of opened) each.close()
        throw error
      }
      socket.on('message', this.#onMessage)
      socket.on('error', error => {
        this.#context.log.warn({ err: error, listener: this.name }, 'a socket failed')
        this.#count('socket')
      })
      const { address, port } = socket.address()
      opened.push(socket)
      addresses.push(address)
      chosen = port
    }
    this.#sockets = opened
    this.#addresses = addresses
    // Linux says twice of what it granted: half is for its own bookkeeping (man 7 socket).
    const share = process.platform === 'linux' ? 2 : 1
    this.#granted = Math.min(...opened.map(socket => socket.getRecvBufferSize() / share))
    this.address = addresses[0]
    this.port = chosen
    if (this.#granted < RECEIVE_BUFFER_BYTES) {
      this.#context.log.info(
        { listener: this.name, port: chosen, asked: RECEIVE_BUFFER_BYTES, granted: this.#granted },
        'the system grants a smaller receive buffer than was asked for (net.core.rmem_max): bursts of datagrams may be lost',
      )
    }
  }

  readonly #onMessage = (bytes: Buffer, { address }: RemoteInfo): void => {
    this.#datagrams++
    this.#wireBytes += bytes.length
    if (this.#waitingBytes >= MOST_WAITING_BYTES) {
      this.#count('queue_full')
      return
    }
    this.#waiting.push({ bytes, peer: address })
    this.#waitingBytes += bytes.length + DATAGRAM_BYTES
    if (this.#flushing) return
    this.#flushing = true
    // After what else has arrived by now.
    setImmediate(() => void this.#flush())
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const all = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      for (let from = 0; from < all.length;) {
        let to = from + 1
        while (to < all.length && to - from < MOST_TOGETHER && all[to].peer === all[from].peer) to++
        await this.#take(
          all.slice(from, to).map(({ bytes }) => bytes),
          all[from].peer,
        )
        from = to
      }
    }
    this.#flushing = false
  }

  /** Hands datagrams on once there is room for them; does not wait for what becomes of them. */
  async #take(datagrams: readonly Uint8Array[], peer: string): Promise<void> {
    const { budget } = this.#context
    try {
      const admission = budget.admit()
      const reservation = admission instanceof Promise ? await admission : admission
      let bytes = 0
      for (const datagram of datagrams) bytes += datagram.length + DATAGRAM_BYTES
      if (!reservation.grow(bytes)) {
        reservation.release()
        throw budget.overloaded()
      }
      const work = this.#receive(datagrams, peer).finally(() => {
        reservation.release()
        this.#inProgress.delete(work)
      })
      this.#inProgress.add(work)
    } catch (error) {
      this.#lost(error, datagrams.length)
    }
  }

  async #receive(datagrams: readonly Uint8Array[], peer: string): Promise<void> {
    try {
      await this.#options.receive(datagrams, peer)
      return
    } catch (error) {
      if (!(error instanceof DecodeError) || datagrams.length === 1) {
        this.#lost(error, datagrams.length)
        return
      }
    }
    for (const datagram of datagrams) {
      try {
        await this.#options.receive([datagram], peer)
      } catch (error) {
        this.#lost(error, 1)
      }
    }
  }

  #lost(error: unknown, datagrams: number): void {
    const { reason } = httpErrorAnswer(error)
    this.#count(reason, datagrams)
    if (reason === 'internal') this.#context.log.error({ err: error, listener: this.name }, 'datagrams failed')
  }

  #count(reason: string, more = 1): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + more)
  }

  async close(drainMs: number): Promise<void> {
    await Promise.all(
      this.#sockets.map(
        socket =>
          new Promise<void>(resolve => {
            socket.close(() => resolve())
          }),
      ),
    )
    const deadline = new Promise<void>(resolve => {
      setTimeout(resolve, drainMs).unref()
    })
    const settled = async (): Promise<void> => {
      while (this.#flushing || this.#inProgress.size > 0) {
        await Promise.all(this.#inProgress)
        await new Promise(resolve => {
          setImmediate(resolve)
        })
      }
    }
    await Promise.race([settled(), deadline])
  }

  stats(): ListenerStats {
    let kernelDrops: number | undefined
    for (const address of this.#addresses) {
      const drops = readDrops(address, this.port)
      if (drops !== undefined) kernelDrops = (kernelDrops ?? 0) + drops
    }
    return {
      connections: 0,
      refusedConnections: 0,
      requests: this.#datagrams,
      wireBytes: this.#wireBytes,
      refused: Object.fromEntries(this.#refused),
      udp: { kernelDrops, bufferAsked: RECEIVE_BUFFER_BYTES, bufferGranted: this.#granted },
    }
  }
}

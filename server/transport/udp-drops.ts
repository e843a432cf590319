/** What Linux says of datagrams that it dropped because a socket's buffer was full; other systems do not say. */
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'

/**
 * Datagrams dropped since they were opened by all sockets on this address and port, of all threads: they share both.
 * `text` is /proc/net/udp or /proc/net/udp6: after a head, a line a socket, its local address in the second column as hex
 * words of the machine's byte order, the drops in the last.
 */
export function dropsOf(text: string, address: string, port: number): number {
  const wanted = `${hexAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let drops = 0
  for (const line of text.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/)
    if (columns[1] === wanted) drops += Number(columns.at(-1)) || 0
  }
  return drops
}

/** An address as /proc/net has it: 32-bit words in little-endian order. */
function hexAddress(address: string): string {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : address.split('.').map(Number)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    for (let k = 3; k >= 0; k--) text += (bytes[at + k] ?? 0).toString(16).toUpperCase().padStart(2, '0')
  }
  return text
}

function ipv6Bytes(address: string): number[] {
  const [head, tail] = address.split('%', 1)[0].split('::', 2)
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === '' ? [] : part.split(':').map(group => parseInt(group, 16))
  const first = groups(head)
  const last = groups(tail)
  const all = [...first, ...Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0), ...last]
  return all.flatMap(group => [group >> 8, group & 255])
}

/** As `dropsOf`, of this machine now; undefined where it can't be known. */
export function readDrops(address: string, port: number): number | undefined {
  try {
    return dropsOf(readFileSync(isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1'), address, port)
  } catch {
    return undefined
  }
}

import { expect, test } from 'vitest'
import { dropsOf } from './udp-drops.ts'

const head =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'
const line = (address: string, drops: number) =>
  ` 8599: ${address} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 818130 2 000000009a6d0c8a ${drops}`

test('the drops of all sockets on an address and port', () => {
  const text = [
    head,
    line('0100007F:1AAF', 3),
    line('0100007F:1AAF', 4),
    line('0100007F:1AB0', 9),
    line('00000000:1AAF', 9),
  ]
  expect(dropsOf(text.join('\n'), '127.0.0.1', 6831)).toBe(7)
  expect(dropsOf(text.join('\n'), '0.0.0.0', 6831)).toBe(9)
  expect(dropsOf('', '127.0.0.1', 6831)).toBe(0)
})

test('of version 6', () => {
  const text = [
    head,
    line('00000000000000000000000001000000:1AAF', 5),
    line('B80D0120000000000000000001000000:1AAF', 6),
  ]
  expect(dropsOf(text.join('\n'), '::1', 6831)).toBe(5)
  expect(dropsOf(text.join('\n'), '2001:db8::1', 6831)).toBe(6)
})

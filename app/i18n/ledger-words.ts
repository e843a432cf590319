// The server's codes for its doors, for what it refuses and for what it counts of itself, in the reader's words. A code that has no words here yet shows
// as it is: never hidden.

import type { Text } from './Message.tsx'
import { ledger } from './en/ledger.ts'
import { formatCount, formatShare } from './format.ts'

type LedgerId = keyof typeof ledger

function known(id: string): LedgerId | undefined {
  return Object.hasOwn(ledger, id) ? (id as LedgerId) : undefined
}

/** A listener (`otlp-http`) or a protocol of the ledger (`otlp_http_json`): `OTLP, HTTP`. */
export function doorName(say: Text, code: string): string {
  const id = known(`door.${code.replaceAll('-', '_')}`)
  return id === undefined ? code : say(id)
}

/** Why spans were rejected or dropped, or requests refused: `trace id of the wrong length or all zero`. */
export function reasonText(say: Text, code: string): string {
  const id = known(`reason.${code.replaceAll('-', '_')}`)
  return id === undefined ? code : say(id)
}

/** Something that is limited, by the name of its setting; of one listener: `max-connections, otlp-grpc`. */
export function limitName(say: Text, name: string): string {
  const [limit, listener] = name.split(', ')
  const id = known(`limit.${limit.replaceAll(/[- ]/gu, '_')}`)
  if (id === undefined) return name
  return listener === undefined
    ? say(id)
    : say('limit.of_listener', { limit: say(id), listener: doorName(say, listener) })
}

/** A number that a store tells of itself. */
export function detailName(say: Text, name: string): string {
  const id = known(`detail.${name.replaceAll(' ', '_')}`)
  return id === undefined ? name : say(id)
}

/** A share of traces that is kept: `every trace`, `1 in 1 000`, `30 %`, `none`. */
export function toldShare(say: Text, share: number): string {
  if (share === 1) return say('sampling.all')
  if (share === 0) return say('sampling.none')
  const count = Math.round(1 / share)
  return Math.abs(count * share - 1) < 1e-6
    ? say('sampling.oneIn', { count: formatCount(count) })
    : formatShare(share, 1)
}

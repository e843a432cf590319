// The server's codes for its doors and for what it refuses, in the reader's words. A code that has no words here yet shows
// as it is: never hidden.

import type { Text } from './Message.tsx'
import { ledger } from './en/ledger.ts'

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

// `svcFilter` of Jaeger's addresses: which services of a trace show. `<checksum>.<mask>`, both hexadecimal: bit k of the mask (from its
// end) is the k-th of the service names in the order of their code units; the checksum, 16 bits, is of those names with NUL in between, and
// tells a link that was made when the trace had other services. As Jaeger UI of 2026 writes it (pull request 3765).

import { NO_SERVICE_NAME } from '#shared/formats/jaeger/ui-json.ts'
import { filterChoices, shownServices, withServices } from './filter-choices.ts'

/** FNV-1a cut down to 16 bits, over code units. */
const SEED = 0x811c
const PRIME = 0x0101

/** More services than bits that are read: 4 a digit. */
const MOST_DIGITS = 4096

/**
 * The services that show, of a trace with those (undefined: that of spans without a name). Undefined when all do: by the mask, because the
 * trace has other services now, or because it is no such text.
 */
export function parseSvcFilter(
  text: string,
  services: readonly (string | undefined)[],
): ReadonlySet<string | undefined> | undefined {
  const [, checksum, digits] = /^([\da-f]{1,4})\.([\da-f]+)$/iu.exec(text) ?? []
  if (checksum === undefined || digits.length > MOST_DIGITS) return undefined
  const named = [...services]
    .map(service => ({ service, name: service ?? NO_SERVICE_NAME }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  if (Number.parseInt(checksum, 16) !== checksumOf(named.map(({ name }) => name))) return undefined
  const mask = BigInt(`0x${digits}`)
  const shown = named.filter((_, k) => ((mask >> BigInt(k)) & 1n) === 1n).map(({ service }) => service)
  return shown.length === 0 || shown.length === services.length ? undefined : new Set(shown)
}

function checksumOf(names: readonly string[]): number {
  let sum = SEED
  // oxlint-disable-next-line unicorn/prefer-code-point -- it is defined over code units
  for (const unit of names.join('\0').split('')) sum = Math.imul(sum ^ unit.charCodeAt(0), PRIME) & 0xffff
  return sum
}

/** A filter with the chip that leaves those services; as it is where all show. `services` as `parseSvcFilter` takes them. */
export function withSvcFilter(
  filter: readonly string[],
  text: string,
  services: readonly (string | undefined)[],
): readonly string[] {
  const shown = parseSvcFilter(text, services)
  if (shown === undefined) return filter
  const all = services.map(service => service ?? '')
  const before = shownServices(filterChoices(filter), all)
  const names = new Set(all.filter((name, at) => shown.has(services[at]) && before.has(name)))
  return withServices(filter, all, names)
}

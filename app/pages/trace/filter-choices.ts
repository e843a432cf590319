// What of a filter's chips is a choice of its menu (errors, the critical path, a least duration, services), and chips with a
// choice changed. Chips stay what they are, text: the menu only writes and reads some of them.

import { formatFindPair, parseFindTerms } from '#shared/trace/find-terms.ts'

export interface FilterChoices {
  readonly errors: boolean
  readonly critical: boolean
  /** As it stands in its chip, `10ms`; '' for none. */
  readonly atLeast: string
  /** In lower case, as terms are; undefined: all services. */
  readonly services: { readonly only: boolean; readonly names: ReadonlySet<string> } | undefined
}

const ERRORS = 'status=error'
const CRITICAL = 'critical=true'
const AT_LEAST = /^duration>=(\S+)$/u

export function filterChoices(filter: readonly string[]): FilterChoices {
  const services = filter.map(servicesIn).find(one => one !== undefined)
  const atLeast = filter.map(text => AT_LEAST.exec(text)?.[1]).find(one => one !== undefined)
  return {
    errors: filter.includes(ERRORS),
    critical: filter.includes(CRITICAL),
    atLeast: atLeast ?? '',
    services,
  }
}

export function withErrors(filter: readonly string[], on: boolean): readonly string[] {
  return withChip(filter, text => text === ERRORS, on ? ERRORS : undefined)
}

export function withCritical(filter: readonly string[], on: boolean): readonly string[] {
  return withChip(filter, text => text === CRITICAL, on ? CRITICAL : undefined)
}

/** `text`: a duration with its unit; what is none takes the chip away. */
export function withAtLeast(filter: readonly string[], text: string): readonly string[] {
  const chip = `duration>=${text.trim().toLowerCase().replaceAll(/\s/gu, '')}`
  return withChip(filter, one => AT_LEAST.test(one), isDuration(text) ? chip : undefined)
}

/** Whether a text is a duration that a filter takes: a number above 0 with or without a unit (ns). */
export function isDuration(text: string): boolean {
  const [term] = parseFindTerms(`duration>=${text.trim().replaceAll(/\s/gu, '')}`)
  return term?.kind === 'compare' && term.value > 0
}

/** `shown` of `all` names, whichever is said in fewer words: those, or all but the others. None shown is as all shown. */
export function withServices(
  filter: readonly string[],
  all: readonly string[],
  shown: ReadonlySet<string>,
): readonly string[] {
  const hidden = all.filter(name => !shown.has(name))
  const only = shown.size <= hidden.length
  const names = only ? all.filter(name => shown.has(name)) : hidden
  const chip = names.map(name => formatFindPair('service', name, only ? '=' : '!=')).join(' ')
  return withChip(filter, text => servicesIn(text) !== undefined, shown.size === 0 || chip === '' ? undefined : chip)
}

/** The names that a choice leaves shown. */
export function shownServices({ services }: FilterChoices, all: readonly string[]): ReadonlySet<string> {
  if (services === undefined) return new Set(all)
  return new Set(all.filter(name => services.names.has(name.toLowerCase()) === services.only))
}

function servicesIn(text: string): FilterChoices['services'] {
  const terms = parseFindTerms(text)
  const kind = terms[0]?.kind
  if (kind !== 'pair' && kind !== 'not') return undefined
  const names = new Set<string>()
  for (const term of terms) {
    if (term.kind !== kind || term.key !== 'service') return undefined
    names.add(term.value)
  }
  return { only: kind === 'pair', names }
}

/** The chip in the place of the first that it replaces, else at the end. */
function withChip(
  filter: readonly string[],
  isOld: (text: string) => boolean,
  chip: string | undefined,
): readonly string[] {
  const at = filter.findIndex(isOld)
  const rest = filter.filter((text, i) => i === at || (!isOld(text) && text !== chip))
  if (at < 0) return chip === undefined ? rest : [...rest, chip]
  return rest.flatMap(text => (text === filter[at] ? (chip === undefined ? [] : [chip]) : [text]))
}

/** Joins class names, leaving out what is `undefined`, `false` or empty. */
export function classNames(...names: readonly (string | false | undefined)[]): string {
  return names.filter(name => name !== undefined && name !== false && name !== '').join(' ')
}

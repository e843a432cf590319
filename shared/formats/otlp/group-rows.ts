/** Rows by resource, then by scope: the order in which OTLP nests them. */
import type { SpanTable } from '#shared/spans/span-table.ts'

/** Rows of one scope of one resource, in their original order. */
export interface ScopeGroup {
  /** Index into the table's resources. */
  readonly resource: number
  /** Index into the table's scopes. */
  readonly scope: number
  readonly rows: readonly number[]
}

/**
 * The rows (default: all of the table) in groups; those of one resource follow each other, resources and scopes in order
 * of first appearance.
 */
export function groupRows(table: SpanTable, rows?: Iterable<number>): ScopeGroup[] {
  const resources = new Map<number, Map<number, number[]>>()
  const add = (row: number): void => {
    const resource = table.resource[row]
    let scopes = resources.get(resource)
    if (scopes === undefined) resources.set(resource, (scopes = new Map()))
    const scope = table.scope[row]
    const group = scopes.get(scope)
    if (group === undefined) scopes.set(scope, [row])
    else group.push(row)
  }
  if (rows === undefined) for (let row = 0; row < table.rowCount; row++) add(row)
  else for (const row of rows) add(row)
  const groups: ScopeGroup[] = []
  for (const [resource, scopes] of resources)
    for (const [scope, of] of scopes) groups.push({ resource, scope, rows: of })
  return groups
}

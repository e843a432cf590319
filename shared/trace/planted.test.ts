/** Two hundred traces with one planted cause each, named first; two hundred healthy ones, of which nothing is said. */
import { expect, test } from 'vitest'
import { healthyTrace, plantedTrace, type Cause } from '#shared/generator/planted/planted-trace.ts'
import { buildTrace } from './build-trace.ts'
import type { Finding, FindingKind } from './findings/finding.ts'
import { nameTemplate } from './findings/repeats.ts'
import { summarizeTrace } from './summary.ts'
import { spanIdOf, spanName, type Trace } from './trace.ts'

const TRACES = 200
/** The first of the issue, others that show that nothing was made to fit it, and one that nobody has seen before. */
const SEEDS = [1, 10_000, 200_000, 3_000_000, 40_000_000, Number(process.env['SEED'] ?? Date.now() % 2 ** 31)]

const KIND: Readonly<Record<Cause, FindingKind>> = {
  slow_span: 'slow_span',
  n_plus_one: 'repeated',
  flood: 'repeated',
  retry_storm: 'retries',
  lost_cache: 'cache',
  long_gap: 'gap',
  error_cascade: 'error',
  missing_service: 'missing',
}

/** A repetition is named by its first span, which may be an older one of the same name beside those planted. */
function isThere(trace: Trace, finding: Finding, planted: ReadonlySet<string>): boolean {
  if (planted.has(spanIdOf(trace, finding.span))) return true
  if (finding.kind !== 'repeated') return false
  const { parent, span } = finding
  for (let i = parent + 1; i < trace.subtreeEnd[parent]; i = trace.subtreeEnd[i]) {
    const isAlike = nameTemplate(spanName(trace, i)) === nameTemplate(spanName(trace, span))
    if (isAlike && planted.has(spanIdOf(trace, i))) return true
  }
  return false
}

function told(trace: Trace, finding: Finding): string {
  const share = `${Math.round(finding.share * 100)} %`
  return `${finding.kind} ${spanName(trace, finding.span)} ${share}${finding.kind === 'repeated' ? ` ${finding.count}` : ''}`
}

test.each(SEEDS)('planted from seed %i: the cause and its place are named first in 95 of 100', seed => {
  const wrong: string[] = []
  for (let k = 0; k < TRACES; k++) {
    const { cause, table, spans, about } = plantedTrace(seed + k)
    const trace = buildTrace(table)
    const { findings } = summarizeTrace(trace)
    const first = findings.at(0)
    const isNamed =
      first !== undefined &&
      first.kind === KIND[cause] &&
      (first.kind !== 'repeated' || first.oneByOne === (cause === 'n_plus_one')) &&
      isThere(trace, first, spans)
    if (!isNamed) {
      wrong.push(`seed ${seed + k}: ${cause} (${about}): ${findings.map(one => told(trace, one)).join(', ')}`)
    }
  }
  const share = 1 - wrong.length / TRACES
  console.log(`seed ${seed}: ${(share * 100).toFixed(1)} % named first${wrong.map(line => `\n  ${line}`).join('')}`)
  expect(share).toBeGreaterThanOrEqual(0.95)
})

test.each(SEEDS)('healthy from seed %i: nothing special in 98 of 100', seed => {
  const wrong: string[] = []
  for (let k = 0; k < TRACES; k++) {
    const trace = buildTrace(healthyTrace(seed + k))
    const { findings } = summarizeTrace(trace)
    if (findings.length > 0) {
      wrong.push(`seed ${seed + k}, ${trace.size} spans: ${findings.map(one => told(trace, one)).join(', ')}`)
    }
  }
  const share = 1 - wrong.length / TRACES
  console.log(`seed ${seed}: ${(share * 100).toFixed(1)} % healthy${wrong.map(line => `\n  ${line}`).join('')}`)
  expect(share).toBeGreaterThanOrEqual(0.98)
})

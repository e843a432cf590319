/**
 * Figures that benchmarks hand to bench/main.ts, which makes one table of them. A benchmark that runs by itself prints its own lines and
 * this does nothing.
 */
import { appendFileSync, readFileSync } from 'node:fs'

/** The file that figures go to, a line of JSON each. Not `SPOOR_…`: the server refuses settings that it does not know. */
export const FIGURES_VARIABLE = 'BENCH_FIGURES'

export interface Figure {
  /** What was measured, as in the table. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it must reach, in words: `≥ 150,000`. */
  readonly reach: string
  /** The script that repeats it. */
  readonly script: string
}

export function tellFigure(figure: Figure): void {
  const file = process.env[FIGURES_VARIABLE]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}

/** Medians by name, in the order of first appearance, and of how many runs. */
export function medianFigures(file: string): (Figure & { readonly runs: number })[] {
  const byName = new Map<string, Figure[]>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue
    const figure = JSON.parse(line) as Figure
    byName.set(figure.name, [...(byName.get(figure.name) ?? []), figure])
  }
  return Array.from(byName.values(), all => {
    const values = all.map(({ value }) => value).sort((a, b) => a - b)
    return { ...all[0], value: values[values.length >> 1], runs: all.length }
  })
}

/** A table in Markdown. */
export function figureTable(figures: readonly (Figure & { readonly runs: number })[]): string {
  const rows = figures.map(({ name, value, unit, reach, runs, script }) => {
    const digits = Math.abs(value) < 100 ? 1 : 0
    const text = value.toLocaleString('en', { maximumFractionDigits: digits })
    return `| ${name} | ${text} ${unit} | ${reach} | ${runs} | ${script} |`
  })
  return ['| what | median | reach | runs | script |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

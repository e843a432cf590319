/**
 * The name that somebody probably meant: the candidate with the fewest edits (insert, delete, replace, swap of neighbours), when that
 * is at most a third of its length; undefined otherwise. Costs the product of the lengths per candidate.
 */
export function nearestName(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Infinity
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate)
    if (distance < fewest && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate
      fewest = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  // A name that no setting has in length is not worth a table of its square.
  if (Math.abs(a.length - b.length) > 12) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2] + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]
}

/** Addresses of endpoints as text. */

/** Dotted, of a number whose highest byte is the first part. */
export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** Eight groups of hex digits, the longest run of zeros as `::` (RFC 5952), of 16 bytes. */
export function ipv6Text(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(at + i * 2))
  let from = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groups[i + run] === 0) run++
    if (run > length) {
      from = i
      length = run
    }
  }
  const text = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  return from < 0 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`
}

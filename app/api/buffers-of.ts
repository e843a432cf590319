// What `postMessage` hands over instead of copying.

/** The buffers of all typed arrays in a message, each once. */
export function buffersOf(message: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  const pending: unknown[] = [message]
  while (pending.length > 0) {
    const value = pending.pop()
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer)
    } else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
      for (const one of value.values()) if (typeof one === 'object') pending.push(one)
    } else if (typeof value === 'object' && value !== null) pending.push(...Object.values(value))
  }
  return [...buffers]
}

/**
 * Destination of a document's bytes during a fetch. Bytes are appended, discarded when they are wrong, and read back to
 * find the peer that sent wrong bytes.
 */
export interface DocumentSink {
  append(bytes: Uint8Array): void | Promise<void>
  /** Bytes appended since the last `restart`. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>
  /** Discards the appended bytes. */
  restart(): void | Promise<void>
}

/** A sink in memory, for small documents. */
export function memorySink(): DocumentSink & { bytes(): Uint8Array } {
  let parts: Uint8Array[] = []
  const bytes = (): Uint8Array => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    parts = [whole]
    return whole
  }
  return {
    append: (part) => void parts.push(part),
    read: (offset, length) => bytes().subarray(offset, offset + length),
    restart: () => void (parts = []),
    bytes,
  }
}

/** The values in memory that all threads see; what is there already stays where it is. */
export function shared<T extends Int8Array | Int32Array | Uint8Array>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const make = values.constructor as new (buffer: SharedArrayBuffer) => T
  const copy = new make(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

export function joinUint8(parts: readonly Uint8Array[]): Uint8Array {
  return join(parts, (length) => new Uint8Array(length))
}

export function joinInt8(parts: readonly Int8Array[]): Int8Array {
  return join(parts, (length) => new Int8Array(length))
}

export function joinInt32(parts: readonly Int32Array[]): Int32Array {
  return join(parts, (length) => new Int32Array(length))
}

function join<T extends Int8Array | Int32Array | Uint8Array>(parts: readonly T[], make: (length: number) => T): T {
  const whole = make(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

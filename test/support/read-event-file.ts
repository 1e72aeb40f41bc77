/** A number of an event file: its tag, its step and the value. */
export interface ReadValue {
  tag: string
  step: number
  value: number
  wallTime: number
}

/** CRC-32C bit by bit: slow and obvious. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0
}

/** Fields of a message of protobuf by number, without a schema. */
function fieldsOf(bytes: Buffer): Map<number, (Buffer | number)[]> {
  const fields = new Map<number, (Buffer | number)[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const [number, kind] = [Math.floor(key / 8), key % 8]
    const take = (length: number): Buffer => bytes.subarray(at, (at += length))
    const value =
      kind === 0 ? varint() : kind === 1 ? take(8).readDoubleLE() : kind === 5 ? take(4).readFloatLE() : take(varint())
    fields.set(number, [...(fields.get(number) ?? []), value])
  }
  return fields
}

/** Reads an event file of TensorBoard by what its format says, independently of the code that writes it. Throws for a wrong checksum. */
export function readEventFile(bytes: Buffer): { version: string; values: ReadValue[] } {
  const values: ReadValue[] = []
  let version = ''
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    const data = bytes.subarray(at + 12, at + 12 + length)
    if (masked(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8))
      throw new Error(`wrong checksum of the length at ${at}`)
    if (masked(data) !== bytes.readUInt32LE(at + 12 + length)) throw new Error(`wrong checksum at ${at}`)
    at += 16 + length
    const event = fieldsOf(data)
    if (event.has(3)) version = String(event.get(3)![0])
    for (const summary of event.get(5) ?? [])
      for (const value of fieldsOf(summary as Buffer).get(1) ?? []) {
        const fields = fieldsOf(value as Buffer)
        values.push({
          tag: String(fields.get(1)![0]),
          step: Number(event.get(2)?.[0] ?? 0),
          value: Number(fields.get(2)?.[0] ?? 0),
          wallTime: event.get(1)![0] as number,
        })
      }
  }
  return { version, values }
}

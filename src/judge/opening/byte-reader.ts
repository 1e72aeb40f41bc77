import { QuorateError } from '../../core/index.ts'
import { toHex } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'

/** Reads big-endian fields off bytes that nobody vouches for. Every method throws QuorateError OPENING_MALFORMED instead of reading past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw malformed(`it ends after ${this.#bytes.length} bytes`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** An unsigned integer of at most 4 bytes. */
  number(length: 1 | 2 | 4): number {
    const at = this.#at
    this.take(length)
    return length === 1 ? this.#view.getUint8(at) : length === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  big(length: number): bigint {
    return BigInt(toHex(this.take(length)))
  }

  /** A two's complement integer that a number holds exactly. */
  signed64(): number {
    const at = this.#at
    this.take(8)
    const value = Number(this.#view.getBigInt64(at))
    if (!Number.isSafeInteger(value)) throw malformed(`the sum ${value} is not an exact integer`)
    return value
  }

  hash(): Hash {
    return toHex(this.take(32))
  }

  address(): Address {
    return toHex(this.take(20))
  }

  /** How many entries follow. */
  count(length: 1 | 2 | 4, most: number): number {
    const count = this.number(length)
    if (count > most) throw malformed(`${count} entries where at most ${most} can be`)
    return count
  }

  list<T>(length: number, read: () => T): T[] {
    const out: T[] = []
    for (let i = 0; i < length; i++) out.push(read())
    return out
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed(`${this.#bytes.length - this.#at} bytes follow its end`)
  }
}

function malformed(what: string): QuorateError {
  return new QuorateError('OPENING_MALFORMED', `this is not an opening of a claim: ${what}`)
}

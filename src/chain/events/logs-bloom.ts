import { hexToBytes, keccak256 } from 'viem'
import type { Hex } from '../../protocol/types.ts'
import { addressesOf } from './log-filter.ts'
import type { LogFilter } from './log-filter.ts'

/** Bytes of a header's `logsBloom`. */
const BYTES = 256

type LogParts = { address: string; topics: readonly string[] }

/**
 * A block header's logs bloom (Ethereum yellow paper, §4.4.3): three of 2048 bits for the address and for each topic of every log in
 * the block. A bit that is not set proves that no such log exists; set bits prove nothing, because other logs may have set them.
 */
export class LogsBloom {
  readonly #bytes: Uint8Array

  constructor(bloom: Hex) {
    this.#bytes = hexToBytes(bloom)
  }

  /** True for a block without logs, and for chains that leave the field empty. */
  get empty(): boolean {
    return this.#bytes.every((byte) => byte === 0)
  }

  /** True when half of the bits are set or more, as by some 150 logs: then it is likely to allow logs that are not there. */
  get crowded(): boolean {
    const set = this.#bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
    return set >= BYTES * 4
  }

  /** False when the block certainly holds no log that the filter asks for. */
  mayContain(filter: LogFilter): boolean {
    const topics = (filter.topics ?? []).filter((wanted) => wanted !== null)
    return (
      addressesOf(filter).some((address) => this.#has(address)) &&
      topics.every((wanted) => [wanted].flat().some((topic) => this.#has(topic)))
    )
  }

  /** True when these logs set every bit: if a log were missing, its bits would be unexplained unless others set the same. */
  explainedBy(logs: readonly LogParts[]): boolean {
    const rest = Uint8Array.from(this.#bytes)
    for (const { address, topics } of logs) {
      for (const item of [address, ...topics]) for (const { byte, mask } of bitsOf(item)) rest[byte]! &= ~mask
    }
    return rest.every((byte) => byte === 0)
  }

  #has(item: string): boolean {
    return bitsOf(item).every(({ byte, mask }) => (this.#bytes[byte]! & mask) !== 0)
  }
}

/** The three bits of an address or topic: the low 11 bits of the first three 16-bit words of its hash, counted from the end. */
function bitsOf(item: string): { byte: number; mask: number }[] {
  const hash = keccak256(item as Hex, 'bytes')
  return [0, 2, 4].map((place) => {
    const bit = ((hash[place]! << 8) | hash[place + 1]!) & (BYTES * 8 - 1)
    return { byte: BYTES - 1 - (bit >> 3), mask: 1 << (bit & 7) }
  })
}

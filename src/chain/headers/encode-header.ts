import { toRlp } from 'viem'
import type { Hex } from '../../protocol/types.ts'

/** A block as `eth_getBlockByNumber` answers it: hexadecimal texts by name. */
export type RawBlock = Readonly<Record<string, unknown>>

/** How a field stands in RLP: bytes as they are, or a number without leading zeros. */
type Kind = 'data' | 'quantity'

/** Fields of every header, in order (Ethereum Yellow Paper, 4.4.3). `mixHash` is the RANDAO mix since EIP-4399. */
const FIELDS: readonly (readonly [string, Kind])[] = [
  ['parentHash', 'data'],
  ['sha3Uncles', 'data'],
  ['miner', 'data'],
  ['stateRoot', 'data'],
  ['transactionsRoot', 'data'],
  ['receiptsRoot', 'data'],
  ['logsBloom', 'data'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'data'],
  ['mixHash', 'data'],
  ['nonce', 'data'],
]

/** What forks added, in order: EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685. A header has those that its node shows. */
const FORK_FIELDS: readonly (readonly [string, Kind])[] = [
  ['baseFeePerGas', 'quantity'],
  ['withdrawalsRoot', 'data'],
  ['blobGasUsed', 'quantity'],
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'data'],
  ['requestsHash', 'data'],
]

/**
 * The header of a block in RLP, as far as this version knows the fields of headers (up to Prague). Its keccak256 is the hash of the
 * block, unless the block has other fields: whoever needs the header compares.
 *
 * @returns undefined when a field that every header has is missing or no hexadecimal text
 */
export function encodeHeader(block: RawBlock): Hex | undefined {
  const added = FORK_FIELDS.filter(([name]) => block[name] !== undefined && block[name] !== null)
  const values: Hex[] = []
  for (const [name, kind] of [...FIELDS, ...added]) {
    const value = block[name]
    if (!isHex(value)) return undefined
    values.push(kind === 'data' ? value : minimal(value))
  }
  return values.every((value) => value.length % 2 === 0) ? toRlp(values) : undefined
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value)
}

/** A number as RLP has it: no leading zeros, whole bytes, nothing for zero. */
function minimal(quantity: Hex): Hex {
  const digits = quantity.slice(2).replace(/^0+/, '')
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`
}

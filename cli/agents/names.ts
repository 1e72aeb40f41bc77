import { isAddress } from 'viem'
import { QuorateError } from '../../src/core/index.ts'
import { keccak, toHex } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'

/** A feed: 32 bytes as they are, or a name, which stands for its keccak256. @throws QuorateError USAGE */
export function feedName(text: string): Hash {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hash
  if (text === '' || text.startsWith('0x')) throw new QuorateError('USAGE', 'expected the name of a feed, or 32 bytes as hex')
  return toHex(keccak(new TextEncoder().encode(text)))
}

/** Whom a score is about: 32 bytes, or an address, which is filled up with zeros on the left. @throws QuorateError USAGE */
export function subjectName(text: string): Hash {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hash
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return `0x${text.slice(2).toLowerCase().padStart(64, '0')}`
  throw new QuorateError('USAGE', 'expected an address or 32 bytes as hex')
}

/** @throws QuorateError USAGE */
export function addressName(text: string): Address {
  if (!isAddress(text)) throw new QuorateError('USAGE', `expected an address, not ${JSON.stringify(text)}`)
  return text
}

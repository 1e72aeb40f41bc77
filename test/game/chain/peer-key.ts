import { keccak256, stringToBytes } from 'viem'
import type { Hash } from '../../../src/protocol/index.ts'

/** A peer key for each key that a person registers; nobody connects to it. */
export function peerKeyOf(name: string, turn: number): Hash {
  return keccak256(stringToBytes(`${name} peer ${turn}`))
}

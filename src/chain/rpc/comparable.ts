import { keccak256, toHex } from 'viem'
import type { Hash } from '../../protocol/types.ts'

/** What a block is compared by: consensus fields that every client answers. The others (sizes, totals, withdrawals) differ between clients. */
const HEADER = ['hash', 'parentHash', 'number', 'timestamp', 'logsBloom', 'stateRoot', 'receiptsRoot', 'mixHash'] as const
const LOG = ['blockHash', 'blockNumber', 'transactionHash', 'logIndex', 'address', 'data', 'topics'] as const

/**
 * A fingerprint of the answer to a request: two endpoints that say the same have the same one, whatever client they run. Hexadecimal
 * digits may be large or small, and fields may come in any order.
 */
export function comparable(method: string, result: unknown): Hash {
  return keccak256(toHex(JSON.stringify(partsOf(method, result)).toLowerCase()))
}

function partsOf(method: string, result: unknown): unknown {
  if (method.startsWith('eth_getBlockBy')) return pick(HEADER, result)
  if (method === 'eth_getLogs' && Array.isArray(result)) return result.map((log) => pick(LOG, log))
  return result ?? null
}

function pick(fields: readonly string[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null
  return fields.map((field) => (value as Record<string, unknown>)[field] ?? null)
}

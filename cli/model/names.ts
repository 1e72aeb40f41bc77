import { QuorateError } from '../../src/core/index.ts'
import type { Hash } from '../../src/protocol/index.ts'

/** A task or round number. @throws QuorateError USAGE */
export function taskNumber(text: string): bigint {
  if (!/^\d{1,15}$/.test(text)) throw new QuorateError('USAGE', `expected a whole number, not ${JSON.stringify(text)}`)
  return BigInt(text)
}

/** A round number, or a model root. @throws QuorateError USAGE */
export function modelName(text: string): bigint | Hash {
  if (/^\d{1,15}$/.test(text)) return BigInt(text)
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hash
  throw new QuorateError('USAGE', 'expected a round number or a model root, 0x and 64 hexadecimal digits.')
}

import { hkdfSync } from 'node:crypto'
import { concat, word } from '../protocol/index.ts'

const LABEL = Buffer.from('quorate/mask/round/1')
const NO_SALT = new Uint8Array(0)

/**
 * The key of one mask: of a pair of members, for one number of a round. It says nothing about the pair's other rounds.
 *
 * @param pair the secret of the pair (`MaskKey.pair`), 32 bytes
 * @param round the number of the round; numbers are never used twice
 * @returns 32 bytes
 */
export function roundKey(pair: Uint8Array, round: bigint): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pair, NO_SALT, concat([LABEL, word(round)]), 32))
}

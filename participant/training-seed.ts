import { hkdfSync } from 'node:crypto'
import { fromHex, toHex } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'

/** Separates this use of the key from its signatures and from any other derivation. */
const DOMAIN = 'quorate: randomness of training'

/**
 * The seed of a member that configures none: HKDF-SHA-256 (RFC 5869) of its operator key, or of its peer key where a signer has the operator key. Members with equal data then
 * draw other samples and round other ways; equal updates are all refused (docs/aggregation.md §1). The same key gives
 * the same seed, so a training that is repeated after a crash gives the same update. The seed does not reveal the key.
 * It stays on this machine, because it reveals the rounding of updates.
 *
 * @example trainingSeed(key) // '0x…', 32 bytes
 */
export function trainingSeed(key: Hash): string {
  return toHex(new Uint8Array(hkdfSync('sha256', fromHex(key), new Uint8Array(), DOMAIN, 32)))
}

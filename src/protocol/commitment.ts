import { encodeAbiParameters } from 'viem'
import { concat, fromHex, toHex, ZERO_HASH } from './bytes.ts'
import { keccak, keccakHex } from './hash.ts'
import type { Address, Hash } from './types.ts'

/** What a member commits to before anyone sees its update root (docs/protocol.md §3). */
export function commitmentOf(task: bigint, round: bigint, member: Address, updateRoot: Hash, salt: Hash): Hash {
  return keccakHex(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'uint64' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [task, round, member, updateRoot, salt],
    ),
  )
}

/** The digest of a seal: hash over (member, commitment) of the sealed rows in slot order. */
export function commitmentsHash(rows: readonly { member: Address; commitment: Hash }[]): Hash {
  return toHex(keccak(concat(rows.flatMap((row) => [fromHex(row.member), fromHex(row.commitment)]))))
}

/**
 * What a seal names of the commitments forced on chain, in their order: `h = H(abi.encode(h, member, commitment))`, at first 0, or
 * the seed of a drawn round. The ledger refuses a seal that was made over another set.
 */
export function forcedHashOf(forced: readonly { member: Address; commitment: Hash }[], seed: Hash = ZERO_HASH): Hash {
  return forced.reduce<Hash>(
    (hash, { member, commitment }) =>
      keccakHex(encodeAbiParameters([{ type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }], [hash, member, commitment])),
    seed,
  )
}

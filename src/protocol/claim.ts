import { encodeAbiParameters } from 'viem'
import { fromHex, toHex, ZERO_HASH } from './bytes.ts'
import { keccakHex } from './hash.ts'
import { merkleLevels, merkleRoot, zeroHash } from './merkle.ts'
import { LEDGER_DEPTH, MEMBERS_DEPTH } from './types.ts'
import type { Claim, Hash, LedgerLeaf, MemberLeaf } from './types.ts'

const CLAIM_TUPLE = {
  type: 'tuple',
  components: [
    { name: 'parent', type: 'bytes32' },
    { name: 'membersRoot', type: 'bytes32' },
    { name: 'gramRoot', type: 'bytes32' },
    { name: 'traceRoot', type: 'bytes32' },
    { name: 'transitionRoot', type: 'bytes32' },
    { name: 'modelRoot', type: 'bytes32' },
    { name: 'referenceRoot', type: 'bytes32' },
    { name: 'ledgerRoot', type: 'bytes32' },
    { name: 'evidence', type: 'bytes32' },
    { name: 'ledgerTotal', type: 'uint128' },
    { name: 'members', type: 'uint32' },
  ],
} as const

/** docs/protocol.md §5. */
export function claimHash(task: bigint, round: bigint, claim: Claim): Hash {
  return keccakHex(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint64' }, CLAIM_TUPLE], [task, round, claim]))
}

/** The claim of round 0: nothing but the specification and the model to start from. */
export function genesisClaim(specHash: Hash, genesisModelRoot: Hash, genesisReferenceRoot: Hash): Claim {
  return {
    parent: specHash,
    membersRoot: ZERO_HASH,
    gramRoot: ZERO_HASH,
    traceRoot: ZERO_HASH,
    transitionRoot: ZERO_HASH,
    modelRoot: genesisModelRoot,
    referenceRoot: genesisReferenceRoot,
    ledgerRoot: toHex(zeroHash(LEDGER_DEPTH)),
    evidence: ZERO_HASH,
    ledgerTotal: 0n,
    members: 0,
  }
}

export function memberLeafHash(leaf: MemberLeaf): Hash {
  return keccakHex(
    encodeAbiParameters(
      [
        { type: 'address' },
        { type: 'uint32' },
        { type: 'uint128' },
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'uint128' },
        { type: 'bytes32' },
        { type: 'uint8' },
        { type: 'uint8' },
        { type: 'bytes32' },
        { type: 'uint32' },
        { type: 'uint128' },
      ],
      [
        leaf.member,
        leaf.slot,
        leaf.weight,
        leaf.commitment,
        leaf.signatureHash,
        leaf.updateRoot,
        leaf.held,
        leaf.attestationHash,
        leaf.verdict,
        leaf.reason,
        leaf.reasonArg,
        leaf.beta,
        leaf.score,
      ],
    ),
  )
}

export function ledgerLeafHash(leaf: LedgerLeaf): Hash {
  return keccakHex(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'uint128' }, { type: 'uint32' }, { type: 'uint32' }, { type: 'bytes32' }],
      [leaf.member, leaf.reward, leaf.strikes, leaf.reputation, leaf.extra],
    ),
  )
}

/** Root over the rows of a round, in order. */
export function membersRoot(leaves: readonly MemberLeaf[]): Hash {
  return toHex(
    merkleRoot(
      leaves.map((leaf) => fromHex(memberLeafHash(leaf))),
      MEMBERS_DEPTH,
    ),
  )
}

/** All levels of the members tree. */
export function membersLevels(leaves: readonly MemberLeaf[]): Uint8Array[][] {
  return merkleLevels(
    leaves.map((leaf) => fromHex(memberLeafHash(leaf))),
    MEMBERS_DEPTH,
  )
}

/** Ledger state: leaf by member slot. */
export type Ledger = ReadonlyMap<number, LedgerLeaf>

/** All levels of the ledger tree; slots without a leaf are zero. */
export function ledgerLevels(ledger: Ledger): Uint8Array[][] {
  const size = Math.max(-1, ...ledger.keys()) + 1
  const leaves = Array.from({ length: size }, (_, slot) => {
    const leaf = ledger.get(slot)
    return leaf ? fromHex(ledgerLeafHash(leaf)) : new Uint8Array(32)
  })
  return merkleLevels(leaves, LEDGER_DEPTH)
}

export function ledgerRoot(ledger: Ledger): Hash {
  const top = ledgerLevels(ledger)[LEDGER_DEPTH]![0]
  return toHex(top ?? zeroHash(LEDGER_DEPTH))
}

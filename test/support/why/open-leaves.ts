import type { ClaimParts } from '../../../src/judge/claim-parts.ts'
import { sealParts, sumLevels } from '../../../src/judge/claim-parts.ts'
import { ledgerLevels } from '../../../src/protocol/claim.ts'
import type { Ledger } from '../../../src/protocol/claim.ts'
import { sameAddress, toHex } from '../../../src/protocol/bytes.ts'
import { merkleProof } from '../../../src/protocol/merkle.ts'
import type { Address } from '../../../src/protocol/types.ts'
import type { OpenedSlot, PairRoot, RoundLeaves } from '../../../src/why/index.ts'

/**
 * The leaves that decide about one account, taken from a claim that is open.
 *
 * @param account a member, or the operator that posted, with its slot
 * @example const leaves = openLeaves(decodeOpening(bytes, context), { member, slot })
 */
export function openLeaves(parts: ClaimParts, { member, slot }: { member: Address; slot: number }): RoundLeaves {
  const own = parts.norms.get(parts.rows.findIndex((row) => sameAddress(row.member, member)))
  return {
    task: parts.task,
    round: parts.round,
    member,
    spec: parts.spec,
    claim: sealParts(parts),
    parent: parts.parent,
    rows: parts.rows,
    gram: parts.gram.map(rootOf),
    norm: own ? rootOf(own) : null,
    trace: parts.trace,
    ledgerBefore: openSlot(parts.previous.ledger, slot),
    ledgerAfter: openSlot(parts.ledger, slot),
  }
}

/** A slot of a ledger with the path to its root. */
export function openSlot(ledger: Ledger, slot: number): OpenedSlot {
  return { slot, leaf: ledger.get(slot) ?? null, path: merkleProof(ledgerLevels(ledger), slot).map(toHex) }
}

function rootOf(sums: number[][]): PairRoot {
  const { hash, sum } = sumLevels(sums).at(-1)![0]!
  return { hash: toHex(hash), product: sum }
}

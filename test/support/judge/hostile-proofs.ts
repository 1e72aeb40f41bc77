import {
  buildAttestationProof,
  buildCommitmentProof,
  buildGarbageProof,
  buildOmissionProof,
  buildRevealProof,
} from '../../../src/judge/index.ts'
import type { JudgeProof } from '../../../src/judge/index.ts'
import { Reason, sameAddress, verifyStatement } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import type { LifeRound } from './life/life-round.ts'
import { MEMBERS } from './random-round.ts'
import type { Random } from './random-round.ts'
import type { SignedRound } from './signed-round.ts'

/** Calls of each kind that one round gets. */
const MOST = 5

/** A call about a final claim, and who has to pay for it. */
export interface GarbageCall {
  proof: JudgeProof
  /** Undefined where nobody has. */
  guilty?: Address
}

function some<T>(values: readonly T[], random: Random, most = MOST): T[] {
  const left = [...values]
  return Array.from({ length: Math.min(most, left.length) }, () => left.splice(random(left.length), 1)[0]!)
}

/**
 * What somebody would send that wants an honest operator to fall and knows every statement ever made: each signature in each place where
 * a proof takes one, and each statement for each row.
 */
export function hostileProofs({ honest: parts, known }: SignedRound, random: Random): JudgeProof[] {
  const { commitments, reveals, attestations, receipts } = known.statements
  const signatures = [...commitments, ...reveals, ...attestations, ...receipts].map(({ signature }) => signature)
  const rows = parts.rows.map((_, i) => i)
  const anyRow = (): number => rows[random(rows.length)]!
  if (rows.length === 0) return []
  const absent = MEMBERS.filter(({ member }) => !parts.rows.some((row) => sameAddress(row.member, member)))
  const rowOf = (member: Address): number => {
    const own = parts.rows.findIndex((row) => sameAddress(row.member, member))
    return own < 0 ? anyRow() : own
  }
  return [
    // Statements of members whose row has another one.
    ...some(commitments, random).map(({ member, signature }) => buildCommitmentProof(parts, rowOf(member), signature)),
    ...some(attestations, random).map(({ member, signature }) => buildAttestationProof(parts, rowOf(member), signature)),
    ...some(reveals, random).map((reveal) => buildRevealProof(parts, rowOf(reveal.member), reveal)),
    // Anything that is signed, called a receipt.
    ...some(signatures, random).flatMap((signature) =>
      some(absent, random, 1).map(({ member, slot }) =>
        buildOmissionProof(parts, member, slot, {
          commitment: commitments[random(Math.max(1, commitments.length))]?.commitment ?? parts.parent.claim.parent,
          signature,
        }),
      ),
    ),
    // What members without row signed and what they got receipts for, in this round or another.
    ...some([...commitments, ...receipts], random, 2 * MOST).flatMap(({ member, commitment, signature }) => {
      const left = absent.find((one) => sameAddress(one.member, member))
      return left ? [buildOmissionProof(parts, member, left.slot, { commitment, signature })] : []
    }),
    ...some(absent, random, 2).map(({ member, slot }) => buildOmissionProof(parts, member, slot)),
  ]
}

/**
 * Calls against the members of a final claim: each row with the signatures of its member. Only a Byzantine member whose own commitment opens to
 * a bad update pays, and only if it signed that with the key that it still had at the seal.
 */
export async function garbageCalls(round: LifeRound, random: Random): Promise<GarbageCall[]> {
  const { honest: parts, known, keptKey } = round
  const { commitments, reveals } = known.statements
  const calls: GarbageCall[] = []
  const paid = new Set<string>()
  for (const [row, leaf] of parts.rows.entries()) {
    if (!parts.updates.get(leaf.updateRoot)) continue
    const bad = leaf.reason === Reason.value
    const salt = reveals.find(
      ({ member, updateRoot }) => sameAddress(member, leaf.member) && updateRoot === leaf.updateRoot,
    )?.salt
    const key = round.keyOf(leaf.slot).address
    const { task, round: number, domain } = known.facts
    for (const { commitment, signature } of some(
      commitments.filter(({ member }) => sameAddress(member, leaf.member)),
      random,
      3,
    )) {
      // Whatever the row names, a member answers for what it signed.
      const body = { task, round: number, member: leaf.member, commitment: leaf.commitment }
      const own = commitment === leaf.commitment && (await verifyStatement(domain, 'Commitment', body, signature, key))
      const guilty = bad && own && round.byzantine.has(leaf.slot) && keptKey(leaf.slot)
      if (guilty && paid.has(leaf.member)) continue
      if (guilty) paid.add(leaf.member)
      const chunk = bad ? Number(BigInt(leaf.reasonArg)) : random(parts.transition.length)
      const proof = buildGarbageProof(parts, row, { salt: salt ?? leaf.commitment, signature }, chunk)
      calls.push({ proof, ...(guilty && { guilty: leaf.member }) })
    }
  }
  return calls
}

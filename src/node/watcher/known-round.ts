import { joinStatements, NO_STATEMENTS, statementsOfRecord } from '../../judge/index.ts'
import type { KnownRound, RoundStatements } from '../../judge/index.ts'
import { attestationsComplete, lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Conflict, RecordFacts, RoundRecord, RoundState } from '../../protocol/index.ts'

/** The node's knowledge of a round whose claim it checks. */
export interface NodeKnowledge extends Pick<KnownRound, 'operator' | 'operatorKey'> {
  /** What the chain says of the round. */
  facts: RecordFacts
  /** The evidence of the operator; undefined when nobody serves it. */
  record: RoundRecord | undefined
  /** Owner address of this node: the receipt that it holds is for it. */
  self: Address | undefined
  /** The round as this node lived through it; undefined when it did not. */
  own: RoundState | undefined
  /** Contradictory statements seen in the round. */
  conflicts: readonly Conflict[]
}

/** A node's knowledge of a round as the prover of members rows takes it. */
export function knownRound({ facts, operator, operatorKey, record, self, own, conflicts }: NodeKnowledge): KnownRound {
  const doubled = conflicts.filter(({ kind, signer }) => kind === 'seal' && sameAddress(signer, operator))
  const seen = [
    { ...NO_STATEMENTS, seals: doubled.flatMap(({ first, second }) => [first, second]) },
    own ? statementsOfState(own, self, operator) : NO_STATEMENTS,
    record ? statementsOfRecord(record, operator) : NO_STATEMENTS,
  ]
  return { facts, operator, operatorKey, statements: seen.reduce(joinStatements) }
}

/**
 * The statements that a node saw. Attestations count only once every member has attested: before that, an attestation
 * that reached this node in time may have reached the operator late, which is no fault.
 */
function statementsOfState(own: RoundState, self: Address | undefined, operator: Address): RoundStatements {
  const { seal, receipt } = own
  const committed = [...own.commitments].map(([member, entry]) => ({ member, ...entry }))
  const promised = self && committed.find(({ member }) => member === lowerHex(self))
  return {
    commitments: [...committed, ...(seal?.rows ?? [])].flatMap(({ member, commitment, source }) =>
      source.via === 'signature' ? [{ member, commitment, signature: source.signature }] : [],
    ),
    reveals: [...own.reveals].map(([member, entry]) => ({ member, ...entry })),
    attestations:
      seal && attestationsComplete(own)
        ? [...own.attestations].map(([member, entry]) => ({ member, commitments: seal.commitments, ...entry }))
        : [],
    seals:
      seal && sameAddress(seal.operator, operator)
        ? [{ root: seal.commitments, value: BigInt(seal.rows.length), signature: seal.signature }]
        : [],
    receipts:
      promised && receipt?.by === 'operator'
        ? [{ member: promised.member, commitment: promised.commitment, signature: receipt.signature }]
        : [],
  }
}

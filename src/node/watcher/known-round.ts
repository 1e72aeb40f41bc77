import { joinStatements, NO_STATEMENTS, statementsOfRecord } from '../../judge/index.ts'
import type { KnownAttestation, KnownRound, RoundStatements } from '../../judge/index.ts'
import type { RecordFacts, RoundRecord, RoundState } from '../../protocol/index.ts'

/** The node's knowledge of a round whose claim it checks. */
export interface NodeKnowledge {
  /** What the chain says of the round. */
  facts: RecordFacts
  /** The evidence of the operator; undefined when nobody serves it. */
  record: RoundRecord | undefined
  /** The round as this node lived through it; undefined when it did not. */
  own: RoundState | undefined
}

/** A node's knowledge of a round as the prover of members rows takes it. */
export function knownRound({ facts, record, own }: NodeKnowledge): KnownRound {
  const seen = [own ? statementsOfState(own) : NO_STATEMENTS, record ? statementsOfRecord(record) : NO_STATEMENTS]
  return { facts, statements: seen.reduce(joinStatements) }
}

/** The same with attestations that the court had opened. */
export function withAttestations(known: KnownRound, attestations: readonly KnownAttestation[]): KnownRound {
  return { ...known, statements: joinStatements(known.statements, { ...NO_STATEMENTS, attestations }) }
}

/** The statements that a node saw. Which attestations a claim uses is its operator's choice, so none of them proves anything by itself. */
function statementsOfState(own: RoundState): RoundStatements {
  const { seal } = own
  const committed = [...own.commitments].map(([member, entry]) => ({ member, ...entry }))
  return {
    commitments: [...committed, ...(seal?.rows ?? [])].flatMap(({ member, commitment, source }) =>
      source.via === 'signature' ? [{ member, commitment, signature: source.signature }] : [],
    ),
    reveals: [...own.reveals].map(([member, entry]) => ({ member, ...entry })),
    attestations: [...own.attestations].map(([member, { signature }]) => ({ member, signature })),
    receipts: [...own.receipts].map(([member, { commitment, signature }]) => ({ member, commitment, signature })),
  }
}

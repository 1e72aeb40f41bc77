import { lowerHex, VIA_CHAIN, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf, RecordFacts, RoundRecord } from '../../protocol/index.ts'

/**
 * The record that posted members rows stand for, where the operator's own is withheld. Nothing in it is signed. It
 * holds the values and attestations of the rows. A replay over it shows whether the rest of the claim follows from its rows.
 *
 * @param rows as posted, every one of them shown to stand by the court
 */
export function recordOfRows(facts: RecordFacts, rows: readonly MemberLeaf[]): RoundRecord {
  const { domain, task, round, base, timepoint, totalStake, members } = facts
  return {
    version: 2,
    chainId: domain.chainId,
    ledger: lowerHex(domain.ledger),
    task,
    round,
    base,
    snapshot: {
      timepoint,
      totalStake,
      members: members.map(({ member, operatorKey, slot, stake }) => ({
        member: lowerHex(member),
        operatorKey: lowerHex(operatorKey),
        slot,
        stake,
      })),
    },
    seal: {
      operator: lowerHex(facts.seal.operator),
      operatorKey: lowerHex(facts.seal.operatorKey),
      slot: facts.seal.slot,
    },
    rows: rows.map(({ member, commitment, updateRoot }) => ({
      member: lowerHex(member),
      commitment,
      source: VIA_CHAIN,
      ...(updateRoot !== ZERO_HASH && { reveal: { updateRoot, salt: ZERO_HASH, signature: '0x' as const } }),
    })),
    attestations: rows.flatMap(({ member, held, attestationHash }) =>
      attestationHash === ZERO_HASH ? [] : [{ member: lowerHex(member), held, signature: '0x' as const }],
    ),
  }
}

import {
  buildCommitmentProof,
  buildCopyProof,
  buildEquivocationProof,
  buildExclusionProof,
  buildOmissionProof,
  buildRevealProof,
} from '../../judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../judge/index.ts'
import {
  attestationsComplete,
  commitmentOf,
  commitmentsHash,
  fileHash,
  fromHex,
  isAdmitted,
  lowerHex,
  reachesQuorum,
  sameAddress,
  verifyStatement,
  Verdict,
  ZERO_HASH,
} from '../../protocol/index.ts'
import type {
  Address,
  Conflict,
  Hash,
  Hex,
  MemberLeaf,
  RecordFacts,
  RevealEntry,
  RoundRecord,
  RoundState,
  SigningDomain,
} from '../../protocol/index.ts'

/** What members rows are held against. */
export interface KnownOfRound {
  domain: SigningDomain
  /** The operator's record, as far as anybody serves it. */
  record: RoundRecord | undefined
  /** What the chain says of the round. */
  facts: RecordFacts
  /** The round as this node saw it. */
  own: RoundState | undefined
  /** Owner address of this node: the receipt that it holds is for it. */
  self: Address | undefined
  /** Contradictory statements seen in the round. */
  conflicts: readonly Conflict[]
  /** Owner of the operator that posted, and its key. */
  operator: Address
  posterKey: Address | undefined
}

/** The proof against a members row that signed statements, or the chain, contradict; a replay does not find those, because it starts from the operator's record. */
export async function memberFraud(posted: ClaimParts, known: KnownOfRound): Promise<JudgeProof | undefined> {
  return (
    doubleSeal(posted, known) ??
    (await falseRow(posted, known)) ??
    copiedRow(posted) ??
    forcedOmission(posted, known) ??
    (await receiptOmission(posted, known)) ??
    wrongReveal(posted, known) ??
    exclusion(posted, known)
  )
}

/** The operator that posted sealed two different sets: two seals that this node saw, or the one it saw and the one in the operator's record. */
export function doubleSeal(
  { task, round }: Pick<ClaimParts, 'task' | 'round'>,
  { conflicts, operator, record, own }: KnownOfRound,
): JudgeProof | undefined {
  const seen = conflicts.find(({ kind, signer }) => kind === 'seal' && sameAddress(signer, operator))
  if (seen) return buildEquivocationProof({ ...seen, task })
  const { seal } = own ?? {}
  if (!record || !seal || !sameAddress(seal.operator, operator) || !sameAddress(record.seal.operator, operator)) return undefined
  const root = commitmentsHash(record.rows)
  if (root === seal.commitments) return undefined
  const first = { root: seal.commitments, value: BigInt(seal.rows.length), signature: seal.signature }
  const second = { root, value: BigInt(record.rows.length), signature: record.seal.signature }
  return buildEquivocationProof({ task, round, kind: 'seal', signer: operator, first, second })
}

/** A row that the chain does not know so, or whose signature is not its member's. */
async function falseRow(posted: ClaimParts, known: KnownOfRound): Promise<JudgeProof | undefined> {
  const { facts, domain } = known
  const { task, round } = posted
  for (const [i, row] of posted.rows.entries()) {
    const member = facts.members.find((candidate) => sameAddress(candidate.member, row.member))
    if (!member || member.slot !== row.slot || member.stake !== row.stake) return buildCommitmentProof(posted, i)
    const { commitment, signatureHash } = row
    if (signatureHash === ZERO_HASH) {
      if (facts.forced.get(lowerHex(row.member)) !== commitment) return buildCommitmentProof(posted, i)
      continue
    }
    const signature = signaturesOf(row, known).find((one) => fileHash(fromHex(one)) === signatureHash)
    const body = { task, round, member: member.member, commitment }
    if (signature && !(await verifyStatement(domain, 'Commitment', body, signature, member.operatorKey)))
      return buildCommitmentProof(posted, i, signature)
  }
  return undefined
}

/** Signatures under the commitment of a row that this node has seen. */
function signaturesOf({ member }: MemberLeaf, { record, own }: KnownOfRound): Hex[] {
  const self = lowerHex(member)
  return [
    record?.rows.find((row) => row.member === self),
    own?.seal?.rows.find((row) => row.member === self),
    own?.commitments.get(self),
  ].flatMap((seen) => (seen?.source.via === 'signature' ? [seen.source.signature] : []))
}

function copiedRow(posted: ClaimParts): JudgeProof | undefined {
  const first = new Map<Hash, number>()
  for (const [i, { updateRoot, verdict }] of posted.rows.entries()) {
    if (updateRoot === ZERO_HASH) continue
    const other = first.get(updateRoot)
    if (other === undefined) first.set(updateRoot, i)
    else if (isAdmitted(verdict) || isAdmitted(posted.rows[other]!.verdict)) return buildCopyProof(posted, other, i)
  }
  return undefined
}

function forcedOmission(posted: ClaimParts, { facts }: KnownOfRound): JudgeProof | undefined {
  for (const key of facts.forced.keys()) {
    const member = key as Address
    const slot = slotOf(facts, member)
    if (slot !== undefined && !hasRow(posted, member)) return buildOmissionProof(posted, member, slot)
  }
  return undefined
}

/** This member has the operator's word that its commitment is in. */
async function receiptOmission(posted: ClaimParts, known: KnownOfRound): Promise<JudgeProof | undefined> {
  const { own, self: member, facts, domain, posterKey } = known
  if (!member || own?.receipt?.by !== 'operator' || !posterKey) return undefined
  const commitment = own.commitments.get(lowerHex(member))?.commitment
  const slot = slotOf(facts, member)
  if (!commitment || slot === undefined || hasRow(posted, member)) return undefined
  const body = { task: posted.task, round: posted.round, member, commitment }
  // Another operator may have taken over: it promised nothing.
  if (!(await verifyStatement(domain, 'Receipt', body, own.receipt.signature, posterKey))) return undefined
  return buildOmissionProof(posted, member, slot, { commitment, signature: own.receipt.signature })
}

function wrongReveal(posted: ClaimParts, { own }: KnownOfRound): JudgeProof | undefined {
  for (const [i, row] of posted.rows.entries()) {
    const reveal = own?.reveals.get(lowerHex(row.member))
    if (!reveal || row.updateRoot === ZERO_HASH || row.updateRoot === reveal.updateRoot) continue
    if (opens(posted, row, reveal)) return buildRevealProof(posted, i, reveal)
  }
  return undefined
}

/**
 * A row called unrevealed or unavailable although everybody attested in time and a quorum holds it. While somebody's attestation is missing nothing is said: what came
 * late to the operator may have come in time to this node.
 */
function exclusion(posted: ClaimParts, { own, facts }: KnownOfRound): JudgeProof | undefined {
  if (!own?.seal || !attestationsComplete(own) || own.seal.commitments !== commitmentsHash(posted.rows)) return undefined
  const stakes = new Map(facts.members.map(({ member, stake }) => [lowerHex(member), stake]))
  for (const [i, row] of posted.rows.entries()) {
    const reveal = own.reveals.get(lowerHex(row.member))
    if (row.verdict > Verdict.unavailable || !reveal || !opens(posted, row, reveal)) continue
    const attestations = [...own.attestations].flatMap(([member, { held, signature }]) =>
      (held >> BigInt(i)) & 1n ? [{ member, held, signature }] : [],
    )
    const stake = attestations.reduce((sum, { member }) => sum + (stakes.get(lowerHex(member)) ?? 0n), 0n)
    if (reachesQuorum(stake, facts.totalStake, posted.spec.quorumBps))
      return buildExclusionProof(posted, i, { reveal, attestations })
  }
  return undefined
}

function opens({ task, round }: ClaimParts, row: MemberLeaf, { updateRoot, salt }: RevealEntry): boolean {
  return commitmentOf(task, round, row.member, updateRoot, salt) === row.commitment
}

function hasRow(posted: ClaimParts, member: Address): boolean {
  return posted.rows.some((row) => sameAddress(row.member, member))
}

function slotOf(facts: RecordFacts, member: Address): number | undefined {
  return facts.members.find((known) => sameAddress(known.member, member))?.slot
}

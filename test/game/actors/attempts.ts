import { encodeFunctionData, parseAbi, zeroAddress } from 'viem'
import {
  buildAttestationProof,
  buildAvailabilityProof,
  buildCertificateProof,
  buildCommitmentProof,
  buildCopyProof,
  buildGarbageProof,
  buildOmissionProof,
  buildRevealProof,
  buildSealedProof,
  withRecipient,
} from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../../../src/judge/index.ts'
import { caseOf, openMember } from '../../../src/judge/proofs/openings.ts'
import { Reason, sourceBytes, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, RoundRecord } from '../../../src/protocol/index.ts'
import { everyProof } from '../../support/judge/every-proof.ts'
import { MEMBERS } from '../cast.ts'
import { encode } from '../chain/abi.ts'
import type { Call } from '../chain/evm.ts'
import type { World } from '../world.ts'

const BYZANTINE = MEMBERS.filter(({ honest }) => !honest)
const EVIDENCE = [
  'attestation',
  'commitment',
  'row',
  'certificate',
  'availability',
  'sealed',
  'copy',
  'reveal',
  'garbage',
] as const

/** Kinds of attempts to have a true claim rejected, or an honest member fined. */
export const ATTEMPTS = [...EVIDENCE, 'omission', 'other commitment', 'late attestation', 'any'] as const
export type Attempt = (typeof ATTEMPTS)[number]

/** A function that the judge had once: a claim falls when it leaves out an attestation that exists. The judge of today does not know it. */
const EXCLUSION = parseAbi([
  'struct Claim { bytes32 parent; bytes32 membersRoot; bytes32 gramRoot; bytes32 traceRoot; bytes32 transitionRoot; bytes32 modelRoot; bytes32 referenceRoot; bytes32 ledgerRoot; bytes32 evidence; uint128 ledgerTotal; uint32 members; }',
  'struct Case { uint256 task; uint64 round; address recipient; Claim claim; }',
  'struct MemberLeaf { address member; uint32 slot; uint128 weight; bytes32 commitment; bytes32 signatureHash; bytes32 updateRoot; uint128 held; bytes32 attestationHash; uint8 verdict; uint8 reason; bytes32 reasonArg; uint32 beta; uint128 score; }',
  'function proveExclusion(Case c, MemberLeaf[] rows, uint256 row, uint128 held, bytes signature)',
])

/** Transactions against the newest claim that is true and not final. None of them may succeed. */
export async function attemptsAt(world: World, attempt: Attempt): Promise<Call[]> {
  const { chain, claims, byzantine } = world
  const posted = chain.history.claims().findLast(({ claimHash }) => !byzantine.lies.has(claimHash))
  const { opening, record } = (posted && claims.servedOf(posted.claimHash)) ?? {}
  if (!posted || !opening || !record || opening.rows.length === 0) return []
  const from = BYZANTINE[0]!.owner
  const proofs = (await proofsOf(world, attempt, opening, record)).map((proof) => {
    const { functionName, args } = withRecipient(proof, zeroAddress)
    return { from, to: chain.stage.judge, data: encode('judge', functionName, args) }
  })
  return attempt === 'late attestation' ? exclusions(world, opening, from) : proofs
}

async function proofsOf(world: World, attempt: Attempt, parts: ClaimParts, record: RoundRecord): Promise<JudgeProof[]> {
  const { byzantine } = world
  const row = byzantine.pick(parts.rows.length)
  const { member } = parts.rows[row]!
  const { source, reveal } = record.rows[row]!
  const signature = sourceBytes(source)
  switch (attempt) {
    case 'attestation': {
      const shown = parts.rows.flatMap((one, i) => {
        const signed = record.attestations.find((other) => other.member === one.member)?.signature
        return signed && one.attestationHash !== ZERO_HASH ? [buildAttestationProof(parts, i, signed)] : []
      })
      return shown
    }
    case 'commitment':
      return record.rows.flatMap(({ source: one }, i) =>
        one.via === 'signature' ? [buildCommitmentProof(parts, i, one.signature)] : [],
      )
    case 'row':
      return [buildCommitmentProof(parts, row)]
    case 'certificate':
      return [buildCertificateProof(parts)]
    case 'availability':
      return parts.rows.map((_, i) => buildAvailabilityProof(parts, i))
    case 'sealed':
      return [buildSealedProof(parts)]
    case 'copy':
      return parts.rows.length > 1 ? [buildCopyProof(parts, row, (row + 1) % parts.rows.length)] : []
    case 'reveal':
      return reveal ? [buildRevealProof(parts, row, reveal)] : []
    case 'garbage':
      return garbage(parts, row, signature)
    case 'omission':
      return omissions(world, parts)
    case 'other commitment':
      return otherCommitments(world, parts)
    case 'any': {
      const statements = { commitments: [], reveals: [], attestations: [], receipts: [] }
      const known = { statements }
      const all = await everyProof({ honest: parts, known } as never, byzantine.pick).catch(() => [])
      return all.length > 0 ? [all[byzantine.pick(all.length)]!] : []
    }
    default:
      return member ? [] : []
  }
}

/** Says of a row that its update is garbage. The row of an honest member has no chunk that is. */
function garbage(parts: ClaimParts, row: number, signature: Hex): JudgeProof[] {
  if (!parts.updates.get(parts.rows[row]!.updateRoot)) return []
  const reasonArg: Hash = `0x${'00'.repeat(32)}`
  const rows = parts.rows.map((one, i) => (i === row && one.reason !== Reason.value ? { ...one, reasonArg } : one))
  return [buildGarbageProof({ ...parts, rows }, row, { salt: ZERO_HASH, signature })]
}

/** Every receipt that a Byzantine member has, and every forced commitment: each of them has a row. */
function omissions({ byzantine, chain }: World, parts: ClaimParts): JudgeProof[] {
  const slotOf = (member: Address): number => MEMBERS.findIndex(({ owner }) => owner === member)
  const receipts = byzantine.members.receiptsOf(parts.round)
  const forced = [...chain.history.forced(parts.round).keys()] as Address[]
  return [
    ...receipts.map(({ member, commitment, signature }) =>
      buildOmissionProof(parts, member, slotOf(member), { commitment, signature }),
    ),
    ...forced.map((member) => buildOmissionProof(parts, member, slotOf(member))),
  ]
}

/** A member that has a row, with another commitment than the one it shows. */
function otherCommitments({ byzantine, chain }: World, parts: ClaimParts): JudgeProof[] {
  const against = (member: Address, commitment: Hex, signature: Hex): JudgeProof[] => {
    const row = parts.rows.findIndex((one) => one.member === member && one.commitment !== commitment)
    if (row < 0) return []
    const args = [caseOf(parts), member, commitment, signature, [openMember(parts, row)], []]
    return [{ functionName: 'proveOmission', args }]
  }
  return [
    ...byzantine.members
      .receiptsOf(parts.round)
      .flatMap(({ member, commitment, signature }) => against(member, commitment, signature)),
    ...[...chain.history.forced(parts.round)].flatMap(([member, commitment]) => against(member as Address, commitment, '0x')),
  ]
}

/** Attestations of Byzantine members that the claim could not use, because they are made now. */
async function exclusions({ byzantine, chain }: World, parts: ClaimParts, from: Address): Promise<Call[]> {
  const calls: Call[] = []
  for (const [i, row] of parts.rows.entries()) {
    const own = BYZANTINE.find(({ owner }) => owner === row.member)
    if (!own || row.attestationHash !== ZERO_HASH) continue
    const held = 1n << BigInt(i)
    const signature = await byzantine.attestNow(parts, own, held)
    if (!signature) continue
    const args = [caseOf(parts), parts.rows, BigInt(i), held, signature] as never
    calls.push({
      from,
      to: chain.stage.judge,
      data: encodeFunctionData({ abi: EXCLUSION, functionName: 'proveExclusion', args }),
    })
  }
  return calls
}

import { z } from 'zod'
import { QuorateError } from '../core/errors.ts'
import { lowerHex, sameAddress } from './bytes.ts'
import { LEAST_IN_BUCKET } from './buckets/bucket-terms.ts'
import type { DrawnBucket } from './buckets/form-buckets.ts'
import { versionCount, versionsRoot } from './buckets/versions.ts'
import { canonicalJson } from './canonical-json.ts'
import { commitmentOf, commitmentsHash } from './commitment.ts'
import { compareTickets } from './committee.ts'
import { certificateFaults } from './record-rows.ts'
import type { RevealEntry, RoundState } from './round/state.ts'
import { sourceBytes, sourceFromBytes } from './statements/commitment-source.ts'
import { verifyStatement } from './statements/sign.ts'
import type { SigningDomain } from './statements/typed-data.ts'
import { MAX_MEMBERS } from './types.ts'
import type { Hex, SnapshotMember, TaskSpec } from './types.ts'

const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform((text) => text as Hex)
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex)
const signature = z
  .string()
  .regex(/^0x[0-9a-f]{130}$/)
  .transform((text) => text as Hex)
/** No more digits than 2^256 has: ten million would hold the node up for seconds. */
const integer = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,77})$/)
  .transform((text) => BigInt(text))

const bitmap = integer.refine((held) => held >> BigInt(MAX_MEMBERS) === 0n, 'more bits than a claim has rows')

const recordSchema = z.strictObject({
  version: z.literal(2),
  chainId: z.int(),
  ledger: address,
  task: integer,
  round: integer,
  base: hash,
  snapshot: z.strictObject({
    timepoint: z.int(),
    totalStake: integer,
    members: z.array(z.strictObject({ member: address, operatorKey: address, slot: z.int(), stake: integer })).max(1024),
  }),
  seal: z.strictObject({ operator: address, operatorKey: address, slot: z.int() }),
  // As the chain drew them; only of a task with buckets.
  buckets: z
    .array(z.array(address).min(LEAST_IN_BUCKET).max(4))
    .max(MAX_MEMBERS / LEAST_IN_BUCKET)
    .optional(),
  rows: z
    .array(
      z
        .strictObject({
          member: address,
          commitment: hash,
          // No bytes for a commitment forced on chain.
          signature: z.union([signature, z.literal('0x')]),
          reveal: z
            // The roots of the versions, where the member shares a bucket: they lead to its update root.
            .strictObject({ updateRoot: hash, salt: hash, signature, versions: z.array(hash).length(4).optional() })
            .optional(),
        })
        .transform(({ signature: bytes, ...row }) => ({ ...row, source: sourceFromBytes(bytes) })),
    )
    .max(MAX_MEMBERS),
  // Those that the claim uses: any choice of the operator's. Bits from the number of rows on mean nothing.
  attestations: z.array(z.strictObject({ member: address, held: bitmap, signature })).max(MAX_MEMBERS),
})

/** No true record is longer: 1024 members of the snapshot and 128 rows have less than 400 KiB. */
export const RECORD_MAX_BYTES = 1024 * 1024

/** Everything signed in one round, docs/protocol.md §11: with the update bytes it is all that a replay needs. Addresses are lower case. */
export type RoundRecord = z.output<typeof recordSchema>

/** The record of a round as this node saw it. @throws QuorateError INTERNAL when the round is not sealed yet */
export function recordOf(domain: SigningDomain, state: RoundState): RoundRecord {
  const { plan, seal } = state
  if (!seal) throw new QuorateError('INTERNAL', `round ${plan.round} has no seal to record`)
  return {
    version: 2,
    chainId: domain.chainId,
    ledger: lowerHex(domain.ledger),
    task: plan.task,
    round: plan.round,
    base: plan.base,
    snapshot: {
      timepoint: plan.snapshot,
      totalStake: plan.totalStake,
      members: plan.members.map((member) => ({
        member: lowerHex(member.member),
        operatorKey: lowerHex(member.operatorKey),
        slot: member.slot,
        stake: member.stake,
      })),
    },
    seal: {
      operator: lowerHex(plan.operator),
      operatorKey: lowerHex(plan.operatorKey),
      slot: plan.operatorSlot,
    },
    // None in a task whose members have rows of their own.
    ...(plan.buckets && { buckets: plan.buckets.map((bucket) => bucket.map(lowerHex)) }),
    rows: seal.rows.map((row) => ({
      member: row.member,
      commitment: row.commitment,
      source: sourceFromBytes(lowerHex(sourceBytes(row.source))),
      reveal: state.reveals.has(row.member) ? lowerEntry(state.reveals.get(row.member)!) : undefined,
    })),
    // All there are: the more, the fewer rows are unavailable.
    attestations: seal.rows.flatMap(({ member }) => {
      const found = state.attestations.get(member)
      return found ? [{ member, held: found.held, signature: lowerHex(found.signature) }] : []
    }),
  }
}

function lowerEntry({ updateRoot, salt, signature, versions }: RevealEntry): NonNullable<RoundRecord['rows'][number]['reveal']> {
  return {
    updateRoot: lowerHex(updateRoot),
    salt: lowerHex(salt),
    signature: lowerHex(signature),
    ...(versions && { versions: versions.map(lowerHex) }),
  }
}

/** The bytes of `record.json`. */
export function encodeRecord(record: RoundRecord): string {
  const text = (value: bigint): string => value.toString()
  return canonicalJson({
    ...record,
    task: text(record.task),
    round: text(record.round),
    snapshot: {
      ...record.snapshot,
      totalStake: text(record.snapshot.totalStake),
      members: record.snapshot.members.map((member) => ({ ...member, stake: text(member.stake) })),
    },
    rows: record.rows.map(({ source, ...row }) => ({ ...row, signature: sourceBytes(source) })),
    attestations: record.attestations.map((attestation) => ({ ...attestation, held: text(attestation.held) })),
  })
}

/**
 * Parses `record.json`; the text must be canonical, so that one record has one hash.
 *
 * @throws QuorateError MESSAGE_MALFORMED naming the first wrong field
 */
export function decodeRecord(text: string): RoundRecord {
  if (text.length > RECORD_MAX_BYTES)
    throw new QuorateError('MESSAGE_MALFORMED', `the round record is longer than ${RECORD_MAX_BYTES} bytes`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the round record is not JSON', { cause })
  }
  const parsed = recordSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new QuorateError('MESSAGE_MALFORMED', `the round record is wrong at ${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (encodeRecord(parsed.data) !== text) throw new QuorateError('MESSAGE_MALFORMED', 'the round record is not in canonical form')
  return parsed.data
}

/** What the chain says, against which a record is checked. */
export interface RecordFacts {
  domain: SigningDomain
  task: bigint
  round: bigint
  base: Hex
  timepoint: number
  totalStake: bigint
  members: readonly SnapshotMember[]
  /** The seal transaction, and who had the seat, with its slot in the ledger. */
  seal: { operator: Hex; operatorKey: Hex; slot: number; digest: Hex; count: number }
  /** Commitments forced on chain in this round, by lower-case member. */
  forced: ReadonlyMap<string, Hex>
  /** As the chain drew them, in a task with buckets. */
  buckets?: readonly DrawnBucket[]
  /** The thresholds of the task. */
  spec: Pick<TaskSpec, 'toleranceBps' | 'minSealedBps' | 'committee'>
}

/**
 * Checks every signature and every fact of a record; returns the faults, an empty list when the record is valid. A
 * record with a fault cannot have produced an honest claim.
 */
export async function checkRecord(record: RoundRecord, facts: RecordFacts): Promise<string[]> {
  const faults: string[] = []
  const { domain, task, round } = facts
  const need = (holds: boolean, fault: string): void => void (holds || faults.push(fault))
  need(record.chainId === domain.chainId && sameAddress(record.ledger, domain.ledger), 'it belongs to another ledger')
  need(record.task === task && record.round === round, `it is of task ${record.task}, round ${record.round}`)
  need(record.base === facts.base, 'it builds on another claim')
  const { snapshot } = record
  need(
    snapshot.timepoint === facts.timepoint && snapshot.totalStake === facts.totalStake,
    'the time or total of its stake snapshot differs from the chain',
  )
  need(
    snapshot.members.length === facts.members.length &&
      snapshot.members.every((member, index) => {
        const known = facts.members[index]!
        return (
          sameAddress(member.member, known.member) &&
          sameAddress(member.operatorKey, known.operatorKey) &&
          member.slot === known.slot &&
          member.stake === known.stake
        )
      }),
    'its stake snapshot differs from the chain',
  )
  const members = new Map(snapshot.members.map((member) => [member.member, member]))
  const rows = record.rows
  const commitments = commitmentsHash(rows)
  const { seal } = facts
  need(commitments === seal.digest && rows.length === seal.count, 'its rows do not hash to the digest that was sealed')
  need(
    sameAddress(record.seal.operator, seal.operator) &&
      sameAddress(record.seal.operatorKey, seal.operatorKey) &&
      record.seal.slot === seal.slot,
    'its seal differs from the chain',
  )
  need(canonicalJson(record.buckets ?? null) === canonicalJson(facts.buckets ?? null), 'its buckets differ from the chain')
  let last = -1
  for (const row of rows) {
    const member = members.get(row.member)
    if (!member || member.slot <= last) {
      faults.push(`row ${row.member} is not a member of the snapshot or out of order`)
      continue
    }
    last = member.slot
    const body = { task, round, member: row.member, commitment: row.commitment }
    need(
      row.source.via === 'chain'
        ? facts.forced.get(row.member) === row.commitment
        : await verifyStatement(domain, 'Commitment', body, row.source.signature, member.operatorKey),
      `the commitment of ${row.member} is not signed by its key`,
    )
    if (!row.reveal) continue
    const { updateRoot, salt, signature: revealed, versions } = row.reveal
    need(
      commitmentOf(task, round, row.member, updateRoot, salt) === row.commitment,
      `the reveal of ${row.member} does not open its commitment`,
    )
    const size = facts.buckets?.find((bucket) => bucket.includes(row.member))?.length ?? 1
    need(
      versionsRoot(versions ?? [updateRoot]) === updateRoot && (versions?.length ?? 1) === versionCount(size),
      `the versions that ${row.member} revealed are not those that it committed to`,
    )
    need(
      await verifyStatement(
        domain,
        'Reveal',
        { task, round, member: row.member, updateRoot, salt },
        revealed,
        member.operatorKey,
      ),
      `the reveal of ${row.member} is not signed by its key`,
    )
  }
  // A claim that has no more room has the lowest tickets.
  const known = new Map(facts.members.map((member) => [lowerHex(member.member), member]))
  const full = (member: string): boolean =>
    rows.length === MAX_MEMBERS && rows.every((row) => compareTickets(known.get(row.member), known.get(member as Hex)) < 0)
  // Which commitment is the member's affair: one that it signed counts as well, as it does for the judge. Else a member could make an honest record false.
  for (const member of facts.forced.keys()) {
    need(rows.some((row) => row.member === member) || full(member), `${member} forced a commitment on chain and has no row`)
  }
  const seen = new Set<string>()
  for (const { member, held, signature: attested } of record.attestations) {
    const key = members.get(member)?.operatorKey
    need(!seen.has(member) && rows.some((row) => row.member === member), `${member} attests twice or has no row`)
    seen.add(member)
    need(
      key !== undefined &&
        (await verifyStatement(domain, 'Attestation', { task, round, member, commitments, held }, attested, key)),
      `the attestation of ${member} is not signed by its key`,
    )
  }
  faults.push(...certificateFaults(record, facts.spec))
  return faults
}

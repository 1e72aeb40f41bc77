import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics, QuorateError, silentLogger } from '../../../src/core/index.ts'
import { encodeOpening } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { Answerer, recordOfRows } from '../../../src/node/index.ts'
import type { Dispute } from '../../../src/node/index.ts'
import {
  availableRoots,
  encodeManifest,
  encodeRecord,
  fileHash,
  lowerHex,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Hash, MemberLeaf, RecordFacts, RoundRecord, SigningDomain } from '../../../src/protocol/index.ts'
import { hotSender } from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { KeptLeaves } from '../../../src/replay/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { MEMBERS, replay, TASK } from './random-round.ts'
import { attest, signedRound } from './signed-round.ts'
import type { SignedRound } from './signed-round.ts'

/** A signed round whose commitments hold on a chain, and the evidence behind it. */
export interface RecordedRound extends SignedRound {
  /** Manifest and record, by hash. */
  documents: ReadonlyMap<Hash, Uint8Array>
}

/** A random round signed for a chain, with the record that shows it. */
export async function recordedRound(seed: number, domain: SigningDomain): Promise<RecordedRound> {
  return recorded(await signedRound(seed, { domain }), domain)
}

/** The same round in which nobody attests to hold one of the updates, so that it is unavailable. */
export async function heldByNobody(round: RecordedRound, row: number, domain: SigningDomain): Promise<RecordedRound> {
  const rows = round.rows.map((one, i) => ({
    ...one,
    ...(i === row && { update: null }),
    ...(one.held !== undefined && { held: one.held & ~(1n << BigInt(row)) }),
  }))
  const { commitment } = round.honest.rows[row]!
  const honest = replay(round.honest, rows, round.honest.spec)
  honest.rows[row] = { ...honest.rows[row]!, commitment }
  const statements = { ...round.known.statements, attestations: await attest(honest, domain) }
  return recorded({ ...round, rows, honest, known: { ...round.known, statements } }, domain)
}

function recorded(signed: SignedRound, domain: SigningDomain): RecordedRound {
  const { honest, known } = signed
  const { commitments, reveals } = known.statements
  const rows: RoundRecord['rows'] = commitments.map(({ member, commitment, signature }) => {
    const reveal = reveals.find((one) => one.member === member)
    return {
      member: lowerHex(member),
      commitment,
      source: viaSignature(signature),
      ...(reveal && { reveal: { updateRoot: reveal.updateRoot, salt: reveal.salt, signature: reveal.signature } }),
    }
  })
  const operator = lowerHex(MEMBERS[0]!.member)
  const record: RoundRecord = {
    version: 2,
    chainId: domain.chainId,
    ledger: lowerHex(domain.ledger),
    task: TASK,
    round: honest.round,
    base: ZERO_HASH,
    snapshot: {
      timepoint: 1,
      totalStake: MEMBERS.reduce((sum, { stake }) => sum + stake, 0n),
      members: MEMBERS.map((member) => ({ ...member, operatorKey: operator })),
    },
    seal: { operator, operatorKey: operator, slot: 100 },
    rows,
    attestations: known.statements.attestations.map(({ member, signature }) => ({
      member: lowerHex(member),
      held: honest.rows.find((row) => row.member === member)!.held,
      signature,
    })),
  }
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  const bytes = text(encodeRecord(record))
  const manifest = text(encodeManifest({ 'record.json': fileHash(bytes) }))
  const parts: ClaimParts = { ...honest, evidence: fileHash(manifest) }
  const documents = new Map([
    [fileHash(bytes), bytes],
    [fileHash(manifest), manifest],
  ])
  return { ...signed, honest: parts, documents }
}

/** A node's knowledge of a round that it did not see: the state before the round, and the chain. */
export function unseenRound({ honest, known }: RecordedRound): { before: ClaimParts; facts: RecordFacts } {
  return {
    before: {
      ...honest,
      rows: [],
      norms: new Map(),
      gram: [],
      trace: [],
      transition: [],
      model: [],
      reference: null,
      ledger: honest.previous.ledger,
      updates: new Map(),
      ledgerTotal: 0n,
      members: 0,
    },
    facts: { ...known.facts, base: ZERO_HASH, timepoint: 1, spec: honest.spec },
  }
}

/** The round over posted rows, by the record that they stand for. */
export function replayOver(
  known: RecordedRound,
  { facts }: ReturnType<typeof unseenRound>,
  rows: readonly MemberLeaf[],
): ClaimParts {
  const { honest } = known
  const record = recordOfRows(facts, rows)
  const available = availableRoots(record, honest.spec)
  const stakes = new Map(record.snapshot.members.map((member) => [member.member, member]))
  const input = record.rows.map(({ member, reveal }, i) => ({
    member,
    slot: stakes.get(member)!.slot,
    weight: stakes.get(member)!.stake,
    ...(rows[i]!.attestationHash !== ZERO_HASH && { held: rows[i]!.held }),
    updateRoot: reveal?.updateRoot ?? null,
    update: (available[i] && honest.updates.get(available[i])) ?? null,
  }))
  const parts = replay({ ...honest, rows: [...rows] }, input, honest.spec)
  const signed = parts.rows.map((row, i) => ({ ...row, signatureHash: rows[i]!.signatureHash, commitment: rows[i]!.commitment }))
  return { ...parts, rows: signed }
}

/**
 * The answering half of an operator that serves nothing: opens the requested parts of its claim in the court.
 *
 * @param later claims after it, of which the operator has no opening
 */
export function silentOperator(
  on: TestChain,
  { documents }: RecordedRound,
  posted: ClaimParts,
  dispute: Dispute,
  now: () => number,
  later: readonly PostedRound[] = [],
): Answerer {
  const opening = encodeOpening(posted)
  const own = fileHash(opening)
  const files = new Map([...documents, [own, opening] as const])
  const { previous, parent, spec, updates } = posted
  const state = { ...previous, round: 1n, height: 1, claim: parent.claim, claimHash: dispute.claim.parent, ledgerTotal: 0n }
  return new Answerer({
    ports: {
      task: { id: TASK, domain: { chainId: on.chain.chainId, ledger: on.contracts.ledger }, spec, document: '' },
      supply: { fetchUpdate: missing, fetchDocument: missing },
      metrics: noMetrics,
      stores: {
        states: { load: async () => state } as never,
        documents: { has: async (hash: Hash) => files.has(hash), get: async (hash: Hash) => files.get(hash)! } as never,
        updates: {
          has: async (root: Hash) => updates.get(root) !== undefined,
          get: async (root: Hash) => new Uint8Array(updates.get(root) ?? (await missing(root))),
          file: (root: Hash) => join(tmpdir(), root),
        } as never,
        leaves: new KeptLeaves(),
        openings: { own: (claim: Hash) => (claim === dispute.claimHash ? own : ZERO_HASH) } as never,
      } as never,
    },
    contracts: on.contracts,
    sender: hotSender(on, 1),
    claims: () => [{ ...dispute, transactionHash: dispute.claimHash }, ...later],
    self: dispute.operator,
    fromBlock: 0n,
    now,
    logger: silentLogger,
    everyMs: 10,
  })
}

/** What nobody serves. */
async function missing(hash: Hash): Promise<never> {
  throw new QuorateError('BLOB_NOT_FOUND', `nobody has ${hash}`)
}

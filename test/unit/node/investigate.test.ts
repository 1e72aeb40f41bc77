import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noMetrics, QuorateError, silentLogger } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import { encodeOpening, sealParts } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { investigator, Openings, StateStore } from '../../../src/node/index.ts'
import type { Dispute, Finding, ReplayPorts } from '../../../src/node/index.ts'
import {
  claimHash,
  chunkHashes,
  commitmentsHash,
  fileHash,
  encodeManifest,
  initialRoundState,
  keccak,
  sourceBytes,
  updateRoot,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Claim, Hash, Hex, RoundPlan, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { claimComputer, KeptLeaves, manifestOf } from '../../../src/replay/index.ts'
import type { ComputedClaim } from '../../../src/replay/index.ts'
import { openBlobStore, openJournal } from '../../../src/storage/index.ts'
import { OPERATOR, sealedRecord, signedClaimRound } from '../../support/judge/signed-claim-round.ts'
import type { SignedClaimRound } from '../../support/judge/signed-claim-round.ts'

const LENGTH = 8192
const NOBODYS: Hex = `0x${'11'.repeat(65)}`
const signal = new AbortController().signal
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const UPDATES = Array.from({ length: 5 }, (_, i) => Int8Array.from({ length: LENGTH }, (__, k) => ((k * (i + 3)) % 101) - 50))

describe('the investigation of a posted claim', () => {
  let round: SignedClaimRound
  let engine: Engine
  let folder: string
  let nth = 0

  beforeAll(async () => {
    engine = createEngine()
    folder = await mkdtemp(join(tmpdir(), 'quorate-investigate-'))
    round = await signedClaimRound(UPDATES, LENGTH)
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const compute = async (record: RoundRecord): Promise<ComputedClaim> => claimComputer(engine)({ ...round, record })

  /** What peers serve: documents by hash, and every update. */
  interface Served {
    documents?: readonly Uint8Array[]
    /** Documents that the operator announces as the opening of its claim. */
    openings?: readonly Uint8Array[]
  }

  const evidence = ({ files }: ComputedClaim): Uint8Array[] => [
    ...files.documents.values(),
    text(encodeManifest(manifestOf(files))),
  ]

  /** A dispute about a claim, looked into by a node whose stores hold the state before it and nothing else. */
  async function investigate(
    claim: Claim,
    { documents = [], openings = [] }: Served,
    own?: RoundState,
    isBaseKnown = true,
  ): Promise<Finding> {
    const home = join(folder, String(nth++))
    const store = async (name: string, extension: '.q8' | '.bin', addressOf: (bytes: Uint8Array) => Uint8Array) =>
      openBlobStore({ folder: join(home, name), extension, addressOf })
    const states = await StateStore.open(join(home, 'states'))
    const parent = claimHash(round.task, 0n, round.base.claim)
    if (isBaseKnown) await states.save({ ...round.base, claimHash: parent })
    const stored = await store('documents', '.bin', keccak)
    const journal = openJournal(home)
    const kept = new Openings({ journal, documents: stored, hash: async (bytes) => fileHash(bytes) })
    const dispute: Dispute = { round: 1n, claim, claimHash: claimHash(round.task, 1n, claim), operator: OPERATOR.owner }
    for (const bytes of openings)
      kept.announced({
        kind: 'claim',
        task: round.task,
        round: 1n,
        claimHash: dispute.claimHash,
        recordHash: ZERO_HASH,
        revealed: 0n,
        attested: 0n,
        openingHash: fileHash(bytes),
        transaction: ZERO_HASH,
        operator: OPERATOR.owner,
        signature: NOBODYS,
      })
    const served = new Map([...documents, ...openings].map((bytes) => [fileHash(bytes), bytes]))
    const ports: ReplayPorts = {
      task: { id: round.task, domain: round.facts.domain, spec: round.spec, document: round.document },
      stores: {
        states,
        updates: await store('updates', '.q8', updateRoot),
        documents: stored,
        leaves: new KeptLeaves(),
        openings: kept,
        evidence: join(home, 'evidence'),
      },
      supply: peersWith(served),
      compute: claimComputer(engine),
      factsOf: async () => ({ ...round.facts, base: parent }),
      logger: silentLogger,
      metrics: noMetrics,
    }
    const look = investigator({
      ports,
      roundState: () => own,
    })
    try {
      return await look(dispute, signal)
    } finally {
      journal.close()
    }
  }

  /** The record over the state that the node keeps. */
  const record = (changes: Partial<RoundRecord> = {}): RoundRecord => ({
    ...round.record,
    base: claimHash(round.task, 0n, round.base.claim),
    ...changes,
  })

  /** A claim in which the first member earns more than it should. */
  function overpaid({ parts }: ComputedClaim): ClaimParts {
    const [[slot, leaf]] = [...parts.ledger] as [[number, NonNullable<ReturnType<typeof parts.ledger.get>>]]
    return { ...parts, ledger: new Map(parts.ledger).set(slot, { ...leaf, reward: leaf.reward + 1n }) }
  }

  it('comes to nothing where the claim is right, opened or not', async () => {
    const computed = await compute(record())
    expect(await investigate(computed.claim, { documents: evidence(computed) })).toEqual({ kind: 'sound' })
    const openings = [computed.opening()]
    expect(await investigate(computed.claim, { documents: evidence(computed), openings })).toEqual({ kind: 'sound' })
  })

  it('finds what is withheld where nobody serves anything', async () => {
    const computed = await compute(record())
    const finding = await investigate(computed.claim, {})
    expect(finding).toMatchObject({ kind: 'withheld', what: 'evidence', replayed: false, own: { members: 0 } })
    // The rows alone are enough for a replay, once the court has had them opened.
    if (finding.kind !== 'withheld') throw new Error(finding.kind)
    expect(await finding.rowProof(computed.parts, [])).toBeUndefined()
    const over = await finding.replayOver!(computed.rows)
    expect(sealParts({ ...over!, evidence: computed.claim.evidence })).toEqual(computed.claim)
  })

  it('finds the proof where the operator opens a false claim over a true record', async () => {
    const computed = await compute(record())
    const posted = overpaid(computed)
    const served = { documents: evidence(computed), openings: [encodeOpening(posted)] }
    expect(await investigate(sealParts(posted), served)).toMatchObject({
      kind: 'proof',
      proof: { functionName: 'proveLedger' },
    })
  })

  it('takes no opening of another claim, nor bytes that open none', async () => {
    const computed = await compute(record())
    const posted = sealParts(overpaid(computed))
    const finding = await investigate(posted, { documents: evidence(computed), openings: [computed.opening(), text('nothing')] })
    expect(finding).toMatchObject({ kind: 'withheld', what: 'opening', replayed: true })
    if (finding.kind === 'withheld') expect(sealParts(finding.own)).toEqual(computed.claim)
    // A right one among them is found.
    const openings = [computed.opening(), encodeOpening(overpaid(computed))]
    expect(await investigate(posted, { documents: evidence(computed), openings })).toMatchObject({ kind: 'proof' })
  })

  it('finds the proof against a record with a commitment that its member did not sign', async () => {
    const rows = round.record.rows.with(0, { ...round.record.rows[0]!, source: round.record.rows[1]!.source })
    const computed = await compute(record({ rows }))
    const finding = await investigate(computed.claim, { documents: evidence(computed), openings: [computed.opening()] })
    expect(finding).toMatchObject({ kind: 'proof', proof: { functionName: 'proveCommitment' } })
    if (finding.kind === 'proof') expect(finding.proof.args[2]).toBe(sourceBytes(rows[0]!.source))
  })

  it('finds the proof against a claim that calls unavailable what its own record shows to be held', async () => {
    const without = { ...record(), attestations: record().attestations.map((one) => ({ ...one, held: one.held & ~1n })) }
    const told = await compute(without)
    const truth = await compute(record())
    // The attestations that its members signed, and the verdicts of others.
    const rows = told.parts.rows.map((row, i) => ({ ...row, held: truth.parts.rows[i]!.held }))
    const posted = { ...told.parts, rows, evidence: truth.claim.evidence }
    const served = { documents: evidence(truth), openings: [encodeOpening(posted)] }
    expect(await investigate(sealParts(posted), served)).toMatchObject({
      kind: 'proof',
      proof: { functionName: 'proveAvailability' },
    })
  })

  it('proves rows that are not those of the seal', async () => {
    const { rows } = round.record
    const shorter = await compute(await sealedRecord(record({ rows: rows.slice(1) })))
    const told = { documents: evidence(shorter), openings: [shorter.opening()] }
    expect(await investigate(shorter.claim, told, seen())).toMatchObject({
      kind: 'proof',
      proof: { functionName: 'proveSealed' },
    })
  })

  it('replays what it saw itself where the record is withheld', async () => {
    const computed = await compute(record())
    const other = { ...overpaid(computed), evidence: ZERO_HASH }
    const finding = await investigate(sealParts(other), {}, seen())
    expect(finding).toMatchObject({ kind: 'withheld', what: 'evidence', replayed: true })
    if (finding.kind === 'withheld') expect(finding.own.rows).toEqual(computed.rows)
  })

  it('asks nobody for the record that it saw itself, if the claim commits to exactly that one', async () => {
    const computed = await compute(record())
    expect(await investigate(computed.claim, {}, seen())).toEqual({ kind: 'sound' })
    const lie = await investigate(sealParts(overpaid(computed)), {}, seen())
    expect(lie).toMatchObject({ kind: 'withheld', what: 'opening', replayed: true })
  })

  it('says what members can do where only the hash of the evidence is false', async () => {
    const computed = await compute(record())
    const openings = [encodeOpening({ ...computed.parts, evidence: ZERO_HASH })]
    const finding = await investigate({ ...computed.claim, evidence: ZERO_HASH }, { openings }, seen())
    expect(finding).toMatchObject({ kind: 'unproved', reason: expect.stringContaining('member void') as string })
  })

  it('waits for the state of the claim before', async () => {
    const computed = await compute(record())
    expect(await investigate(computed.claim, {}, undefined, false)).toMatchObject({ kind: 'waiting' })
  })

  /** The round as a node lived through it that saw every statement of the true record. */
  function seen(): RoundState {
    const { facts } = round
    const { rows, seal, attestations } = record()
    const plan: RoundPlan = {
      task: round.task,
      round: 1n,
      openedAt: facts.timepoint + 1,
      snapshot: facts.timepoint,
      windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
      base: record().base,
      operator: seal.operator,
      operatorKey: seal.operatorKey,
      operatorSlot: 100,
      members: facts.members,
      totalStake: facts.totalStake,
      spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
      quorumBps: 6667,
    }
    const sealed = rows.map(({ member, commitment, source }, slot) => ({ member, commitment, source, slot }))
    return {
      ...initialRoundState(plan),
      commitments: new Map(rows.map(({ member, commitment, source }) => [member, { commitment, source }])),
      reveals: new Map(rows.map(({ member, reveal }) => [member, reveal!])),
      attestations: new Map(attestations.map(({ member, held, signature }) => [member, { held, signature }])),
      sealed: { digest: commitmentsHash(rows), count: rows.length, sealedAt: plan.openedAt },
      seal: { rows: sealed, commitments: commitmentsHash(rows), sealedAt: plan.openedAt, listedAt: plan.openedAt },
    }
  }

  /** Peers in memory. */
  function peersWith(documents: ReadonlyMap<Hash, Uint8Array>): ReplayPorts['supply'] {
    const missing = (hash: Hash): QuorateError => new QuorateError('BLOB_NOT_FOUND', `nobody serves ${hash}`)
    return {
      async fetchDocument(hash) {
        const bytes = documents.get(hash)
        if (!bytes) throw missing(hash)
        return bytes
      },
      async fetchUpdate(root, { onSegments }) {
        const update = round.updates.get(root)
        if (!update) throw missing(root)
        await onSegments({ first: 0, bytes: new Uint8Array(update.buffer), leaves: chunkHashes(update) })
      },
    }
  }
})

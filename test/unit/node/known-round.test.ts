import { beforeAll, describe, expect, it } from 'vitest'
import { membersFraud } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { knownRound, withAttestations } from '../../../src/node/index.ts'
import type { NodeKnowledge } from '../../../src/node/index.ts'
import {
  commitmentsHash,
  initialRoundState,
  lowerHex,
  reduceRound,
  Verdict,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, RoundEvent, RoundPlan, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { TASK } from '../../support/judge/random-round.ts'
import { signedRound, signReceipt } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

describe("a node's knowledge of a round, as the prover of members rows takes it", () => {
  let round: SignedRound
  let honest: ClaimParts

  beforeAll(async () => {
    for (let seed = 1; ; seed++) {
      round = await signedRound(seed)
      honest = round.honest
      if (honest.rows.length > 3 && honest.rows.some(({ verdict }) => verdict === Verdict.accepted)) return
    }
  })

  function knowledge(changes: Partial<NodeKnowledge> = {}): NodeKnowledge {
    const { facts } = round.known
    return {
      facts: { ...facts, base: ZERO_HASH, timepoint: 1, spec: honest.spec },
      record: undefined,
      own: undefined,
      ...changes,
    }
  }

  /** The facts of a round whose operator sealed the rows of the claim. */
  const sealing = ({ rows }: ClaimParts) => ({
    ...knowledge().facts,
    seal: { ...round.known.facts.seal, digest: commitmentsHash(rows), count: rows.length },
  })

  /** The record that the operator serves. */
  function record(): RoundRecord {
    const { statements } = round.known
    const of = <T extends { member: Address }>(list: readonly T[], member: Address): T | undefined =>
      list.find((one) => one.member === member)
    const rows = honest.rows.map(({ member, commitment }) => {
      const reveal = of(statements.reveals, member)
      const source = viaSignature(of(statements.commitments, member)!.signature)
      return { member, commitment, source, ...(reveal && { reveal }) }
    })
    return { rows, seal: round.known.facts.seal, attestations: statements.attestations } as unknown as RoundRecord
  }

  /** The round as a node lived through it. */
  function lived(events: readonly RoundEvent[]): RoundState {
    const { facts } = round.known
    const { operator, operatorKey } = facts.seal
    const plan: RoundPlan = {
      task: TASK,
      round: 2n,
      openedAt: 1000,
      snapshot: 999,
      windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
      base: ZERO_HASH,
      operator,
      operatorKey,
      operatorSlot: 100,
      members: facts.members,
      totalStake: facts.totalStake,
      spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
      quorumBps: 6667,
    }
    return events.reduce(reduceRound, initialRoundState(plan))
  }

  const commitments = (): RoundEvent[] =>
    round.known.statements.commitments.map(({ member, commitment, signature }) => ({
      type: 'commitment',
      member,
      commitment,
      source: viaSignature(signature),
    }))

  const called = (verdict: Verdict): ClaimParts => {
    const at = honest.rows.findIndex((row) => row.verdict === Verdict.accepted)
    const row = {
      ...honest.rows[at]!,
      verdict,
      beta: 0,
      score: 0n,
      updateRoot: ZERO_HASH,
    }
    return { ...honest, rows: honest.rows.with(at, row) }
  }

  it('of an honest round proves nothing', async () => {
    for (const own of [undefined, lived(commitments())])
      for (const known of [knowledge({ own }), knowledge({ own, record: record() })])
        expect(await membersFraud(honest, knownRound(known))).toBeUndefined()
  })

  it('needs no statements where the rows say enough', async () => {
    for (const [verdict, functionName] of [
      [Verdict.unavailable, 'proveAvailability'],
      [Verdict.quarantined, 'proveQuarantine'],
    ] as const)
      expect(await membersFraud(called(verdict), knownRound(knowledge()))).toMatchObject({ functionName })
  })

  it('takes every receipt that it has or heard of', async () => {
    const { member, commitment } = honest.rows[1]!
    const receipt: RoundEvent = {
      type: 'receipt',
      member,
      commitment,
      operatorKey: round.known.facts.seal.operatorKey,
      signature: await signReceipt(2n, member, commitment),
    }
    const posted = { ...honest, rows: honest.rows.toSpliced(1, 1), members: honest.members - 1 }
    const own = lived([...commitments(), receipt])
    expect(await membersFraud(posted, knownRound(knowledge({ own, facts: sealing(posted) })))).toMatchObject({
      functionName: 'proveOmission',
    })
    // Instead of a receipt, the chain may have taken the commitment: a fact, not a statement.
    const forced = lived(commitments())
    expect(knownRound(knowledge({ own: forced })).statements.receipts).toEqual([])
    const facts = { ...sealing(posted), forced: new Map([[lowerHex(member), commitment]]) }
    expect(await membersFraud(posted, knownRound(knowledge({ own: forced, facts })))).toMatchObject({
      functionName: 'proveOmission',
    })
  })

  it('complains of no receipt for another commitment of a member that has a row', async () => {
    const { member } = honest.rows[1]!
    const { operatorKey } = round.known.facts.seal
    const signature = await signReceipt(2n, member, ZERO_HASH)
    const own = lived([...commitments(), { type: 'receipt', member, commitment: ZERO_HASH, operatorKey, signature }])
    expect(knownRound(knowledge({ own })).statements.receipts).toHaveLength(1)
    expect(await membersFraud(honest, knownRound(knowledge({ own })))).toBeUndefined()
  })

  it('takes the signatures of attestations from everywhere: which of them a claim uses, its rows say', async () => {
    const { attestations } = round.known.statements
    const [first] = attestations
    const posted = {
      ...honest,
      rows: honest.rows.map((row) => (row.member === first!.member ? { ...row, held: row.held ^ 1n } : row)),
    }
    const expected = { functionName: 'proveAttestation' }
    expect(await membersFraud(posted, knownRound(knowledge({ record: record() })))).toMatchObject(expected)
    const seen = new Map(attestations.map(({ member, signature }) => [lowerHex(member), { held: 0n, signature }]))
    const own = { ...sealedRound(), attestations: seen }
    expect(await membersFraud(posted, knownRound(knowledge({ own })))).toMatchObject(expected)
    const opened = withAttestations(knownRound(knowledge()), attestations)
    expect(await membersFraud(posted, opened)).toMatchObject(expected)
    expect(await membersFraud(honest, opened)).toBeUndefined()
  })

  /** The honest rows, sealed by the operator. */
  function sealedRound(events: readonly RoundEvent[] = []): RoundState {
    const { facts, statements } = round.known
    const { digest, count } = facts.seal
    const rows = honest.rows.map(({ member, commitment }, i) => ({
      member,
      commitment,
      source: viaSignature(statements.commitments[i]!.signature),
    }))
    const sealed: RoundEvent = { type: 'sealed', digest, count, sealedAt: 1000 }
    return lived([...commitments(), ...events, sealed, { type: 'seal', rows }])
  }
})

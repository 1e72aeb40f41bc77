import { beforeAll, describe, expect, it } from 'vitest'
import { membersFraud, sealFraud } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { knownRound, withAttestations } from '../../../src/node/index.ts'
import type { NodeKnowledge } from '../../../src/node/index.ts'
import { initialRoundState, lowerHex, reduceRound, Verdict, viaSignature, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, RoundEvent, RoundPlan, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { TASK } from '../../support/judge/random-round.ts'
import { signedRound, signReceipt, signSeal } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

const STRANGER: Address = `0x${'bb'.repeat(20)}`

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
    const { facts, operator, operatorKey } = round.known
    return {
      facts: { ...facts, base: ZERO_HASH, timepoint: 1, operators: new Map(), spec: honest.spec },
      operator,
      operatorKey,
      record: undefined,
      self: undefined,
      own: undefined,
      conflicts: [],
      ...changes,
    }
  }

  /** The record that the operator serves. */
  function record(): RoundRecord {
    const { operator, operatorKey, statements } = round.known
    const of = <T extends { member: Address }>(list: readonly T[], member: Address): T | undefined =>
      list.find((one) => one.member === member)
    const rows = honest.rows.map(({ member, commitment }) => {
      const reveal = of(statements.reveals, member)
      const source = viaSignature(of(statements.commitments, member)!.signature)
      return { member, commitment, source, ...(reveal && { reveal }) }
    })
    const seal = { operator, operatorKey: operatorKey!, signature: statements.seals[0]!.signature }
    return { rows, seal, attestations: statements.attestations } as unknown as RoundRecord
  }

  /** The round as a node lived through it. */
  function lived(events: readonly RoundEvent[]): RoundState {
    const { facts, operator, operatorKey } = round.known
    const plan: RoundPlan = {
      task: TASK,
      round: 2n,
      openedAt: 1000,
      windows: { commit: 60, reveal: 60, attest: 60, post: 60, takeover: 60, challenge: 600 },
      base: ZERO_HASH,
      operator,
      operatorKey: operatorKey!,
      members: facts.members,
      totalStake: facts.totalStake,
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

  it('takes a receipt of its own member', async () => {
    const { member, commitment } = honest.rows[1]!
    const receipt: RoundEvent = {
      type: 'receipt',
      receipt: { by: 'operator', signature: await signReceipt(2n, member, commitment) },
    }
    const posted = { ...honest, rows: honest.rows.toSpliced(1, 1), members: honest.members - 1 }
    const own = lived([...commitments(), receipt])
    expect(await membersFraud(posted, knownRound(knowledge({ own, self: member })))).toMatchObject({
      functionName: 'proveOmission',
    })
    // The operator has none of its own.
    expect(knownRound(knowledge({ own })).statements.receipts).toEqual([])
    // Instead of a receipt, the chain may have taken the commitment: a fact, not a statement.
    const forced = lived([...commitments(), { type: 'receipt', receipt: { by: 'chain' } }])
    expect(knownRound(knowledge({ own: forced, self: member })).statements.receipts).toEqual([])
    const facts = { ...knowledge().facts, forced: new Map([[lowerHex(member), commitment]]) }
    expect(await membersFraud(posted, knownRound(knowledge({ own: forced, self: member, facts })))).toMatchObject({
      functionName: 'proveOmission',
    })
  })

  it('holds two seals of the operator that posted against each other, whatever they came from', async () => {
    const [first] = round.known.statements.seals
    const second = await signSeal(2n, honest.rows.slice(1))
    const conflict = { kind: 'seal', round: 2n, signer: round.known.operator, first: first!, second } as const
    expect(await sealFraud(knownRound(knowledge({ conflicts: [conflict] })))).toMatchObject({ functionName: 'proveEquivocation' })
    expect(await sealFraud(knownRound(knowledge({ conflicts: [{ ...conflict, signer: STRANGER }] })))).toBeUndefined()
    expect(await sealFraud(knownRound(knowledge({ conflicts: [{ ...conflict, kind: 'commitment' }] })))).toBeUndefined()
    // One that this node saw, and the one in the record.
    const rest = record()
    const other = { ...rest, rows: rest.rows.slice(1), seal: { ...rest.seal, signature: second.signature } }
    const own = sealedRound()
    expect(await sealFraud(knownRound(knowledge({ own, record: other })))).toMatchObject({ functionName: 'proveEquivocation' })
    expect(await sealFraud(knownRound(knowledge({ own, record: record() })))).toBeUndefined()
    // A record whose seal nobody signed is false, but no proof: it must not stand before those that are.
    const forged = { ...other, seal: { ...other.seal, signature: `0x${'11'.repeat(65)}` as const } }
    const rich = { ...honest, rows: honest.rows.with(0, { ...honest.rows[0]!, weight: 1n }) }
    expect(await membersFraud(rich, knownRound(knowledge({ own, record: forged })))).toMatchObject({
      functionName: 'proveCommitment',
    })
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
    const { operator, operatorKey, statements } = round.known
    const state = lived([...commitments(), ...events])
    const [{ root, signature }] = statements.seals as [(typeof statements.seals)[number]]
    const rows = honest.rows.map(({ member, slot, commitment }, i) => ({
      member,
      slot,
      commitment,
      source: viaSignature(statements.commitments[i]!.signature),
    }))
    return { ...state, seal: { rows, commitments: root, signature, operator, operatorKey: operatorKey!, sealedAt: 1000 } }
  }
})

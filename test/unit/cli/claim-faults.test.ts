import { describe, expect, it } from 'vitest'
import { lying } from '../../../cli/demo/claim-fault.ts'
import { claimFault, faultNames } from '../../../cli/demo/claim-faults.ts'
import { findFraud, leafFraud, sealParts } from '../../../src/judge/index.ts'
import type { Claim } from '../../../src/protocol/index.ts'
import type { RoundDuties } from '../../../src/node/index.ts'
import { randomRound } from '../../support/judge/random-round.ts'
import { signedRound } from '../../support/judge/signed-round.ts'

/** Rounds in which at least two members' updates count: there is somebody to favour at somebody's cost. */
const ROUNDS = Array.from({ length: 60 }, (_, seed) => randomRound(seed).honest).filter(
  ({ rows, ledger }) => rows.filter(({ beta, slot }) => beta > 1 && (ledger.get(slot)?.reward ?? 0n) > 1n).length >= 2,
)

describe('the lies of the demo', () => {
  it.each([
    ['aggregate', 'proveTransition', ['transitionRoot', 'modelRoot']],
    ['row', 'proveRow', ['transitionRoot']],
    ['gram', 'proveGram', ['gramRoot']],
    ['weights', 'proveTrace', ['membersRoot', 'traceRoot', 'transitionRoot', 'modelRoot']],
    ['ledger', 'proveLedger', ['ledgerRoot']],
    ['model', 'proveModel', ['modelRoot']],
    ['withhold', 'proveTransition', ['transitionRoot', 'modelRoot']],
  ] as const)('%s changes what it says and %s shows it', (name, proof, fields) => {
    expect(ROUNDS.length).toBeGreaterThan(5)
    for (const honest of ROUNDS) {
      const told = claimFault(name, honest.round).claim!(honest)
      const [truth, lie] = [sealParts(honest), sealParts(told)]
      const different = (Object.keys(truth) as (keyof Claim)[]).filter((field) => truth[field] !== lie[field])
      // Saturation may hide a weight from the model.
      expect(fields).toEqual(expect.arrayContaining(different))
      expect(different).toContain(fields[0])
      expect(leafFraud(told, honest)?.functionName).toBe(proof)
    }
  })

  it.each([
    ['inadmissible', 'proveReason'],
    ['weight', 'proveCommitment'],
    ['certificate', 'proveCertificate'],
  ] as const)('%s is in the rows, and %s shows it', async (name, proof) => {
    let told = 0
    for (let seed = 0; told < 5; seed++) {
      const { honest, known } = await signedRound(seed)
      const lie = claimFault(name, honest.round).claim!(honest)
      if (sealParts(lie).membersRoot === sealParts(honest).membersRoot) continue
      // One attestation may be enough in a round of few.
      const found = await findFraud(lie, known, honest)
      if (name === 'certificate' && found?.functionName !== proof) continue
      expect(found?.functionName).toBe(proof)
      told++
    }
  })

  it('appear in one round only', async () => {
    const spoken: bigint[] = []
    const honest: RoundDuties = {
      build: {
        build: async (_effect, { plan }) => {
          spoken.push(plan.round)
          return []
        },
      },
    }
    for (const name of faultNames) {
      const decorated = lying(claimFault(name, 3n))(honest, {} as never)
      for (const round of [2n, 4n])
        await decorated.build!.build!({ type: 'build', key: '' }, { plan: { round } } as never, new AbortController().signal)
    }
    expect(spoken).toEqual(faultNames.flatMap(() => [2n, 4n]))
  })

  it('leave the truth as it was', () => {
    const [honest] = ROUNDS
    const before = sealParts(honest!)
    for (const name of faultNames) claimFault(name, honest!.round).claim?.(honest!)
    expect(sealParts(honest!)).toEqual(before)
  })
})

import { describe, expect, it } from 'vitest'
import { findFraud, withRecipient } from '../../../src/judge/index.ts'
import { MUTATIONS, mutate } from '../../support/judge/mutations.ts'
import { randomOf } from '../../support/judge/random-round.ts'
import { signedRound } from '../../support/judge/signed-round.ts'

const SEEDS = [3, 8, 9, 21, 34, 84]

describe('findFraud', () => {
  it('finds nothing in honest claims', async () => {
    for (const seed of SEEDS) {
      const { honest, witness } = await signedRound(seed)
      expect(findFraud(honest, honest, witness), String(seed)).toBeUndefined()
      expect(findFraud({ ...honest, rows: [...honest.rows] }, honest), String(seed)).toBeUndefined()
    }
  })

  it('finds a proof against every lie', async () => {
    const untried = new Set(Object.keys(MUTATIONS))
    for (const seed of SEEDS) {
      const round = await signedRound(seed)
      for (const name of Object.keys(MUTATIONS)) {
        const posted = await mutate(round, name, randomOf(seed))
        if (!posted) continue
        untried.delete(name)
        // A row called inadmissible without reason is beyond any proof, unless the rest of the claim contradicts it.
        expect(findFraud(posted.parts, round.honest, posted.witness), `${seed} ${name}`).toBeDefined()
      }
    }
    expect([...untried].filter((name) => !/reference|decay|trust|nothing/.test(name))).toEqual([])
  }, 60_000)

  it('names the first wrong leaf, not what follows from it', async () => {
    const round = await signedRound(3)
    const proofOf = async (name: string): Promise<string | undefined> => {
      for (let seed = 0; ; seed++) {
        const posted = await mutate(round, name, randomOf(seed))
        if (posted) return findFraud(posted.parts, round.honest, posted.witness)?.functionName
      }
    }
    const names = ['trace: weights', 'consistent: gram', 'consistent: step', 'consistent: called unavailable']
    const lies = await Promise.all(names.map(proofOf))
    expect(lies).toEqual(['proveTrace', 'proveGram', 'proveTransition', 'proveExclusion'])
  })
})

describe('withRecipient', () => {
  it('names who earns the bounty and changes nothing else', () => {
    const recipient = `0x${'aa'.repeat(20)}` as const
    const proof = {
      functionName: 'proveOrder',
      args: [{ task: 1n, recipient: `0x${'00'.repeat(20)}` }, 'first', 'second'],
    } as const
    expect(withRecipient(proof, recipient)).toEqual({
      functionName: 'proveOrder',
      args: [{ task: 1n, recipient }, 'first', 'second'],
    })
  })
})

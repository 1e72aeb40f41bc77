import { describe, expect, it } from 'vitest'
import { findFraud, withRecipient } from '../../../src/judge/index.ts'
import { MUTATIONS, mutate } from '../../support/judge/mutations.ts'
import { randomOf } from '../../support/judge/random-round.ts'
import { signedRound, unsigned } from '../../support/judge/signed-round.ts'
import type { SignedRound } from '../../support/judge/signed-round.ts'

const SEEDS = [1, 3, 7, 8, 13, 24, 29, 32, 81, 84]
const rounds = new Map<number, Promise<SignedRound>>()

/** A round of which the chain took some commitments; signed once. */
function roundOf(seed: number): Promise<SignedRound> {
  const round = rounds.get(seed) ?? signedRound(seed, { isForced: (slot) => slot % 3 === 0 })
  rounds.set(seed, round)
  return round
}

describe('findFraud', () => {
  it('finds nothing in honest claims', async () => {
    for (const seed of SEEDS) {
      const { honest, known } = await roundOf(seed)
      expect(await findFraud(honest, known, honest), String(seed)).toBeUndefined()
      // Without a replay the updates are read, without statements only the chain is known.
      expect(await findFraud(honest, known), String(seed)).toBeUndefined()
      expect(await findFraud(honest, unsigned(known), honest), String(seed)).toBeUndefined()
    }
  })

  describe('finds a proof against every lie', () => {
    const untried = new Set(Object.keys(MUTATIONS))

    it.each(Object.keys(MUTATIONS))('%s', async (name) => {
      for (const seed of SEEDS) {
        const round = await roundOf(seed)
        const posted = await mutate(round, name, randomOf(seed))
        if (!posted) continue
        untried.delete(name)
        expect(await findFraud(posted.parts, posted.known, round.honest), String(seed)).toBeDefined()
      }
    })

    it('that the rounds have room for', () => {
      expect([...untried].filter((name) => !/reference|decay|trust|nothing/.test(name))).toEqual([])
    })
  })

  it('names the first wrong leaf, not what follows from it', async () => {
    const round = await signedRound(3)
    const proofOf = async (name: string): Promise<string | undefined> => {
      for (let seed = 0; ; seed++) {
        const posted = await mutate(round, name, randomOf(seed))
        if (posted) return (await findFraud(posted.parts, posted.known, round.honest))?.functionName
      }
    }
    const names = ['trace: weights', 'consistent: gram', 'consistent: step', 'consistent: called unavailable']
    const lies = await Promise.all(names.map(proofOf))
    expect(lies).toEqual(['proveTrace', 'proveGram', 'proveTransition', 'proveAvailability'])
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

import { expect, it } from 'vitest'
import { initialRoundState, phaseOf, PHASES, reduceRound } from '../../src/protocol/index.ts'
import type { RoundEvent, RoundState } from '../../src/protocol/index.ts'
import fc from '../support/fast-check.ts'
import { PLAN, roundEvent } from '../support/node/round-events.ts'

const isChain = (event: RoundEvent): event is Extract<RoundEvent, { type: 'chain' }> => event.type === 'chain'
const facts = roundEvent.filter(isChain)

it('whatever a node believed of a round, the chain decides what is posted, sealed and forced', () => {
  fc.assert(
    fc.property(fc.array(roundEvent, { maxLength: 30 }), facts, (events, chain) => {
      const before = events.reduce(reduceRound, initialRoundState(PLAN))
      const state = reduceRound(before, chain)
      expect(state.posted?.claimHash).toBe(chain.posted?.claimHash)
      expect(state.sealed?.digest).toBe(chain.sealed?.digest)
      if (state.replay) expect(state.replay.claimHash).toBe(chain.posted?.claimHash)
      if (!chain.sealed && !chain.posted) {
        const via = [...state.commitments].filter(([, { source }]) => source.via === 'chain')
        for (const [member, { commitment }] of via) expect(chain.forced).toContainEqual({ member, commitment })
      }
      expect(PHASES).toContain(phaseOf(state))
      expect(reduceRound(state, chain)).toEqual(state)
    }),
    { numRuns: 500 },
  )
})

it('what members and this node said stays', () => {
  const said = ({ own, receipts, held }: RoundState) => ({ own, receipts, held })
  const signed = ({ commitments }: RoundState) => [...commitments].filter(([, { source }]) => source.via === 'signature')
  fc.assert(
    fc.property(fc.array(roundEvent, { maxLength: 30 }), facts, (events, chain) => {
      const before = events.reduce(reduceRound, initialRoundState(PLAN))
      const state = reduceRound(before, chain)
      expect(said(state)).toEqual(said(before))
      expect(signed(state)).toEqual(signed(before))
    }),
    { numRuns: 500 },
  )
})

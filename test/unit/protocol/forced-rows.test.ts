import { describe, expect, it } from 'vitest'
import { rowsToSeal, seal } from '../../../src/node/duties/seal.ts'
import { decide, initialRoundState, reduceRound, selfWith, VIA_CHAIN, viaSignature } from '../../../src/protocol/index.ts'
import type { CommitmentSource, RoundEvent, RoundState } from '../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../support/node/round-events.ts'

const operator = selfWith(PLAN.operator, ['seal', 'build', 'post'])
const commitment = (n: number, source: CommitmentSource = viaSignature(SIGNATURE), value = n): RoundEvent => ({
  type: 'commitment',
  member: address(n),
  commitment: hash(value),
  source,
})
const forced = (n: number, value = n): { member: `0x${string}`; commitment: `0x${string}` } => ({
  member: address(n),
  commitment: hash(value),
})
const after = (events: readonly RoundEvent[], from: RoundState = initialRoundState(PLAN)): RoundState =>
  events.reduce(reduceRound, from)
const listed = (state: RoundState): RoundState =>
  after([{ type: 'list', rows: rowsToSeal(state), known: state.commitments.size }], state)
const types = (state: RoundState): string[] => decide(state, operator).map(({ type }) => type)

/** A row that only the chain vouches for makes a claim false when a reorganisation undoes the transaction that forced it. */
describe('R5: commitments that were forced on chain', () => {
  const three = [commitment(1), commitment(2), commitment(3)]

  it('leave the list when a reorganisation undoes them', () => {
    const sealing = listed(after([...three, commitment(4, VIA_CHAIN), { type: 'tick', now: 1060 }]))
    expect(types(sealing)).toEqual(['seal'])
    const undone = after([{ type: 'chain', forced: [] }], sealing)
    expect(types(undone)).toEqual(['list'])
    expect(listed(undone).list!.map(({ member }) => member)).toEqual([1, 2, 3].map(address))
    expect(types(listed(undone))).toEqual(['seal'])
  })

  it('are replaced in the list by what the chain has instead', () => {
    const sealing = listed(after([...three, commitment(4, VIA_CHAIN), { type: 'tick', now: 1060 }]))
    const other = after([{ type: 'chain', forced: [forced(4, 9)] }], sealing)
    expect(types(other)).toEqual(['list'])
    expect(listed(other).list!.at(-1)).toEqual({ ...forced(4, 9), source: VIA_CHAIN })
    expect(types(listed(other))).toEqual(['seal'])
  })

  it('let the round wait for the end of the commit window: the chain compares an early seal with no forced set', () => {
    const all = after([...three, commitment(4, VIA_CHAIN), { type: 'tick', now: 1050 }])
    expect(types(all)).toEqual([])
    expect(types(after([{ type: 'tick', now: 1060 }], all))).toEqual(['list'])
    const signed = after([...three, commitment(4), { type: 'tick', now: 1050 }])
    expect(types(signed)).toEqual(['list'])
    expect(types(listed(signed))).toEqual(['seal'])
  })
})

describe('the list', () => {
  it('has a row of every commitment that is known when it takes effect', () => {
    const state = after([commitment(1), commitment(2), { type: 'tick', now: 1060 }])
    const rows = rowsToSeal(state)
    const meanwhile = after([commitment(3)], state)
    expect(after([{ type: 'list', rows, known: 2 }], meanwhile).list).toBeUndefined()
    expect(types(meanwhile)).toEqual(['list'])
    expect(listed(meanwhile).list).toHaveLength(3)
  })
})

describe('a round that a reorganisation opened anew', () => {
  it('seals no commitment that was signed with a key of the first snapshot', async () => {
    const state = after([commitment(1), commitment(2), commitment(3), { type: 'tick', now: 1060 }])
    const ports = { task: { id: PLAN.task, domain: { chainId: 1, ledger: address(7) } } }
    const duty = seal(ports as never, {} as never)
    // Nobody's key made these signatures.
    await expect(duty.list!({ type: 'list', key: '' }, state, new AbortController().signal)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
  })
})

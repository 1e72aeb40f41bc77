import { describe, expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../../src/core/index.ts'
import { voidRound } from '../../../../src/node/index.ts'
import type { VoidOptions } from '../../../../src/node/index.ts'
import { initialRoundState, reduceRound, ZERO_HASH } from '../../../../src/protocol/index.ts'
import type { Hash } from '../../../../src/protocol/index.ts'
import { hash, PLAN, SIGNATURE } from '../../../support/node/round-events.ts'

const signal = new AbortController().signal
const [one, two] = PLAN.members.map(({ member }) => member) as [`0x${string}`, `0x${string}`]
const state = [one, two].reduce(
  (so, member) => reduceRound(so, { type: 'void', member, claimHash: ZERO_HASH, signature: SIGNATURE }),
  initialRoundState(PLAN),
)
const effect = { type: 'void', key: 'void', claimHash: ZERO_HASH } as const

/** The handler of a node, and what it slept and told. */
function handler(send: VoidOptions['send']) {
  const told: unknown[] = []
  const duty = voidRound(
    { logger: silentLogger },
    {
      self: `0x${'99'.repeat(20)}`,
      send,
      events: { emit: (event) => void told.push(event) },
      clock: { sleep: async () => {} },
    },
  )
  return { told, run: async (about: { type: 'void'; key: string; claimHash: Hash } = effect) => duty.void!(about, state, signal) }
}

describe('a round that a quorum of the stake wants to end', () => {
  it('is voided on chain with the statements about its claim, and with no others', async () => {
    const sent: unknown[] = []
    const { told, run } = handler(async (call) => void sent.push(call))
    expect(await run()).toEqual([])
    const voids = [one, two].map((member) => ({ member: member.toLowerCase(), signature: SIGNATURE }))
    expect(sent).toEqual([{ round: PLAN.round, claimHash: ZERO_HASH, voids }])
    expect(told).toEqual([{ event: 'voided', round: PLAN.round }])
    await run({ ...effect, claimHash: hash(5) })
    expect(sent[1]).toMatchObject({ voids: [] })
  })

  it('is left to a node that was faster; an outage is tried again', async () => {
    const failing = (code: 'TRANSACTION_REVERTED' | 'RPC_UNREACHABLE') =>
      handler(async () => {
        throw new QuorateError(code, 'no')
      })
    const beaten = failing('TRANSACTION_REVERTED')
    expect(await beaten.run()).toEqual([])
    expect(beaten.told).toEqual([])
    await expect(failing('RPC_UNREACHABLE').run()).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
  })
})

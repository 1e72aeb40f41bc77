import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { Conflicts, turnOf } from '../../../src/node/index.ts'
import { initialRoundState, reduceRound, signStatement, VIA_CHAIN, viaSignature, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { CommitmentMessage, Hash, RoundEvent, RoundPlan } from '../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'22'.repeat(32)}`)
const member = `0x${'aa'.repeat(20)}` as const
const operator = `0x${'bb'.repeat(20)}` as const
const domain = { chainId: 31337, ledger: `0x${'cc'.repeat(20)}` as const }
const plan: RoundPlan = {
  task: 1n,
  round: 7n,
  openedAt: 1000,
  windows: { commit: 60, reveal: 60, attest: 60, post: 60, takeover: 60, challenge: 600 },
  base: ZERO_HASH,
  operator,
  operatorKey: account.address,
  members: [{ member, operatorKey: account.address, slot: 0, stake: 1n }],
  totalStake: 1n,
  quorumBps: 6667,
}

const hash = (byte: string): Hash => `0x${byte.repeat(32)}`

async function commitment(value: Hash, signer = account): Promise<CommitmentMessage> {
  const body = { task: 1n, round: 7n, member, commitment: value }
  return { kind: 'commitment', ...body, signature: await signStatement(domain, 'Commitment', body, signer) }
}

function eventOfCommitment({ commitment: hash, signature }: CommitmentMessage): Extract<RoundEvent, { type: 'commitment' }> {
  return { type: 'commitment', member, commitment: hash, source: viaSignature(signature) }
}

function conflicts(): Conflicts {
  return new Conflicts({ domain, task: 1n, journal: createMemoryJournal(), keyOf: () => account.address })
}

describe('contradictory statements', () => {
  it('are kept, both of them, once', async () => {
    const [first, second] = [await commitment(hash('01')), await commitment(hash('02'))]
    const state = reduceRound(initialRoundState(plan), eventOfCommitment(first))
    const kept = conflicts()
    expect(await kept.note(state, first)).toBeUndefined()
    const found = await kept.note(state, second)
    expect(found).toMatchObject({
      kind: 'commitment',
      round: 7n,
      signer: member,
      first: { root: first.commitment, signature: first.signature },
      second: { root: second.commitment, signature: second.signature },
    })
    expect(await kept.note(state, second)).toBeUndefined()
    expect(kept.of(7n)).toEqual([found])
    expect(kept.of(8n)).toEqual([])
  })

  it("are nothing without the signer's own signature under both", async () => {
    const forged = await commitment(hash('02'), stranger)
    const first = await commitment(hash('01'))
    const state = reduceRound(initialRoundState(plan), eventOfCommitment(first))
    expect(await conflicts().note(state, forged)).toBeUndefined()
    const forced = reduceRound(initialRoundState(plan), { ...eventOfCommitment(first), source: VIA_CHAIN })
    expect(await conflicts().note(forced, await commitment(hash('02')))).toBeUndefined()
  })
})

describe('turns', () => {
  it('give every member another place, and somebody the first', () => {
    const members = Array.from({ length: 6 }, (_, i) => `0x${String(i).repeat(40)}` as const)
    const turns = members.map((one) => turnOf(hash('0d'), one, members))
    expect(Math.min(...turns)).toBe(0)
    expect(new Set(turns).size).toBe(6)
    expect(turnOf(hash('0d'), member, [])).toBe(0)
  })
})

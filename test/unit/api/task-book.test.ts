import { describe, expect, it } from 'vitest'
import type { ApiNode } from '../../../src/api/reading/api-node.ts'
import { TaskBook } from '../../../src/api/reading/task-book.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash } from '../../../src/protocol/index.ts'
import { hashOf } from '../aggregation/fixtures.ts'

const OPERATOR: Address = `0x${'01'.repeat(20)}`
const MEMBER: Address = `0x${'02'.repeat(20)}`
const TASK = 1n

/** A task by its events, written one after the other, each in a block of its own. */
class Script {
  readonly history = new ClaimHistory()
  #block = 0n

  tell(event: object): this {
    const at = { blockNumber: ++this.#block, blockHash: ZERO_HASH, transactionHash: hashOf(Number(this.#block)), logIndex: 0 }
    this.history.apply({ task: TASK, ...event, ...at } as unknown as LedgerEvent)
    return this
  }

  open(round: bigint): this {
    return this.tell({ type: 'opened', round, operator: OPERATOR, operatorKey: OPERATOR, openedAt: Number(round) })
  }

  post(round: bigint): this {
    const claim = { parent: claimHashOf(round - 1n), ledgerTotal: round } as Claim
    return this.tell({ type: 'posted', round, claimHash: claimHashOf(round), operator: OPERATOR, claim })
  }

  book(): TaskBook {
    const refuse = (): never => {
      throw new Error('the chain was asked')
    }
    const about = { chain: new Proxy({}, { get: refuse }), contracts: {}, task: TASK, fromBlock: 0n }
    return new TaskBook({ history: this.history, about: about as unknown as ApiNode['about'] })
  }
}

const claimHashOf = (round: bigint): Hash => hashOf(Number(round), 7)

describe('the book of a task', () => {
  it('has what the node has forgotten', async () => {
    const script = new Script().tell({ type: 'slotAssigned', owner: MEMBER, slot: 0, fee: 3n })
    const book = script.book()
    for (let round = 1n; round <= 300n; round++) {
      script.open(round).post(round)
      script.tell({ type: 'claimed', member: MEMBER, round, amount: 1n, cumulative: round })
      if (round % 20n === 0n) await book.picture()
    }
    const before = await book.picture()
    script.history.forget(300n)
    expect(script.history.begin()).toBeDefined()
    const after = await book.picture()
    expect([...after.rounds.keys()]).toEqual([...before.rounds.keys()])
    expect(after.claims).toHaveLength(300)
    expect(after.earlierClaims).toBe(0)
    script.open(301n).tell({ type: 'claimed', member: MEMBER, round: 300n, amount: 1n, cumulative: 301n })
    const { rounds, totals } = await book.picture()
    expect(rounds.get(301n)).toMatchObject({ outcome: 'open' })
    expect(totals.accounts.get(MEMBER)).toMatchObject({ paid: 301n, fees: 3n })
  })

  it('a rejection drops the claims after it, and names who paid', async () => {
    const script = new Script()
    for (const round of [1n, 2n, 3n]) script.open(round).post(round)
    script.open(4n)
    script.tell({ type: 'slashed', owner: OPERATOR, taken: 50n, bounty: 10n, burned: 40n, recipient: MEMBER })
    script.tell({
      type: 'rejected',
      round: 2n,
      claimHash: claimHashOf(2n),
      operator: OPERATOR,
      penalty: 50n,
      recipient: MEMBER,
      bounty: 10n,
    })
    const { rounds, claims, totals } = await script.book().picture()
    expect([...rounds.values()].map(({ outcome }) => outcome)).toEqual(['posted', 'rejected', 'void', 'void'])
    expect(claims.map(({ round }) => round)).toEqual([1n])
    expect(totals.punishments).toMatchObject([{ type: 'rejected', round: 2n, account: OPERATOR, penalty: 50n, burned: 40n }])
    expect(totals.accounts.get(OPERATOR)).toMatchObject({ slashed: 50n })
    expect(totals.accounts.get(MEMBER)).toMatchObject({ bounties: 10n })
  })

  it('events of other tasks do not count, and a reorganisation takes its events back', async () => {
    const script = new Script()
      .open(1n)
      .tell({ type: 'claimed', task: 2n, member: MEMBER, round: 1n, amount: 9n, cumulative: 9n })
    const book = script.book()
    expect((await book.picture()).totals.accounts.size).toBe(0)
    script.post(1n)
    expect((await book.picture()).claims).toHaveLength(1)
    script.history.apply({ type: 'reorg', toBlock: 2n } as never)
    expect((await book.picture()).claims).toHaveLength(0)
    expect((await book.picture()).rounds.get(1n)).toMatchObject({ outcome: 'open' })
  })
})

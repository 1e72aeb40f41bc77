import { expect, it } from 'vitest'
import { NodeFacts } from '../../../src/api/reading/node-facts.ts'
import type { TaskPicture } from '../../../src/api/reading/task-book.ts'
import type { TaskReader } from '../../../src/api/reading/task-reader.ts'
import { addTotals, noTotals } from '../../../src/api/reading/task-totals.ts'
import { disputesSchema } from '../../../src/api/schemas.ts'
import { disputesView } from '../../../src/api/views/disputes-view.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { ChainCache } from '../../../src/api/reading/chain-cache.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { NodeEvents } from '../../../src/node/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { hashOf } from '../aggregation/fixtures.ts'

const OPERATOR: Address = `0x${'01'.repeat(20)}`
const WATCHER: Address = `0x${'02'.repeat(20)}`
const MEMBER: Address = `0x${'03'.repeat(20)}`
const [CLAIM, OTHER, PROOF, FINE] = [hashOf(1), hashOf(2), hashOf(3), hashOf(4)]

it('disputes: what this node told beside what the chain decided', async () => {
  const at = (transactionHash: string): object => ({ blockNumber: 9n, blockHash: hashOf(9), logIndex: 0, transactionHash })
  const totals = noTotals()
  addTotals(totals, [
    { type: 'slashed', task: 1n, owner: OPERATOR, taken: 50n, bounty: 10n, burned: 40n, recipient: WATCHER, ...at(PROOF) },
    {
      type: 'rejected',
      task: 1n,
      round: 2n,
      claimHash: CLAIM,
      operator: OPERATOR,
      penalty: 50n,
      recipient: WATCHER,
      bounty: 10n,
      ...at(PROOF),
    },
    { type: 'penalised', task: 1n, round: 3n, account: MEMBER, penalty: 5n, recipient: WATCHER, bounty: 1n, ...at(FINE) },
  ] as LedgerEvent[])
  const events = new NodeEvents(silentLogger)
  const facts = new NodeFacts(events, { now: () => 100 })
  events.emit({ event: 'mismatch', round: 2n, claimHash: CLAIM, reason: 'modelRoot' })
  events.emit({
    event: 'courtRequest',
    round: 2n,
    claimHash: CLAIM,
    id: hashOf(5),
    kind: 2,
    tree: 2,
    level: 0,
    index: 4n,
    deadline: 77,
  })
  events.emit({ event: 'unfunded', round: 4n, claimHash: OTHER, code: 'INSUFFICIENT_FUNDS', address: WATCHER })
  events.emit({
    event: 'fraud',
    round: 2n,
    claimHash: CLAIM,
    operator: OPERATOR,
    proof: 'proveStep',
    by: WATCHER,
    recipient: WATCHER,
    gas: 123n,
    estimatedGas: 120n,
    transaction: PROOF,
    block: 9n,
    operatorSlashed: 50n,
    bounty: 10n,
    burned: 40n,
  })
  events.emit({ event: 'disputed', round: 4n, claimHash: OTHER, reason: 'nobody serves the evidence' })
  expect(facts.waits()).toMatchObject([{ duty: 'dispute', since: 100 }])
  const picture = { rounds: new Map(), claims: [], earlierClaims: 0, totals } satisfies TaskPicture
  const reader = {
    picture: async () => picture,
    cache: new ChainCache(() => 9n),
    node: { about: { chain: { publicClient: { getBlock: async () => ({ timestamp: 99n }) } } } },
  } as unknown as TaskReader
  const view = await disputesView(reader, facts)
  expect(disputesSchema.parse(view)).toEqual(view)
  expect(view.disputes).toMatchObject([
    { round: '4', state: 'open', reasons: ['nobody serves the evidence'], proof: null },
    {
      round: '2',
      state: 'rejected',
      operator: OPERATOR,
      reasons: ['modelRoot'],
      courtRequests: [{ kind: 'leaf', tree: 'trace', index: '4' }],
      proof: { proof: 'proveStep', by: WATCHER, gas: '123', slashed: '50', bounty: '10', burned: '40', time: 99 },
    },
  ])
  // Another account sent the proof of the fine: its gas is not known here.
  expect(view.penalties).toMatchObject([{ account: MEMBER, penalty: '5', burned: '4', gas: null, kind: null, transaction: FINE }])
  events.emit({ event: 'disputeEnded', round: 4n, claimHash: OTHER, outcome: 'sound' })
  expect((await disputesView(reader, facts)).disputes[0]!.state).toBe('sound')
  expect(facts.waits()).toEqual([])
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCurrentRound, readKeyAt, registerKeys, signKeyConsent } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { ChainFeed } from '../../../src/node/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { plansOpened } from '../../support/node/plans-opened.ts'
import type { RoundPlan } from '../../../src/protocol/index.ts'
import { enrol, openTask, peerKeyOf, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  await enrol(on, 3, 'member')
  task = await openTask(on)
}, 60_000)

afterAll(() => on[Symbol.asyncDispose]())

/** What a node that starts now takes the open round to be. */
async function planOf(): Promise<RoundPlan> {
  const opened: RoundPlan[] = []
  const feed = new ChainFeed({
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
    chain: on.chain,
    contracts: on.contracts,
    task,
    self: on.sender(9).address,
    journal: createMemoryJournal(),
    history: new ClaimHistory(),
    rounds: plansOpened(opened),
    catchUp: async () => {},
    logger: silentLogger,
  })
  await feed.refresh()
  return opened[0]!
}

it('takes the keys of a round from its snapshot, as the judge does, when they are rotated in the round', async () => {
  const { chain, contracts } = on
  const { vault } = contracts
  for (const index of [1, 3]) {
    const owner = on.sender(index).address
    const { account, address: operatorKey } = on.hot(10 + index)
    const peerKey = peerKeyOf(index)
    const consent = await signKeyConsent({ chainId: chain.chainId, vault, owner, peerKey, account })
    await registerKeys(on.sender(index), { vault, operatorKey, peerKey, consent })
  }
  await on.pass(2)
  const plan = await planOf()
  expect(plan.operatorKey).toBe(on.hot(1).address)
  expect(plan.members.map(({ operatorKey }) => operatorKey)).toEqual([on.hot(3).address])
  const { snapshot } = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  expect(await readKeyAt(chain, { vault, owner: on.sender(1).address, timepoint: snapshot })).toBe(plan.operatorKey)
  const { timestamp } = await chain.publicClient.getBlock()
  const later = await readKeyAt(chain, { vault, owner: on.sender(1).address, timepoint: Number(timestamp) - 1 })
  expect(later).toBe(on.hot(11).address)
})

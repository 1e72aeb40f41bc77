import { expect, it } from 'vitest'
import type { LedgerEvent, ReportedHead } from '../../../../src/chain/index.ts'
import { silentLogger } from '../../../../src/core/index.ts'
import { ChainFeed } from '../../../../src/node/index.ts'
import { ClaimHistory } from '../../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { hash } from '../../../support/node/round-events.ts'

/** A feed that has not begun: it reads nothing from a chain. */
function feed(): { feed: ChainFeed; settled: bigint[] } {
  const settled: bigint[] = []
  const rounds = { settle: (round: bigint) => void settled.push(round) }
  const options = { rounds, history: new ClaimHistory(), journal: createMemoryJournal(), logger: silentLogger, task: 1n }
  return { feed: new ChainFeed(options as never), settled }
}

const finalized = (round: bigint, blockNumber: bigint): LedgerEvent => ({
  type: 'finalized',
  task: 1n,
  round,
  claimHash: hash(Number(round)),
  stake: 300n,
  blockNumber,
  blockHash: hash(1),
  transactionHash: hash(2),
  logIndex: 0,
})
const head = (number: bigint): ReportedHead => ({ number, hash: hash(3), timestamp: 0, disturbed: false })

it('tells the rounds what quorums made final, once no reorganisation undoes it', async () => {
  const node = feed()
  await node.feed.onEvent(finalized(47n, 1000n))
  await node.feed.onEvent(finalized(95n, 1100n))
  await node.feed.onHead(head(1063n))
  expect(node.settled).toEqual([])
  await node.feed.onHead(head(1064n))
  expect(node.settled).toEqual([47n])
  await node.feed.onHead(head(5000n))
  await node.feed.onHead(head(5001n))
  expect(node.settled).toEqual([47n, 95n])
})

it('tells nothing of what a reorganisation undid', async () => {
  const node = feed()
  await node.feed.onEvent(finalized(47n, 1000n))
  await node.feed.onEvent(finalized(95n, 1003n))
  await node.feed.onEvent({ type: 'reorg', toBlock: 1002n })
  await node.feed.onHead(head(2000n))
  expect(node.settled).toEqual([47n])
})

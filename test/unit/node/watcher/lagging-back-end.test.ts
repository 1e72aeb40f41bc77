import { expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../../src/core/index.ts'
import type { TransactionSender } from '../../../../src/chain/index.ts'
import { Watcher } from '../../../../src/node/index.ts'
import { ZERO_HASH } from '../../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { recordedEvents } from '../../../support/events.ts'
import { roundChain } from '../../../support/node/round-chain.ts'

/** In the order of the ledger's enum: the round is open, so it has no claim. */
const OPEN = 1

it('a dispute does not end because a back end has not seen the claim, but when the node sees that the claim fell', async () => {
  const [first] = (await roundChain(1)).rounds
  const { events, told } = recordedEvents()
  let asked = 0
  // A back end that lags behind the posting.
  const readContract = async () => {
    asked++
    return { status: OPEN, claimHash: ZERO_HASH }
  }
  const sender = { chain: { publicClient: { readContract } }, address: `0x${'01'.repeat(20)}` } as unknown as TransactionSender
  const address = `0x${'02'.repeat(20)}` as const
  let stands = true
  const watcher = new Watcher({
    contracts: { ledger: address, vault: address, token: address, distributor: address, judge: address } as never,
    task: 1n,
    sender,
    recipient: address,
    investigate: async () => Promise.reject(new Error('nothing is investigated of a claim that fell')),
    stands: () => {
      // The watcher of the ledger reports the rejection after the third look.
      if (asked >= 3) stands = false
      return stands
    },
    journal: createMemoryJournal(),
    events,
    logger: silentLogger,
    metrics: noMetrics,
    retryMs: 1,
  })
  const { round, claimHash, claim, operator } = first!.posted
  await watcher.start()
  watcher.dispute({ round, claimHash, claim, operator })
  await watcher.settled()
  expect(asked).toBe(3)
  expect(told).toMatchObject([{ event: 'disputeEnded', outcome: 'rejected' }])
  await watcher.stop()
})

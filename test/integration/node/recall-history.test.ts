import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCurrentRound, readLedgerEvents } from '../../../src/chain/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { recallHistory } from '../../../src/node/claims/recall-history.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import { claimOn, enrol, hotSender, openTask, sealAndPost, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let task: bigint
let events: LedgerEvent[]
const { signal } = new AbortController()

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  for (const index of [2, 3]) await enrol(on, index, 'member')
  task = await openTask(on)
  const { ledger } = on.contracts
  let { parent } = await readCurrentRound(on.chain, { ledger, task })
  for (let round = 1n; round <= 3n; round++) {
    const claim = claimOn(parent, { members: 2 })
    await sealAndPost(hotSender(on, 1), { ledger, task, round, claim })
    parent = claimHash(task, round, claim)
  }
  events = await readLedgerEvents(on.chain, { ...range(), toBlock: await on.chain.publicClient.getBlockNumber() })
})
afterAll(async () => on[Symbol.asyncDispose]())

const range = () => ({ contracts: on.contracts, task, fromBlock: on.deployment.fromBlock, signal })

/** A history that begins with an event of the chain, as it says. */
function historyFrom(...begins: (LedgerEvent | undefined)[]) {
  const told: LedgerEvent[][] = []
  let held = 0
  const history = {
    begin: () => (begins.length > 1 ? begins.shift() : begins[0]),
    remember: (older: readonly LedgerEvent[]) => void told.push([...older]),
    hold() {
      held++
      return { [Symbol.dispose]: () => void held-- }
    },
  }
  return { history, told, held: () => held }
}

it('reads exactly what comes before the first event that is remembered, and holds the history', async () => {
  // A round opens in the transaction that posts the claim before it.
  const at = events.findIndex((event) => event.type === 'opened' && event.round === 3n)
  expect(events[at - 1]).toMatchObject({ type: 'posted', round: 2n, blockNumber: events[at]!.blockNumber })
  const { history, told, held } = historyFrom(events[at])
  const whole = await recallHistory(history, { chain: on.chain, ...range() })
  expect(told).toEqual([events.slice(0, at)])
  expect(held()).toBe(1)
  whole[Symbol.dispose]()
  expect(held()).toBe(0)
})

it('reads nothing where nothing was forgotten, or a reorganisation changed the history meanwhile', async () => {
  for (const begins of [[undefined], [events[5], undefined]]) {
    const { history, told } = historyFrom(...begins)
    const whole = await recallHistory(history, { chain: on.chain, ...range() })
    whole[Symbol.dispose]()
    expect(told).toEqual([])
  }
})

it('does not hold the history when the chain cannot be read', async () => {
  const { history, held } = historyFrom(events[5])
  const recalled = recallHistory(history, { chain: on.chain, ...range(), signal: AbortSignal.abort() })
  await expect(recalled).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(held()).toBe(0)
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCurrentRound, readRound, readSeat, takeSeat, voidWithQuorum } from '../../../src/chain/index.ts'
import { claimHash, signStatement, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex } from '../../../src/protocol/index.ts'
import { claimOn, enrol, hotSender, openTask, sealAndPost, startTestChain, WINDOWS } from './harness.ts'
import type { TestChain } from './harness.ts'

const MEMBERS = [2, 3, 4]
let on: TestChain
let task: bigint

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  for (const index of MEMBERS) await enrol(on, index, 'member')
  task = await openTask(on)
}, 60_000)
afterAll(async () => on[Symbol.asyncDispose]())

async function voids(members: readonly number[], round: bigint, claim: Hash): Promise<{ member: Address; signature: Hex }[]> {
  const domain = { chainId: on.chain.chainId, ledger: on.contracts.ledger }
  return Promise.all(
    members.map(async (index) => ({
      member: on.sender(index).address,
      signature: await signStatement(domain, 'Void', { task, round, claim }, on.hot(index).account),
    })),
  )
}

it('ends an open round with a quorum of the stake, at no cost to anybody', async () => {
  const { ledger } = on.contracts
  const call = { ledger, task, round: 1n, claimHash: ZERO_HASH }
  const two = await voids([2, 3], 1n, ZERO_HASH)
  await expect(voidWithQuorum(on.sender(9), { ...call, voids: two })).rejects.toMatchObject({
    details: { error: 'QuorumMissed' },
  })
  await voidWithQuorum(on.sender(9), { ...call, voids: await voids(MEMBERS, 1n, ZERO_HASH) })
  expect(await readCurrentRound(on.chain, { ledger, task })).toMatchObject({ state: 'empty', round: 2n })
  expect(await readSeat(on.chain, { ledger, task, operator: on.sender(1).address })).toMatchObject({ fails: 2 })
})

it('drops a claim that is not final, with the statements about it', async () => {
  const { ledger } = on.contracts
  const operator = hotSender(on, 1)
  // It waits for what is held against it.
  await on.pass(3 * WINDOWS.post + 1)
  await takeSeat(operator, { ledger, task })
  await on.pass(WINDOWS.commit)
  const { parent } = await readCurrentRound(on.chain, { ledger, task })
  const claim = claimOn(parent)
  await sealAndPost(operator, { ledger, task, round: 2n, claim })
  const about = claimHash(task, 2n, claim)
  await voidWithQuorum(on.sender(9), { ledger, task, round: 2n, claimHash: about, voids: await voids(MEMBERS, 2n, about) })
  expect(await readRound(on.chain, { ledger, task, round: 2n })).toMatchObject({ status: 'void' })
  expect(await readCurrentRound(on.chain, { ledger, task })).toMatchObject({ state: 'empty', round: 4n, parent })
})

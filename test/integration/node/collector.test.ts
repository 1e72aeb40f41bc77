import { parseEther } from 'viem'
import { expect, it } from 'vitest'
import { readOwed, readTokenBalance, TransactionSender } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import { Collector } from '../../../src/node/watcher/collector.ts'
import { claimOn, enrol, genesis, openTask, reject, sealAndPost, startTestChain } from '../chain/harness.ts'

it('collects a bounty that the vault owes', async () => {
  await using on = await startTestChain()
  const { chain, contracts, sender } = on
  const { ledger, vault, token } = contracts
  await enrol(on, 1, 'operator')
  const watcher = sender(9)
  const task = await openTask(on)
  await on.pass(61)
  const operator = new TransactionSender({ chain, account: on.hot(1).account })
  await sealAndPost(operator, { ledger, task, round: 1n, claim: claimOn(claimHash(task, 0n, genesis), { members: 0 }) })
  await reject(on, { task, round: 1n, recipient: watcher.address })
  const account = watcher.address
  const owed = await readOwed(chain, { keeper: vault, account })
  expect(owed).toBeGreaterThan(parseEther('1'))
  const options = { sender: watcher, keepers: async () => [vault], accounts: [account], logger: silentLogger }
  const collector = new Collector(options)
  await collector.collectAll()
  expect(await readTokenBalance(chain, { token, owner: account })).toBe(owed)
  expect(await readOwed(chain, { keeper: vault, account })).toBe(0n)
  await collector.collectAll()
})

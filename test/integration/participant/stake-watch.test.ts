import { expect, it } from 'vitest'
import { leaveTask, releaseStake, readVault } from '../../../src/chain/index.ts'
import { StartChain, Started } from '../../support/node/start-chain.ts'

it('a member that left is told once, and its node ends with a code when it has no stake any more', async () => {
  await using world = await StartChain.make()
  const { on, task } = world
  await using operator = await world.coordinator(new Started())
  const started = new Started()
  await using member = await world.member(started, [{ address: operator.address, caPath: operator.certificatePath }])
  const owner = on.sender(2)
  const { vault } = on.contracts

  await leaveTask(owner, { vault, task })
  expect(await started.waits('has left')).toContain(`this member has left task ${task}: it takes part in no new round`)

  const { unbondingDelay } = await readVault(on.chain, { vault })
  await on.pass(unbondingDelay + 1)
  await releaseStake(owner, { vault, task })
  const error = await member.gone
  expect(error).toMatchObject({ code: 'KEY_NOT_BONDED', exitCode: 4, details: { member: member.member, task } })
  // As often as the node looked: each reason was told once.
  expect(started.reasons.filter((reason) => reason.includes('has left'))).toHaveLength(1)
  expect(started.reasons.filter((reason) => reason.includes('has no stake'))).toHaveLength(1)
})

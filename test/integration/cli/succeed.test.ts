import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintDevelopmentTokens, readTask } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import { decodeSpec } from '../../../src/protocol/index.ts'
import { crowdWorld, playRound, WINDOWS } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'

const FOUNDER = 6

let world: CrowdWorld
let folder: string

beforeAll(async () => {
  world = await crowdWorld({ count: 8, committee: 80 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-succeed-'))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** The last line of what `quorate task succeed` says. */
async function succeed(...args: string[]): Promise<Record<string, unknown>> {
  const { on, task, operator } = world
  const about = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger, '--key-file', join(folder, 'founder.key')]
  const of = ['--task', String(task), '--state', operator.folder, '--out', join(folder, 'next')]
  const { last } = await runQuorate('task', 'succeed', ...about, ...of, ...args)
  return last
}

it('anybody with the data of a node goes on from the newest final model of its task, under other terms', async () => {
  const { on, task, operator } = world
  const { chain, contracts, governor } = on
  const { ledger, token } = contracts
  await createKeyFile(join(folder, 'founder.key'), on.anvil.accounts[FOUNDER]!.privateKey)
  await mintDevelopmentTokens(governor, { token, to: on.sender(FOUNDER).address, amount: parseEther('10') })

  await playRound(world)
  // No claim is final yet.
  expect(await succeed()).toMatchObject({ ok: false, code: 'ROUND_NOT_FINAL' })
  await on.pass(WINDOWS.challenge)
  const made = await succeed('--reward', '0.25', '--rounds', '4', '--committee', '0')
  expect(made).toMatchObject({ event: 'task', ok: true, predecessor: String(task) })

  const next = BigInt(made['task'] as string)
  expect(await readTask(chain, { ledger, task: next })).toMatchObject({
    founder: on.sender(FOUNDER).address,
    predecessor: task,
    predecessorRound: 1n,
    rewardPerRound: parseEther('0.25'),
    funded: parseEther('1'),
    committee: 0,
  })
  const spec = decodeSpec(await readFile(join(folder, 'next', 'spec.json'), 'utf8'))
  expect(spec.genesisModelRoot).toBe(operator.history.claim(1n)!.claim.modelRoot)
  expect(spec.genesisModelRoot).not.toBe(world.small.spec.genesisModelRoot)
})

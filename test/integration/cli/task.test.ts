import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintDevelopmentTokens, readTask, readTokenBalance } from '../../../src/chain/index.ts'
import { createKeyFile, readCoordinatorConfig } from '../../../src/config/index.ts'
import { decodeSpec, specHash } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import type { CommandRun } from '../../support/cli/run-quorate.ts'
import { enrol, openTask, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const STRANGER = 5

let on: TestChain
let folder: string

/** A command of the stranger. */
async function quorate(...args: string[]): Promise<CommandRun> {
  const { rpcUrl } = on.anvil
  return runQuorate('task', ...args, '--rpc', rpcUrl, '--ledger', on.contracts.ledger, '--key-file', join(folder, 'stranger.key'))
}

beforeAll(async () => {
  on = await startTestChain()
  folder = await mkdtemp(join(tmpdir(), 'quorate-task-'))
  await enrol(on, 1, 'operator')
  await openTask(on)
  await createKeyFile(join(folder, 'stranger.key'), on.anvil.accounts[STRANGER]!.privateKey)
  const to = on.sender(STRANGER).address
  await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to, amount: parseEther('30') })
}, 60_000)
afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('a stranger creates, stops and is refunded a task by command', { timeout: 120_000 }, async () => {
  const { chain, contracts } = on
  const { ledger, token } = contracts
  const out = join(folder, 'operator')
  const windows = ['--commit', '60', '--reveal', '60', '--attest', '60', '--post', '60', '--challenge', '600']
  const money = [
    '--reward',
    '2',
    '--rounds',
    '10',
    '--false-claim-penalty',
    '200',
    '--operator-share',
    '2000',
    '--committee',
    '40',
  ]
  const made = await quorate('create', '--out', out, ...windows, ...money, '--min-members', '1')
  expect(made).toMatchObject({ code: 0, last: { event: 'task', ok: true, task: '2', predecessor: '0' } })
  const spec = decodeSpec(await readFile(join(out, 'spec.json'), 'utf8'))
  expect(spec).toMatchObject({ rewardPerRound: parseEther('2'), operatorShareBps: 2000, committee: 40, minSealedBps: 3000 })
  expect(await readTask(chain, { ledger, task: 2n })).toMatchObject({
    founder: on.sender(STRANGER).address,
    judge: (await readTask(chain, { ledger, task: 1n })).judge,
    specHash: specHash(spec),
    funded: parseEther('20'),
    falseClaimPenalty: parseEther('200'),
    committee: 40,
  })
  expect((await readCoordinatorConfig(join(out, 'coordinator.toml'))).task.id).toBe(2n)
  expect(await quorate('refund', '--task', '2')).toMatchObject({ code: 4, last: { code: 'TASK_NOT_ENDED' } })
  // Another founder's.
  expect(await quorate('stop', '--task', '1')).toMatchObject({ last: { details: { error: 'NotFounder' } } })
  expect(await quorate('stop', '--task', '2')).toMatchObject({ code: 0, last: { event: 'stopped', task: '2' } })
  expect(await quorate('refund', '--task', '2')).toMatchObject({
    code: 0,
    last: { event: 'refunded', amount: `${parseEther('20')}` },
  })
  expect(await readTokenBalance(chain, { token, owner: on.sender(STRANGER).address })).toBe(parseEther('30'))
  // The penalty has to cover 64 rewards.
  const poor = ['--out', join(folder, 'poor'), ...windows, '--reward', '4', '--rounds', '1', '--false-claim-penalty', '200']
  expect(await quorate('create', ...poor)).toMatchObject({ last: { details: { error: 'PenaltyTooLow' } } })
  // The same command goes through once its fault is mended; a folder with an operator's keys is left alone.
  const mended = poor.map((word) => (word === '4' ? '2' : word))
  expect(await quorate('create', ...mended)).toMatchObject({ code: 0, last: { event: 'task', ok: true } })
  expect(await quorate('create', ...mended)).toMatchObject({ last: { code: 'FLAG_INVALID' } })
})

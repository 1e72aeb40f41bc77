import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, createTestClient, http } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { hash } from '../chain/harness.ts'

const [OWNER, SIGNER, AGENT, GUARDIAN] = [0, 1, 4, 5]
const SUBJECT = `0x${'33'.repeat(20)}`

let anvil: Anvil
let folder: string
let oracle: Address
let executor: Address
/** What the agent calls: an account, which takes any call and the currency that comes with it. */
let target: Address

const keyOf = (index: number): string => join(folder, `${index}.key`)
const addressOf = (index: number): Address => anvil.accounts[index]!.address
const rpc = (): string[] => ['--rpc', anvil.rpcUrl]
const ask = async (...args: string[]) => runQuorate('oracle', ...args, ...rpc(), '--oracle', oracle)
const at = async (...args: string[]) => runQuorate('guard', ...args, ...rpc(), '--executor', executor)
const by = (index: number): string[] => ['--key-file', keyOf(index)]
const client = () => createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
const balance = async () => createPublicClient({ transport: http(anvil.rpcUrl) }).getBalance({ address: target })

async function pass(seconds: number): Promise<void> {
  await client().increaseTime({ seconds })
  await client().mine({ blocks: 1 })
}

/** The median of three signers. */
async function score(value: number): Promise<void> {
  await pass(1)
  const files = [0, 1, 2].map((index) => join(folder, `${index}.json`))
  for (const [index, out] of files.entries())
    await ask('attest', 'risk', SUBJECT, '--score', String(value), ...by(SIGNER + index), '--out', out)
  expect((await ask('submit', ...files, ...by(OWNER))).last).toMatchObject({ event: 'scored', value: String(value) })
}

async function propose(value: number): Promise<string> {
  const run = await at('propose', target, 'pay()', '--value', String(value), '--subject', SUBJECT, ...by(AGENT))
  expect(run.last).toMatchObject({ event: 'proposed', ok: true, value: String(value) })
  return run.last['action'] as string
}

const reasonOf = async (action: string) => (await at('validate', action)).last['reason']
const execute = async (action: string) => (await at('execute', action, ...by(OWNER))).last

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 10 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-guard-'))
  for (let index = 0; index < 6; index++) await createKeyFile(keyOf(index), anvil.accounts[index]!.privateKey)
  target = addressOf(9)
  oracle = (await runQuorate('oracle', 'deploy', ...rpc(), ...by(OWNER))).last['oracle'] as Address
  const signers = [0, 1, 2].flatMap((index) => ['--signer', addressOf(SIGNER + index)])
  await ask(
    'set-feed',
    'risk',
    ...signers,
    '--model',
    hash('model'),
    '--quorum',
    '3',
    '--maximum',
    '1000',
    '--max-age',
    '3600',
    ...by(OWNER),
  )
  const deployed = await runQuorate('guard', 'deploy', '--oracle', oracle, ...rpc(), ...by(OWNER))
  executor = deployed.last['executor'] as Address
  await client().setBalance({ address: executor, value: 10_000n })
  const risk = ['--feed', 'risk', '--threshold', '500', '--extreme', '900']
  const caps = ['--amount-per-action', '100', '--amount-per-window', '150', '--window', '600', '--actions', '10', '--delay', '30']
  await at('set-limits', addressOf(AGENT), '--stage', 'shadow', ...risk, ...caps, ...by(OWNER))
  await at('set-guardian', addressOf(GUARDIAN), ...by(OWNER))
}, 120_000)
afterAll(async () => {
  await anvil.stop()
  await rm(folder, { recursive: true })
})

it('is rolled out from the shadow to caps, and says which limit refuses', async () => {
  const first = await propose(80)
  await pass(30)
  expect(await reasonOf(first)).toBe('notAllowed')
  await at('allow', addressOf(AGENT), target, 'pay()', ...by(OWNER))
  await score(120)
  expect(await reasonOf(first)).toBe('none')
  const before = await balance()
  expect(await execute(first)).toMatchObject({ event: 'acted', outcome: 'shadowed' })
  expect(await balance()).toBe(before)
  const stranger = await at('stage', addressOf(AGENT), 'full', ...by(AGENT))
  expect(stranger.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotOwner' } })
  await at('stage', addressOf(AGENT), 'capped', ...by(OWNER))
  expect((await at('status', addressOf(AGENT))).last).toMatchObject({ stage: 'capped', nextNonce: '1', tripped: false })

  await pass(600)
  const [second, large, third] = [await propose(80), await propose(101), await propose(80)]
  expect(await reasonOf(second)).toBe('tooEarly')
  await pass(30)
  expect(await reasonOf(large)).toBe('overAction')
  expect(await execute(second)).toMatchObject({ outcome: 'executed' })
  expect(await balance()).toBe(before + 80n)
  expect(await reasonOf(third)).toBe('overWindow')
  expect(await execute(third)).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'Refused' } })
  expect(await reasonOf(second)).toBe('unknown')
}, 120_000)

it('waits while a score is risky, and trips its breaker on an extreme or a stale one', async () => {
  await pass(600)
  const before = await balance()
  const action = await propose(10)
  await pass(30)
  await score(600)
  expect(await reasonOf(action)).toBe('risky')
  await score(950)
  expect(await reasonOf(action)).toBe('extreme')
  expect(await execute(action)).toMatchObject({ outcome: 'tripped' })
  await score(100)
  expect(await reasonOf(action)).toBe('tripped')
  expect((await at('reset', ...by(AGENT))).last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotOwner' } })
  await at('reset', ...by(OWNER))
  expect(await execute(action)).toMatchObject({ outcome: 'executed' })

  await pass(3600)
  const late = await propose(10)
  await pass(30)
  expect(await reasonOf(late)).toBe('staleScore')
  expect(await execute(late)).toMatchObject({ outcome: 'tripped' })
  await at('reset', ...by(OWNER))
  expect((await at('trip', ...by(GUARDIAN))).last).toMatchObject({ event: 'breakerTripped', ok: true })
  await score(100)
  expect(await reasonOf(late)).toBe('tripped')
  expect(await balance()).toBe(before + 10n)
}, 120_000)

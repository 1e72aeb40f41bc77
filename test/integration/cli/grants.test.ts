import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintDevelopmentTokens, readTokenBalance } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { crowdWorld, playRound, WINDOWS } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { hash } from '../chain/harness.ts'

const [HOSPITAL, PAYER] = [6, 7]
const PRICE = parseEther('3')
const DAY = 86_400

let world: CrowdWorld
let folder: string
let grants: Address
let dataSet: string
let grant: string
let member: Address

const keyOf = (name: string): string => join(folder, `${name}.key`)
const by = (name: string): string[] => ['--key-file', keyOf(name)]
const rpc = (): string[] => ['--rpc', world.on.anvil.rpcUrl]
const at = async (...args: string[]) => runQuorate('data', ...args, ...rpc(), '--grants', grants)
const balanceOf = async (owner: Address) => readTokenBalance(world.on.chain, { token: world.on.contracts.token, owner })
const charge = async (round: bigint) =>
  at('charge', grant, String(round), '--evidence', join(world.operator.folder, 'evidence'), ...by('payer'))

beforeAll(async () => {
  world = await crowdWorld({ count: 8, committee: 80 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-grants-'))
  const { on, crowd } = world
  member = crowd[0]!.owner
  await createKeyFile(keyOf('hospital'), on.anvil.accounts[HOSPITAL]!.privateKey)
  await createKeyFile(keyOf('payer'), on.anvil.accounts[PAYER]!.privateKey)
  await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to: on.sender(PAYER).address, amount: 4n * PRICE })
  await playRound(world)
  const { registry } = on.deployment
  const contracts = ['--ledger', on.contracts.ledger, '--registry', registry, '--settlement-days', '2']
  const deployed = await runQuorate('data', 'deploy', ...rpc(), ...contracts, ...by('payer'))
  grants = deployed.last['grants'] as Address
}, 240_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('grants a registered data set to a member, for its owner only', async () => {
  await writeFile(join(folder, 'terms.txt'), 'for research')
  const registered = await at('register', hash('scans'), '--terms', join(folder, 'terms.txt'), ...by('hospital'))
  expect(registered.last).toMatchObject({ event: 'dataSetRegistered', ok: true, owner: world.on.sender(HOSPITAL).address })
  dataSet = registered.last['dataSet'] as string
  const terms = [dataSet, String(world.task), member, '--price', '3', '--days', '5']
  expect((await at('grant', ...terms, ...by('payer'))).last).toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'NotOwner' },
  })
  const granted = await at('grant', ...terms, ...by('hospital'))
  expect(granted.last).toMatchObject({ event: 'granted', ok: true, price: String(PRICE), grantee: member })
  grant = granted.last['grant'] as string
  expect((await at('grant', ...terms, ...by('hospital'))).last).toMatchObject({ details: { error: 'StillGranted' } })
  const list = await at('grants', String(world.task), '--member', member)
  const lines = list.stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { event: 'grant', grant, state: 'waiting', left: '0' },
    { event: 'grants', ok: true, grants: 1 },
  ])
}, 120_000)

it('pays the owner once for a final round, and gives the rest back', async () => {
  const { on } = world
  expect((await at('fund', grant, '--amount', '2', ...by('payer'))).last).toMatchObject({ details: { error: 'TooLittle' } })
  expect((await at('fund', grant, '--amount', '100', ...by('payer'))).last).toMatchObject({ code: 'TOKEN_BALANCE_TOO_LOW' })
  const funded = await at('fund', grant, '--amount', '10', ...by('payer'))
  expect(funded.last).toMatchObject({ event: 'grantFunded', ok: true, left: String(parseEther('10')) })

  const { round: before } = (await playRound(world)).plan
  const { round } = (await playRound(world)).plan
  expect((await charge(round)).last).toMatchObject({ code: 'ROUND_NOT_FINAL', details: { error: 'NotFinal' } })
  const noted = await at('note', String(world.task), String(round), ...by('payer'))
  expect(noted.last).toMatchObject({ event: 'roundNoted', ok: true })
  await on.pass(WINDOWS.challenge)
  // It had opened before the grant was paid for.
  expect((await charge(before)).last).toMatchObject({ details: { error: 'NotUnderGrant' } })
  const left = parseEther('7')
  expect((await charge(round)).last).toMatchObject({ event: 'roundCharged', ok: true, price: String(PRICE), left: String(left) })
  expect((await charge(round)).last).toMatchObject({ details: { error: 'AlreadyCharged' } })
  const hospital = on.sender(HOSPITAL).address
  const collected = await at('collect', '--account', hospital, ...by('payer'))
  expect(collected.last).toMatchObject({ event: 'collected', ok: true, amount: String(PRICE) })
  expect(await balanceOf(hospital)).toBe(PRICE)
  expect((await at('collect', ...by('hospital'))).last).toMatchObject({ code: 'NOTHING_TO_CLAIM' })

  expect((await at('revoke', grant, ...by('payer'))).last).toMatchObject({ details: { error: 'NotParty' } })
  expect((await at('revoke', grant, ...by('hospital'))).last).toMatchObject({ event: 'grantRevoked', ok: true })
  expect((await at('refund', grant, ...by('payer'))).last).toMatchObject({ details: { error: 'TooEarly' } })
  await on.pass(2 * DAY)
  expect((await at('refund', grant, ...by('payer'))).last).toMatchObject({ event: 'grantRefunded', amount: String(left) })
  const spent = await balanceOf(member)
  await at('collect', '--account', member, ...by('payer'))
  expect((await balanceOf(member)) - spent).toBe(left)
  expect(await balanceOf(grants)).toBe(0n)
  const list = await at('grants', String(world.task))
  expect(JSON.parse(list.stdout.trim().split('\n')[0]!)).toMatchObject({ grant, state: 'over', left: '0' })
}, 240_000)

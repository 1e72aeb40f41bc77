import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintDevelopmentTokens, readTokenBalance } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import type { Address, Ledger } from '../../../src/protocol/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { crowdWorld, playRound, WINDOWS } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { hash } from '../chain/harness.ts'

let world: CrowdWorld
let folder: string
let market: Address
let ledger: Ledger
let round: bigint

/** The buyer: an account with gas and nothing else. */
const BUYER = 7
const PRICE = parseEther('70')

const keyOf = (name: string): string => join(folder, `${name}.key`)
const evidence = (): string => join(world.operator.folder, 'evidence')
const rpc = (): string[] => ['--rpc', world.on.anvil.rpcUrl]
const at = async (...args: string[]) => runQuorate('market', ...args, ...rpc(), '--market', market)
const balanceOf = async (owner: Address) => readTokenBalance(world.on.chain, { token: world.on.contracts.token, owner })

beforeAll(async () => {
  world = await crowdWorld({ count: 8, committee: 80 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-market-'))
  await playRound(world)
  const { on, task, operator } = world
  round = operator.history.claims()[0]!.round
  ledger = operator.stores.states.head(operator.history.claim(round)!.claimHash)!.ledger
  await on.pass(WINDOWS.challenge)
  await createKeyFile(keyOf('governor'), on.anvil.accounts[0]!.privateKey)
  await createKeyFile(keyOf('operator'), on.hot(1).privateKey)
  await createKeyFile(keyOf('buyer'), on.anvil.accounts[BUYER]!.privateKey)
  await writeFile(join(folder, 'LICENCE'), 'for research')
  const { registry } = on.deployment
  const what = ['--code', '01'.repeat(20), '--licence', join(folder, 'LICENCE'), '--fingerprint', hash('scans')]
  const by = ['--registry', registry, '--ledger', on.contracts.ledger]
  await runQuorate('model', 'register', String(task), String(round), ...rpc(), ...by, ...what, '--key-file', keyOf('operator'))
  const deployed = await runQuorate('market', 'deploy', ...rpc(), ...by, '--key-file', keyOf('governor'))
  market = deployed.last['market'] as Address
  await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to: on.sender(BUYER).address, amount: 3n * PRICE })
}, 240_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('sells what its founder offers, and takes no more than the price', async () => {
  const { task } = world
  const terms = ['--price', '70', '--days', '30', '--uses', '1000', '--supply', '5']
  const stranger = await at('offer', String(task), String(round), ...terms, '--key-file', keyOf('buyer'))
  expect(stranger.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotSeller' } })
  const offered = await at('offer', String(task), String(round), ...terms, '--key-file', keyOf('governor'))
  expect(offered.last).toMatchObject({ event: 'offered', ok: true, offer: '1', price: String(PRICE), term: 30 * 86_400 })
  const bought = await at('buy', '1', '--amount', '2', '--key-file', keyOf('buyer'))
  expect(bought.last).toMatchObject({ event: 'bought', ok: true, amount: '2', cost: String(2n * PRICE) })
  expect(await at('buy', '1', '--amount', '2', '--key-file', keyOf('buyer'))).toMatchObject({
    last: { code: 'TOKEN_BALANCE_TOO_LOW' },
  })
  expect(await balanceOf(market)).toBe(2n * PRICE)
  expect((await at('list')).last).toMatchObject({ event: 'offers', ok: true, offers: 1 })
}, 120_000)

it('shares what was activated by the ledger of the claim, to the wei', async () => {
  const { on, task, operator } = world
  const member = [...ledger.values()].find(({ member, reward }) => reward > 0n && member !== on.sender(1).address)!.member
  const more = [String(task), String(round), '--evidence', evidence()]
  expect((await at('revenue', ...more, '--contributor', member)).last).toMatchObject({ ok: true, total: '0', due: '0' })
  const activated = await at('activate', '1', '--key-file', keyOf('buyer'), '--server', on.sender(1).address)
  expect(activated.last).toMatchObject({ event: 'activated', ok: true, grant: '1', uses: 1000 })

  const { ledgerTotal } = operator.history.claim(round)!.claim
  let paid = 0n
  const earning = [...ledger.values()].filter(({ reward }) => reward > 0n)
  for (const { member: contributor, reward } of earning.slice(0, 3)) {
    const before = await balanceOf(contributor)
    const share = (PRICE * reward) / ledgerTotal
    const { last } = await at('claim', ...more, '--contributor', contributor, '--key-file', keyOf('buyer'))
    expect(last).toMatchObject({ event: 'revenueClaimed', ok: true, contributor, amount: String(share) })
    expect((await balanceOf(contributor)) - before).toBe(share)
    paid += share
  }
  const twice = await at('claim', ...more, '--contributor', earning[0]!.member, '--key-file', keyOf('buyer'))
  expect(twice.last).toMatchObject({ code: 'NOTHING_TO_CLAIM' })
  expect(await balanceOf(market)).toBe(2n * PRICE - paid)
  const stranger = await at('revenue', ...more, '--contributor', market)
  expect(stranger.last).toMatchObject({ code: 'NOTHING_TO_CLAIM' })
}, 120_000)

it('shares what anybody adds', async () => {
  const { task } = world
  const added = await at('contribute', String(task), String(round), '--amount', '7', '--key-file', keyOf('buyer'))
  expect(added.last).toMatchObject({ event: 'contributed', ok: true, amount: String(parseEther('7')) })
  const { member } = [...ledger.values()].find(({ reward }) => reward > 0n)!
  const run = await at('revenue', String(task), String(round), '--evidence', evidence(), '--contributor', member)
  expect(run.last).toMatchObject({ total: String(PRICE + parseEther('7')) })
}, 120_000)

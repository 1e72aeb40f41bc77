import { parseEther } from 'viem'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  deployGovernance,
  encodeChanges,
  finalizeWithQuorum,
  governanceRules,
  mintDevelopmentTokens,
  propose,
  readAccount,
  readClaimed,
  readHead,
  readParameters,
  readProposal,
  readTokenBalance,
  readVotes,
  signKeyConsent,
} from '../../../src/chain/index.ts'
import type { Governance } from '../../../src/chain/index.ts'
import {
  claimHash,
  ledgerLevels,
  ledgerRoot,
  lowerHex,
  merkleProof,
  signStatement,
  toHex,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Claim, LedgerLeaf } from '../../../src/protocol/index.ts'
import {
  claimOn,
  enrol,
  genesis,
  hash,
  hotSender,
  openTask,
  peerKeyOf,
  sealAndPost,
  startTestChain,
  WINDOWS,
} from '../../integration/chain/harness.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { AnsweringNode } from '../../support/dashboard/answering-node.ts'
import { buildPage } from '../../support/dashboard/built-page.ts'
import { NO_CHROMIUM, openBrowser } from '../../support/dashboard/chromium.ts'
import { InjectedWallet } from '../../support/dashboard/injected-wallet.ts'
import { recordAnswers } from '../../support/dashboard/recorded-answers.ts'

const OPERATOR = 1
const MEMBERS = [2, 3]
/** Whose wallet is in the browser. */
const VOTER = 5
const STAKE = parseEther('500')
const REWARD = parseEther('0.5')
const DAY = 86_400

let on: TestChain
let task: bigint
let governance: Governance
let page: Awaited<ReturnType<typeof buildPage>>
let node: AnsweringNode
let browser: Browser
let tab: Page
let wallet: InjectedWallet
let owner: Address

async function read() {
  return readAccount(on.chain, { vault: on.contracts.vault, task, owner })
}

/** What the node says of the contracts, as real as the chain. */
async function answerFromChain(more: Record<string, unknown> = {}): Promise<void> {
  const { ledger, vault, distributor, token, judge } = on.contracts
  const at = (address: Address): string => lowerHex(address)
  const contracts = { ledger: at(ledger), vault: at(vault), distributor: at(distributor), token: at(token), judge: at(judge) }
  const { answers } = await recordAnswers({
    contracts,
    governance: { governor: at(governance.governor), timelock: at(governance.timelock), guardian: null },
    chainId: on.chain.chainId,
  })
  const first = (answers.get('/task') as { task: string }).task
  expect(first).toBe(String(task))
  for (const [path, answer] of [...answers, ...Object.entries(more)]) node.answers.set(path, answer)
}

beforeAll(async () => {
  if (NO_CHROMIUM !== undefined) return
  on = await startTestChain({ mining: 'automine' })
  owner = on.sender(VOTER).address
  await enrol(on, OPERATOR, 'operator')
  for (const member of MEMBERS) await enrol(on, member, 'member')
  // Nobody waits for the end of a window in this story.
  task = await openTask(on, { windows: { ...WINDOWS, commit: DAY / 2 } })
  const rules = governanceRules({ decimals: 18 })
  const bounds = { ...rules.bounds, minVotingDelay: 1, minVotingPeriod: 60 }
  governance = await deployGovernance(on.governor, {
    contracts: on.contracts,
    rules: { ...rules, votingDelay: 60, votingPeriod: 30 * DAY, bounds },
  })
  page = await buildPage()
  node = await AnsweringNode.start(page.folder, new Map())
  await answerFromChain()
  browser = await openBrowser()
  tab = await browser.newPage()
  wallet = new InjectedWallet(on.anvil, owner)
  await wallet.into(tab)
  await tab.goto(`${node.url}#/wallet`)
})
afterAll(async () => {
  await browser?.close()
  await node?.[Symbol.asyncDispose]()
  await page?.[Symbol.asyncDispose]()
  await on?.[Symbol.asyncDispose]()
})

const card = (title: string) => tab.getByRole('region', { name: title, exact: true })
const review = () => tab.locator('#review')

/** Fills the form of a card and asks for the review. */
async function ask(title: string, button: string, amount?: string): Promise<void> {
  const form = card(title).locator('form', { has: tab.getByRole('button', { name: button }) })
  if (amount !== undefined) await form.getByRole('textbox').first().fill(amount)
  await card(title).getByRole('button', { name: button }).click()
}

/** Signs what is reviewed, and waits for the block. */
async function sign(): Promise<void> {
  await review().getByText('The chain would accept it').waitFor()
  await review().getByRole('button', { name: 'Sign in Test Wallet' }).click()
  await review()
    .getByText(/Done, in block/)
    .waitFor()
  expect(await review().innerText()).toMatch(/Transaction 0x[0-9a-f]{4}…[0-9a-f]{4}/)
  await review().getByRole('button', { name: 'Close' }).click()
}

// One story: each step starts from the one before.
describe.skipIf(NO_CHROMIUM !== undefined)('a wallet in a browser against real contracts', () => {
  it('asks for the chain of the task', async () => {
    await tab.getByRole('button', { name: 'Connect Test Wallet' }).click()
    await card('Your account').waitFor()
    expect(wallet.asked).toContain('wallet_switchEthereumChain')
  })

  it('translates a refusal of the contract, and sends nothing', async () => {
    await ask('Bond', 'Review the bond', '500')
    await sign()
    await ask('Bond', 'Review the bond', '500')
    await review().getByText('your account has 0 QRT and needs 500 QRT').waitFor()
    expect(await review().getByRole('button', { name: 'Sign' }).count()).toBe(0)
    await review().getByRole('button', { name: 'Close' }).click()
    expect((await read()).bonded).toBe(0n)
  })

  it('bonds; a refused signature sends nothing', async () => {
    await mintDevelopmentTokens(on.governor, { token: on.contracts.token, to: owner, amount: 2n * STAKE })
    await ask('Bond', 'Review the bond', '500')
    await review().getByText('The tokens move from your account into the vault.').waitFor()
    wallet.refuses = true
    await review().getByRole('button', { name: 'Sign in Test Wallet' }).click()
    await review().getByText('you refused to sign; nothing was sent').waitFor()
    await review().getByRole('button', { name: 'Close' }).click()
    expect((await read()).bonded).toBe(0n)
    await ask('Bond', 'Review the bond', '500')
    await sign()
    expect((await read()).bonded).toBe(STAKE)
  })

  it('joins the task, once the keys of the node are registered', async () => {
    await ask('Join the task', 'Review joining', '400')
    await review().getByText('your account has no node keys yet: register them first').waitFor()
    await review().getByRole('button', { name: 'Close' }).click()
    const { vault } = on.contracts
    const hot = on.hot(VOTER)
    const consent = await signKeyConsent({
      chainId: on.chain.chainId,
      vault,
      owner,
      peerKey: peerKeyOf(VOTER),
      account: hot.account,
    })
    const join = card('Join the task')
    await join.getByText('Register the keys of your node first').click()
    await join.getByLabel('Operator key (address)').fill(hot.address)
    await join.getByLabel('Peer key (32 bytes)').fill(peerKeyOf(VOTER))
    await join.getByLabel('Consent, signed by the operator key (65 bytes)').fill(consent)
    await join.getByRole('button', { name: 'Review the keys' }).click()
    await sign()
    await ask('Join the task', 'Review joining', '400')
    await sign()
    expect(await read()).toMatchObject({ role: 'member', allocated: parseEther('400'), eligible: parseEther('400') })
  })

  it('votes on a proposal, once', async () => {
    await on.pass(2)
    const parameters = await readParameters(on.chain, { contracts: on.contracts, governance })
    const calls = encodeChanges([['vault.minBond', parseEther('200')]], { contracts: on.contracts, governance, parameters })
    const description = 'double what a member bonds'
    const { proposal, snapshot, deadline } = await propose(on.sender(MEMBERS[0]!), { governance, calls, description })
    await on.pass(70)
    const { governor, timelock } = governance
    await answerFromChain({
      '/governance': {
        governor: lowerHex(governor),
        timelock: lowerHex(timelock),
        guardian: null,
        parameters: [],
        proposals: [
          {
            proposal: String(proposal),
            reference: String(proposal).slice(0, 8),
            state: 'active',
            proposer: lowerHex(on.sender(MEMBERS[0]!).address),
            description,
            calls: [],
            snapshot,
            deadline,
            votes: { for: '0', against: '0', abstain: '0' },
            quorum: null,
            executableAt: null,
            operation: hash('operation'),
            next: 'members vote',
          },
        ],
      },
    })
    node.tell('governance')
    await card('Vote').locator('option', { hasText: description }).waitFor({ state: 'attached' })
    await card('Vote').getByRole('combobox').nth(1).selectOption('for')
    await ask('Vote', 'Review the vote')
    await sign()
    expect((await readProposal(on.chain, { governance, proposal })).votes.for).toBe(parseEther('400'))
    await ask('Vote', 'Review the vote')
    await review().getByText('you voted on this proposal already').waitFor()
    await review().getByRole('button', { name: 'Close' }).click()
  })

  it('delegates its votes', async () => {
    const to = on.sender(MEMBERS[1]!).address
    await ask('Delegate', 'Review the delegation', to)
    await sign()
    expect(await readVotes(on.chain, { vault: on.contracts.vault, owner })).toEqual({ votes: 0n, delegate: to })
  })

  it('claims rewards', async () => {
    const { claim, leaf, slot, path } = await finalReward()
    await answerFromChain({
      [`/members/${owner.toLowerCase()}`]: detailOf({
        amount: REWARD.toString(),
        round: '1',
        claim: { ...claim, ledgerTotal: claim.ledgerTotal.toString() },
        slot,
        leaf: { ...leaf, reward: leaf.reward.toString() },
        path,
      }),
    })
    node.tell('final')
    const before = await readTokenBalance(on.chain, { token: on.contracts.token, owner })
    await ask('Rewards', 'Review the claim')
    await sign()
    expect((await readTokenBalance(on.chain, { token: on.contracts.token, owner })) - before).toBe(REWARD)
    expect(await readClaimed(on.chain, { distributor: on.contracts.distributor, task, member: owner })).toBe(REWARD)
  })

  it('leaves, waits, releases and withdraws', async () => {
    await ask('Leave and withdraw', 'Review leaving')
    await sign()
    expect(await read()).toMatchObject({ eligible: 0n, allocated: parseEther('400') })
    await ask('Leave and withdraw', 'Review releasing')
    await review().getByText('your stake is leaving the task and is free from').waitFor()
    await review().getByRole('button', { name: 'Close' }).click()
    await on.pass(DAY + 1)
    await ask('Leave and withdraw', 'Review releasing')
    await sign()
    await ask('Leave and withdraw', 'Review the withdrawal', '499')
    await sign()
    expect((await read()).bonded).toBe(STAKE - parseEther('500'))
  })
})

/** A claim of round 1 that pays the voter, final by the members of the round. */
async function finalReward(): Promise<{ claim: Claim; leaf: LedgerLeaf; slot: number; path: string[] }> {
  const { chain, contracts, sender } = on
  const { ledger } = contracts
  const { slot } = await read()
  const leaf: LedgerLeaf = { member: lowerHex(owner), reward: REWARD, strikes: 0, reputation: 8192, extra: ZERO_HASH }
  const rows = new Map([[slot, leaf]])
  const { claimHash: parent } = await readHead(chain, { ledger, task })
  expect(parent).toBe(claimHash(task, 0n, genesis))
  const claim = claimOn(parent, { ledgerRoot: ledgerRoot(rows), ledgerTotal: leaf.reward, members: 2 })
  await sealAndPost(hotSender(on, OPERATOR), { ledger, task, round: 1n, claim })
  const standing = claimHash(task, 1n, claim)
  const domain = { chainId: chain.chainId, ledger }
  const agreements = await Promise.all(
    MEMBERS.map(async (index) => ({
      member: sender(index).address,
      signature: await signStatement(domain, 'Agreement', { task, round: 1n, claim: standing }, on.hot(index).account),
    })),
  )
  await finalizeWithQuorum(sender(9), { ledger, task, round: 1n, claimHash: standing, agreements })
  return { claim, leaf, slot, path: merkleProof(ledgerLevels(rows), slot).map(toHex) }
}

function detailOf(claimable: unknown): unknown {
  return {
    member: owner.toLowerCase(),
    role: 'member',
    slot: 3,
    operatorKey: lowerHex(on.hot(VOTER).address),
    connected: false,
    bonded: '0',
    free: '0',
    allocated: '0',
    eligible: '0',
    share: 0,
    joinedAt: null,
    joinedBlock: null,
    leavingUntil: null,
    earned: '0',
    claimed: '0',
    evidence: null,
    peerKey: peerKeyOf(VOTER),
    votes: null,
    delegate: null,
    claimable,
    verdicts: [],
    data: null,
  }
}

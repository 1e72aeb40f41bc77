import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, encodeFunctionData, http, keccak256, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stakeVaultAbi } from '../../src/chain/abi/index.ts'
import {
  connectChain,
  findContracts,
  findGovernance,
  failRound,
  startAnvil,
  takeSeat,
  TransactionSender,
  accountFromKey,
  readCurrentRound,
} from '../../src/chain/index.ts'
import type { Anvil, Chain, DevAccount } from '../../src/chain/index.ts'
import { writeMemberConfig } from '../../src/config/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { runCommandLine, runQuorate } from '../support/cli/run-quorate.ts'

const DAY = 86_400
/** Two members that can decide together, and one that only just takes part. */
const BONDS = ['300', '300', '100']
const WINDOWS = ['--commit', '60', '--reveal', '60', '--attest', '60', '--post', '60', '--challenge', '600', '--development']
/** Rounds go on when a voted minimum bond takes a member out. */
const MINIMUM = ['--min-members', '2']

let folder: string
let anvil: Anvil
let chain: Chain
let ledger: Address
let deployer: DevAccount
let members: DevAccount[]
let at: string[]

async function succeed(...args: string[]): Promise<Record<string, unknown>> {
  const { code, last, stderr } = await runQuorate(...args)
  expect(code, stderr).toBe(0)
  return last
}

/** A `gov` command by the key in `file`. */
const gov = (command: string, file: string, ...args: string[]): string[] => [
  'gov',
  command,
  ...at,
  '--key-file',
  join(folder, file),
  ...args,
]

async function pass(seconds: number): Promise<void> {
  const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
  await test.increaseTime({ seconds })
  await test.mine({ blocks: 1 })
}

/** Nobody posts in this story: a round is over when its time is, and the operator takes the seat again after its wait. */
async function nextRound(): Promise<void> {
  const operator = new TransactionSender({
    chain,
    account: accountFromKey(await loadKeyFile(join(folder, 'deployment/operator.key'))),
  })
  const { state: seat, round } = await readCurrentRound(chain, { ledger, task: 1n })
  if (seat !== 'empty') {
    await pass(400)
    await failRound(operator, { ledger, task: 1n, round })
  }
  await pass(2000)
  await takeSeat(operator, { ledger, task: 1n })
}

async function snapshot(): Promise<{ round: unknown; stake: string; members: unknown[] }> {
  await pass(1)
  const status = await succeed('status', ...at)
  return { round: status['round'], stake: String(status['totalStake']), members: status['members'] as unknown[] }
}

async function state(proposal: string): Promise<unknown> {
  const { proposals } = await succeed('gov', 'status', ...at, '--proposal', proposal)
  return (proposals as { state: string }[])[0]!.state
}

/** Burned when a member joins: a hundredth of the minimum. */
const FEE = 1

const tokens = (amount: string): string => parseEther(amount).toString()

async function enrol(member: DevAccount, index: number, bond: string): Promise<void> {
  const home = join(folder, `member-${index}`)
  await mkdir(home)
  await writeFile(join(folder, `member-${index}.key`), member.privateKey, { mode: 0o600 })
  await succeed(
    'token',
    'mint',
    ...at,
    '--key-file',
    join(folder, 'deployer.key'),
    '--to',
    member.address,
    '--amount',
    `${Number(bond) + FEE}`,
  )
  await succeed('member', 'keygen', '--out', home)
  const config = join(home, 'member.toml')
  await writeMemberConfig(config, {
    chain: { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, ledger },
    task: { id: 1 },
    keys: { owner: `../member-${index}.key`, operator: 'operator.key', peer: 'peer.key' },
    p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    state: { folder: 'data' },
    coordinator: { address: '127.0.0.1:7050', ca: 'ca.pem' },
    training: {},
  })
  await succeed('member', 'join', '--config', config, '--amount', bond)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-gov-'))
  anvil = await startAnvil({ mining: 'automine' })
  chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger, pollingIntervalMs: 20 })
  ;[deployer, ...members] = anvil.accounts.slice(0, 4) as [DevAccount, ...DevAccount[]]
  await writeFile(join(folder, 'deployer.key'), deployer.privateKey, { mode: 0o600 })
  const out = join(folder, 'deployment')
  const where = ['--rpc', anvil.rpcUrl, '--key-file', join(folder, 'deployer.key'), '--out', out, ...WINDOWS, ...MINIMUM]
  const rules = ['--voting-delay', '60', '--voting-period', '3600', '--proposal-threshold', '200', '--governance-quorum', '5000']
  const deployed = await succeed('deploy', ...where, '--governance', '--guardian', members[2]!.address, ...rules)
  ledger = deployed['ledger'] as Address
  at = ['--rpc', anvil.rpcUrl, '--ledger', ledger]
  for (const [index, member] of members.entries()) await enrol(member, index, BONDS[index]!)
  await pass(1)
  await nextRound()
}, 400_000)

afterAll(async () => {
  await chain.close()
  await anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('voters govern a live chain by the command line alone', { timeout: 900_000 }, () => {
  let proposal: string

  it('lists every parameter with its bounds', async () => {
    const { parameters } = await succeed('gov', 'params', ...at)
    expect(parameters).toContainEqual({
      name: 'vault.minBond',
      unit: 'tokens',
      value: tokens('100'),
      min: tokens('1'),
      max: tokens('1000000'),
    })
    expect(parameters).toContainEqual({
      name: 'timelock.delay',
      unit: 'seconds',
      value: `${8 * DAY}`,
      min: `${7 * DAY + 1}`,
      max: `${90 * DAY}`,
    })
    // Nobody votes about the terms of a task.
    expect((parameters as { name: string }[]).filter(({ name }) => name.startsWith('task.'))).toEqual([])
  })

  it('refuses what could never be executed, before anything is sent', async () => {
    const about = ['--description', 'too much']
    const beyond = await runQuorate(...gov('propose', 'member-0.key', '--set', 'vault.minBond=1000001', ...about))
    expect(beyond).toMatchObject({ code: 2, last: { code: 'PARAMETER_OUT_OF_BOUNDS', details: { name: 'vault.minBond' } } })
    expect(beyond.stderr).toContain('vault.minBond')
    expect(await runQuorate(...gov('propose', 'member-0.key', '--set', 'vault.unbondingDelay=691200', ...about))).toMatchObject({
      code: 2,
      last: { code: 'PARAMETER_OUT_OF_BOUNDS', details: { name: 'timelock.delay' } },
    })
    // A judge of nothing.
    expect(await runQuorate(...gov('propose', 'member-0.key', '--retire-judge', members[0]!.address, ...about))).toMatchObject({
      last: { details: { error: 'JudgeUnknown' } },
    })
    // As a raw call it meets the contract's own bounds, in the simulation.
    const { vault } = await findContracts(chain, { ledger })
    const raw = `${vault}:${encodeFunctionData({ abi: stakeVaultAbi, functionName: 'setMinBond', args: [0n] })}`
    expect(await runQuorate(...gov('propose', 'member-0.key', '--call', raw, ...about))).toMatchObject({
      code: 2,
      last: { code: 'PARAMETER_OUT_OF_BOUNDS', details: { error: 'OutOfBounds' } },
    })
    const poor = await runQuorate(...gov('propose', 'member-2.key', '--set', 'vault.minBond=200', ...about))
    expect(poor).toMatchObject({ code: 4, last: { code: 'VOTES_TOO_LOW' } })
    expect(poor.stderr).toContain(`${members[2]!.address} has 100 dQRT of votes, and a proposal needs 200 dQRT`)
    expect(await runQuorate(...gov('propose', 'member-0.key', '--set', 'vault.maxBond=1', ...about))).toMatchObject({
      code: 2,
      last: { code: 'USAGE' },
    })
    expect(await runQuorate(...gov('propose', 'member-0.key', ...about))).toMatchObject({ code: 2, last: { code: 'USAGE' } })
    expect((await succeed('gov', 'status', ...at))['proposals']).toEqual([])
  })

  it('proposes a new minimum bond, votes with two members and queues it', async () => {
    const made = await succeed(
      ...gov('propose', 'member-0.key', '--set', 'vault.minBond=200', '--description', 'raise the minimum bond'),
    )
    expect(made).toMatchObject({ place: 1, transactions: [{ doing: 'propose' }] })
    const number = String(made['proposal'])
    proposal = '1'
    expect(await state(number)).toBe('pending')
    expect(await state(number.slice(0, 8)), 'the beginning of its number').toBe('pending')
    expect(await runQuorate('gov', 'status', ...at, '--proposal', '2')).toMatchObject({ last: { code: 'PROPOSAL_NOT_FOUND' } })
    const { stdout: words } = await runCommandLine('gov', 'status', ...at)
    expect(words).toContain('Proposal 1: raise the minimum bond')
    expect(words).toContain('StakeVault.setMinBond(200 dQRT)')
    expect(words).toContain('for 0 dQRT, against 0 dQRT, abstain 0 dQRT')
    expect(words).not.toMatch(/\d{18}/)
    const vote = (file: string): string[] => gov('vote', file, '--proposal', proposal, '--support', 'for')
    expect(await runQuorate(...vote('member-0.key'))).toMatchObject({ code: 4, last: { code: 'PROPOSAL_STATE' } })
    await pass(61)
    expect(await succeed(...vote('member-0.key'))).toMatchObject({ weight: tokens('300') })
    expect(await succeed(...vote('member-1.key'))).toMatchObject({ weight: tokens('300') })
    expect(await runQuorate(...vote('member-1.key'))).toMatchObject({ code: 4, last: { code: 'PROPOSAL_STATE' } })
    // The deployer gave everything away and has no stake that votes.
    expect(await runQuorate(...vote('deployer.key'))).toMatchObject({ code: 4, last: { code: 'VOTES_TOO_LOW' } })
    const queue = gov('queue', 'deployer.key', '--proposal', proposal)
    expect(await runQuorate(...queue)).toMatchObject({ code: 4, last: { code: 'PROPOSAL_STATE' } })
    await pass(3600)
    await succeed(...queue)
    expect(await state(proposal)).toBe('queued')
  })

  it('takes effect for the rounds after the open one', async () => {
    const execute = gov('execute', 'deployer.key', '--proposal', proposal)
    expect(await runQuorate(...execute)).toMatchObject({ code: 4, last: { code: 'PROPOSAL_STATE' } })
    await pass(8 * DAY)
    await nextRound()
    const open = await snapshot()
    expect(open).toMatchObject({ stake: tokens('700') })
    expect(await succeed(...execute)).toMatchObject({ refreshed: [members[2]!.address] })
    expect(await state(proposal)).toBe('executed')
    const { parameters } = await succeed('gov', 'params', ...at)
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'vault.minBond', value: tokens('200') }))

    expect(await snapshot()).toEqual(open)
    expect(open.members).toHaveLength(3)
    await nextRound()
    const next = await snapshot()
    expect(next.stake).toBe(tokens('600'))
    expect(next.members).toHaveLength(2)
  })

  it('votes by delegate, and lets the guardian cancel what is queued', async () => {
    const [first, second] = members
    expect(await succeed(...gov('delegate', 'member-1.key', '--to', first!.address))).toMatchObject({
      owner: second!.address,
      votes: '0',
      delegateVotes: tokens('600'),
    })
    await pass(1)
    const { judge } = await findContracts(chain, { ledger, task: 1n })
    const changes = ['--retire-judge', judge, '--set', 'governor.quorumBps=4000']
    const made = await succeed(...gov('propose', 'member-0.key', ...changes, '--description', 'another judge'))
    expect(made['place']).toBe(2)
    const by = (command: string, file: string, ...args: string[]): string[] => gov(command, file, '--proposal', '#2', ...args)
    await pass(61)
    expect(await succeed(...by('vote', 'member-0.key', '--support', 'for'))).toMatchObject({ weight: tokens('600') })
    await pass(3600)
    await succeed(...by('queue', 'member-0.key'))
    expect(await runQuorate(...by('cancel', 'member-1.key'))).toMatchObject({ code: 3, last: { code: 'TRANSACTION_REVERTED' } })
    await succeed(...by('cancel', 'member-2.key'))
    expect(await state(String(made['proposal']))).toBe('canceled')
    // `guardian cancel` finds the same operation, which the timelock does not hold any more.
    const guardian = ['guardian', 'cancel', ...at, '--key-file', join(folder, 'member-2.key')]
    expect(await runQuorate(...guardian, '--proposal', String(made['proposal']))).toMatchObject({
      code: 4,
      last: { code: 'PROPOSAL_STATE' },
    })
    expect(await runQuorate(...guardian)).toMatchObject({ code: 2, last: { code: 'USAGE' } })
  })

  it('sets what agents may do, where the timelock owns oracle and executor', async () => {
    const { timelock } = await findGovernance(chain, { ledger })
    const [signer, agent] = [members[2]!.address, members[1]!.address]
    const rpc = ['--rpc', anvil.rpcUrl]
    const deployer = ['--key-file', join(folder, 'deployer.key'), '--owner', timelock]
    const oracle = String((await succeed('oracle', 'deploy', ...rpc, ...deployer))['oracle'])
    const executor = String((await succeed('guard', 'deploy', ...rpc, ...deployer, '--oracle', oracle))['executor'])
    const [onOracle, onExecutor] = [
      [...rpc, '--oracle', oracle],
      [...rpc, '--executor', executor],
    ]
    const bounds = ['--model', keccak256('0x01'), '--signer', signer, '--quorum', '1', '--maximum', '1000', '--max-age', '3600']
    const feed = ['oracle', 'set-feed', 'risk', ...onOracle, ...bounds]
    const caps = ['--amount-per-action', '100', '--amount-per-window', '200', '--window', '600', '--actions', '2']
    const risk = ['--feed', 'risk', '--threshold', '500', '--extreme', '900']
    const limits = ['guard', 'set-limits', agent, ...onExecutor, '--stage', 'capped', ...risk, ...caps]
    const allow = ['guard', 'allow', agent, signer, 'pay()', ...onExecutor]
    const guardian = ['guard', 'set-guardian', signer, ...onExecutor]
    // The key that deployed them has no say, and a call without a key is not sent.
    expect(await runQuorate(...feed, '--key-file', join(folder, 'deployer.key'))).toMatchObject({
      last: { code: 'TRANSACTION_REVERTED', details: { error: 'NotOwner' } },
    })
    expect(await runQuorate(...limits)).toMatchObject({ code: 2, last: { code: 'USAGE' } })

    const calls: string[] = []
    for (const command of [feed, limits, allow, guardian]) {
      const { stdout } = await runCommandLine(...command, '--for-vote')
      calls.push('--call', stdout.trim())
    }
    const made = await succeed(...gov('propose', 'member-0.key', ...calls, '--description', 'an agent within limits'))
    const by = (command: string, ...args: string[]): string[] =>
      gov(command, 'member-0.key', '--proposal', String(made['proposal']), ...args)
    const { stdout: words } = await runCommandLine('gov', 'status', ...at, '--proposal', String(made['proposal']))
    expect(words).toContain(`${oracle} as ScoreOracle.setFeed(`)
    expect(words).toContain(`${executor} as GuardedExecutor.setLimits(`)
    await pass(61)
    await succeed(...by('vote', '--support', 'for'))
    await pass(3600)
    await succeed(...by('queue'))
    await pass(8 * DAY)
    await succeed(...by('execute'))

    const key = ['--key-file', join(folder, 'member-2.key')]
    await succeed('oracle', 'attest', 'risk', agent, ...onOracle, ...key, '--score', '7', '--out', join(folder, 'score.json'))
    expect(await succeed('guard', 'status', agent, ...onExecutor)).toMatchObject({ stage: 'capped', tripped: false })
    // The guardian that the vote named trips the breaker; only another vote resets it.
    await succeed('guard', 'trip', ...onExecutor, ...key)
    expect(await runQuorate('guard', 'reset', ...onExecutor, ...key)).toMatchObject({ last: { details: { error: 'NotOwner' } } })
  })

  it('says so where no votes govern', async () => {
    const out = join(folder, 'ungoverned')
    const { ledger: other } = await succeed(
      'deploy',
      '--rpc',
      anvil.rpcUrl,
      '--key-file',
      join(folder, 'deployer.key'),
      '--out',
      out,
    )
    expect(await runQuorate('gov', 'params', '--rpc', anvil.rpcUrl, '--ledger', String(other))).toMatchObject({
      code: 3,
      last: { code: 'GOVERNANCE_NOT_FOUND' },
    })
  })
})

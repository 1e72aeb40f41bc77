import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ADVISE,
  adviceData,
  executeAction,
  finalizeWithQuorum,
  mintDevelopmentTokens,
  proposeAction,
  readAdvice,
  readAgent,
  readTask,
} from '../../../src/chain/index.ts'
import type { AdvisedTerms } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import { decodeSpec, lowerHex, signAction } from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import { normsFromEvidence } from '../../../src/replay/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'
import { agreementsTo, crowdWorld, playRound } from '../../support/node/crowd-rounds.ts'
import type { CrowdRound, CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { hash } from '../chain/harness.ts'

/** The governor owns oracle, executor and board; others score, advise and found. */
const ACCOUNTS = { governor: 0, first: 5, second: 6, third: 7, agent: 8, founder: 9 } as const
const SIGNERS = ['first', 'second', 'third'] as const
const REWARD = parseEther('0.5')

let world: CrowdWorld
let folder: string
let oracle: Address
let executor: Address
let board: Address
let subject: Hash

type Who = keyof typeof ACCOUNTS
const keyOf = (who: Who): string => join(folder, `${who}.key`)
const by = (who: Who): string[] => ['--key-file', keyOf(who)]
const addressOf = (who: Who): Address => world.on.anvil.accounts[ACCOUNTS[who]]!.address
const rpc = (): string[] => ['--rpc', world.on.anvil.rpcUrl]
const guard = async (...args: string[]) => (await runQuorate('guard', ...args, ...rpc())).last
const onExecutor = async (...args: string[]) => guard(...args, '--executor', executor)
const onBoard = async (...args: string[]) => guard(...args, '--board', board)
const evidence = (): string => join(world.operator.folder, 'evidence')
const steward = async () => onBoard('steward', String(world.task), '--evidence', evidence(), ...by('agent'))
const advice = async () => readAdvice(world.on.chain, { board, task: world.task })

/** The health of the task, as three signers see it: 0 is well. */
async function score(value: number): Promise<void> {
  await world.on.pass(1)
  const ask = async (...args: string[]) => runQuorate('oracle', ...args, ...rpc(), '--oracle', oracle)
  const files = SIGNERS.map((who) => join(folder, `${who}.json`))
  for (const [index, who] of SIGNERS.entries())
    await ask('attest', 'health', subject, '--score', String(value), ...by(who), '--out', files[index]!)
  expect((await ask('submit', ...files, ...by('governor'))).last).toMatchObject({ event: 'scored', value: String(value) })
}

/** So that no time has to pass, in which the next round would lapse. */
async function finalize(played: CrowdRound): Promise<void> {
  const { on, task, operator } = world
  const { round } = played.plan
  const { claimHash } = operator.history.claim(round)!
  const agreements = await agreementsTo(world, played)
  await finalizeWithQuorum(on.governor, { ledger: on.contracts.ledger, task, round, claimHash, agreements })
}

beforeAll(async () => {
  world = await crowdWorld({ count: 8, committee: 80 })
  folder = await mkdtemp(join(tmpdir(), 'quorate-steward-'))
  const { on, task } = world
  subject = `0x${task.toString(16).padStart(64, '0')}`
  for (const who of Object.keys(ACCOUNTS) as Who[]) await createKeyFile(keyOf(who), on.anvil.accounts[ACCOUNTS[who]]!.privateKey)
  oracle = (await runQuorate('oracle', 'deploy', ...rpc(), ...by('governor'))).last['oracle'] as Address
  const signers = SIGNERS.flatMap((who) => ['--signer', addressOf(who)])
  const bounds = ['--model', hash('health'), '--quorum', '3', '--maximum', '1000', '--max-age', '86400']
  await runQuorate('oracle', 'set-feed', 'health', ...signers, ...bounds, ...rpc(), '--oracle', oracle, ...by('governor'))
  executor = (await guard('deploy', '--oracle', oracle, ...by('governor')))['executor'] as Address
  const at = ['--ledger', on.contracts.ledger, '--executor', executor]
  board = (await guard('deploy-board', ...at, ...by('governor')))['board'] as Address
  const start = { commit: 600, reveal: 600, attest: 600, post: 600, rewardPerRound: String(REWARD) }
  const limits = {
    least: { ...start, commit: 300, reveal: 100, attest: 100, rewardPerRound: '1', minNormSq: 1, maxNormSq: 1 },
    start: { ...start, minNormSq: 1000, maxNormSq: 2 ** 40 },
    most: { ...start, commit: 1200, post: 1200, rewardPerRound: String(2n * REWARD), minNormSq: 2 ** 40, maxNormSq: 2 ** 41 },
    stepBps: 2500,
  }
  await writeFile(join(folder, 'limits.json'), JSON.stringify(limits))
  await onBoard('limit-terms', String(task), '--limits', join(folder, 'limits.json'), ...by('governor'))
  const risk = ['--feed', 'health', '--threshold', '300', '--extreme', '800']
  const rate = ['--window', '600', '--actions', '2', '--cooldown', '60']
  const caps = ['--amount-per-action', String(2n * REWARD), '--amount-per-window', String(4n * REWARD)]
  await onExecutor('set-limits', addressOf('agent'), '--stage', 'capped', ...risk, ...rate, ...caps, ...by('governor'))
  const call = [addressOf('agent'), board, ADVISE.signature, '--amount-argument', String(ADVISE.amountWord)]
  await onExecutor('allow', ...call, ...by('governor'))
  await score(0)
}, 240_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('advises within limits and steps, from rounds that are final', async () => {
  const { on, task, operator } = world
  expect(await steward()).toMatchObject({ event: 'adviceKept', ok: true, rounds: 0 })
  const played = await playRound(world)
  expect(await steward()).toMatchObject({ event: 'adviceKept', rounds: 0 })
  await finalize(played)
  const proposed = await steward()
  expect(proposed).toMatchObject({ event: 'adviceProposed', ok: true, round: '1', rounds: 1, failed: 0 })
  expect(await onExecutor('execute', proposed['action'] as string, ...by('founder'))).toMatchObject({ outcome: 'executed' })

  const { advice: stands, limits } = await advice()
  expect(stands.round).toBe(1n)
  // A member was missing until the end of the commit window; then all attested at once.
  expect(stands.terms).toMatchObject({ commit: 750n, reveal: 450n, attest: 450n, post: 600n })
  const claims = operator.history.claims()
  const { specHash } = await readTask(on.chain, { ledger: on.contracts.ledger, task })
  const norms = await normsFromEvidence(evidence(), { task, specHash, claims, round: 1n })
  expect(norms.length).toBe(proposed['norms'])
  // Both aims lie further away than a step.
  expect(norms.every((norm) => norm / 4n > 1250n && norm * 4n < (2n ** 40n * 3n) / 4n)).toBe(true)
  expect(stands.terms).toMatchObject({ minNormSq: 1250n, maxNormSq: (2n ** 40n * 3n) / 4n })
  expect(limits.stepBps).toBe(2500)
  expect(await onBoard('terms', String(task))).toMatchObject({ event: 'advice', ok: true, round: '1', commit: '750' })
  expect(await steward()).toMatchObject({ event: 'adviceKept' })
}, 240_000)

it('cannot go beyond the limits, whatever its key signs', async () => {
  const { on, task } = world
  const { chain } = on
  const { advice: before } = await advice()
  await finalize(await playRound(world))
  await score(0)
  const greedy: AdvisedTerms = { ...before.terms, commit: 1201n }
  const account = on.anvil.accounts[ACCOUNTS.agent]!.account
  const agent = lowerHex(account.address)
  const sender = on.sender(ACCOUNTS.agent)
  const { nextNonce: nonce } = await readAgent(chain, { executor, agent })
  const { timestamp } = await chain.publicClient.getBlock()
  const data = adviceData(task, 2n, greedy)
  const action = { agent, target: board, value: 0n, data, subject, nonce, expiry: timestamp + 3600n }
  const signature = await signAction({ chainId: chain.chainId, contract: executor }, action, account)
  await proposeAction(sender, { executor, action, signature })
  await expect(executeAction(sender, { executor, action })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'CallFailed' },
  })
  expect((await advice()).advice).toEqual(before)
}, 240_000)

it('does nothing while the task is unwell, and trips the breaker when it is worse', async () => {
  await score(500)
  const proposed = await steward()
  expect(proposed).toMatchObject({ event: 'adviceProposed', round: '2' })
  const action = proposed['action'] as string
  expect(await onExecutor('validate', action)).toMatchObject({ executes: false, reason: 'risky' })
  await score(900)
  expect(await onExecutor('execute', action, ...by('founder'))).toMatchObject({ outcome: 'tripped' })
  await score(0)
  expect(await onExecutor('validate', action)).toMatchObject({ reason: 'tripped' })
  expect((await advice()).advice.round).toBe(1n)
  await onExecutor('reset', ...by('governor'))
  expect(await onExecutor('execute', action, ...by('founder'))).toMatchObject({ outcome: 'executed' })
  expect((await advice()).advice.round).toBe(2n)
}, 240_000)

it('is taken by whoever founds the successor', async () => {
  const { on, task, operator } = world
  const { ledger, token } = on.contracts
  const { terms } = (await advice()).advice
  await mintDevelopmentTokens(on.governor, { token, to: addressOf('founder'), amount: parseEther('10') })
  const of = ['--task', String(task), '--state', operator.folder, '--out', join(folder, 'next'), '--rounds', '1']
  const run = await runQuorate('task', 'succeed', ...rpc(), '--ledger', ledger, ...by('founder'), ...of, '--board', board)
  expect(run.last).toMatchObject({ event: 'task', ok: true, predecessor: String(task) })
  const next = await readTask(on.chain, { ledger, task: BigInt(run.last['task'] as string) })
  const { commit, reveal, attest, post, rewardPerRound, minNormSq, maxNormSq } = terms
  const windows = { commit: Number(commit), reveal: Number(reveal), attest: Number(attest), post: Number(post) }
  expect(next).toMatchObject({ windows, rewardPerRound })
  expect(decodeSpec(await readFile(join(folder, 'next', 'spec.json'), 'utf8'))).toMatchObject({ minNormSq, maxNormSq })
}, 120_000)

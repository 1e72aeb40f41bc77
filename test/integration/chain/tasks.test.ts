import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeTask, openTask } from '../../../coordinator/actions/create-task.ts'
import { describeSuccessor } from '../../../coordinator/actions/succeed-task.ts'
import { readTaskFiles, TASK_FILES, writeTaskFiles } from '../../../coordinator/actions/task-files.ts'
import {
  allocate,
  bond,
  createTask,
  fundRewards,
  MembershipView,
  mintDevelopmentTokens,
  readCurrentRound,
  readLedgerEvents,
  readMinimum,
  readTask,
  readTokenBalance,
  refundTask,
  stopTask,
  takeSeat,
} from '../../../src/chain/index.ts'
import type { TaskTerms } from '../../../src/chain/index.ts'
import { StateStore } from '../../../src/node/index.ts'
import {
  claimHash,
  fileHash,
  genesisClaim,
  modelBytes,
  modelRoot,
  parseDocument,
  specHash,
  toHex,
} from '../../../src/protocol/index.ts'
import type { Claim } from '../../../src/protocol/index.ts'
import { evidencePath, genesisState } from '../../../src/replay/index.ts'
import {
  BOND,
  claimOn,
  enrol,
  genesis,
  hotSender,
  openTask as openPlainTask,
  RULES,
  sealAndPost,
  startTestChain,
  TASK_SPEC,
  WINDOWS,
} from './harness.ts'
import type { TestChain } from './harness.ts'

let on: TestChain
let folder: string
const STRANGER = 9

const terms = (): TaskTerms => ({
  windows: WINDOWS,
  quorumBps: 6667,
  minMembers: 1,
  minStake: 0n,
  judge: on.contracts.judge,
  falseClaimPenalty: parseEther('50'),
  faultPenalty: parseEther('10'),
  bountyBps: 2000,
})

beforeAll(async () => {
  on = await startTestChain()
  folder = await mkdtemp(join(tmpdir(), 'quorate-tasks-'))
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member')
  await openPlainTask(on)
  await mintDevelopmentTokens(on.governor, {
    token: on.contracts.token,
    to: on.sender(STRANGER).address,
    amount: parseEther('100'),
  })
})
afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('a task that a stranger founds', () => {
  const reward = parseEther('0.5')
  let task: bigint

  it('is created, funded, joined by members of another task, and runs a round', async () => {
    const { chain, contracts } = on
    const { ledger, vault, token } = contracts
    const founder = on.sender(STRANGER)
    const files = { spec: { ...TASK_SPEC, rewardPerRound: reward } }
    ;({ task } = await openTask(founder, { contracts, files, ...terms(), funding: 3n * reward }))
    expect(await readTask(chain, { ledger, task })).toMatchObject({
      founder: founder.address,
      operator: zeroAddress,
      specHash: specHash(files.spec),
      rewardPerRound: reward,
      funded: 3n * reward,
      predecessor: 0n,
      stopped: false,
      judgeRetired: false,
    })
    for (const [index, role] of [
      [1, 'operator'],
      [2, 'member'],
    ] as const) {
      const amount = BOND + parseEther('1')
      await mintDevelopmentTokens(on.governor, { token, to: on.sender(index).address, amount })
      await bond(on.sender(index), { vault, token, amount })
      await allocate(on.sender(index), { vault, task, role, amount: BOND })
    }
    await on.pass(1)
    await takeSeat(hotSender(on, 1), { ledger, task })
    await on.pass(WINDOWS.commit)
    const base = genesisClaim(specHash(files.spec), files.spec.genesisModelRoot, genesis.referenceRoot)
    const claim = claimOn(claimHash(task, 0n, base), { ledgerTotal: reward })
    await sealAndPost(hotSender(on, 1), { ledger, task, round: 1n, claim })
    expect(await readCurrentRound(chain, { ledger, task })).toMatchObject({ round: 2n, parent: claimHash(task, 1n, claim) })
  })

  it('is stopped by nobody else', async () => {
    await expect(stopTask(on.sender(2), { ledger: on.contracts.ledger, task })).rejects.toMatchObject({
      details: { error: 'NotFounder' },
    })
  })

  it('gives back what it did not use, once it is stopped and its last claim is final', async () => {
    const { chain, contracts } = on
    const { ledger, token, distributor } = contracts
    const founder = on.sender(STRANGER)
    await expect(refundTask(founder, { distributor, task })).rejects.toMatchObject({ code: 'TASK_NOT_ENDED' })
    await stopTask(founder, { ledger, task })
    await expect(fundRewards(founder, { distributor, token, task, amount: 1n })).rejects.toMatchObject({ code: 'TASK_ENDED' })
    await expect(refundTask(founder, { distributor, task })).rejects.toMatchObject({ code: 'TASK_NOT_ENDED' })
    const { round } = await readCurrentRound(chain, { ledger, task })
    const parent = (await readCurrentRound(chain, { ledger, task })).parent
    await on.pass(WINDOWS.commit)
    await sealAndPost(hotSender(on, 1), { ledger, task, round, claim: claimOn(parent, { ledgerTotal: reward }) })
    expect(await readCurrentRound(chain, { ledger, task })).toMatchObject({ state: 'empty', operatorKey: zeroAddress })
    await expect(takeSeat(hotSender(on, 1), { ledger, task })).rejects.toMatchObject({ code: 'TASK_ENDED' })
    await on.pass(WINDOWS.challenge)
    const before = await readTokenBalance(chain, { token, owner: founder.address })
    // Anyone may send it.
    const refunded = await refundTask(on.sender(2), { distributor, task })
    expect(refunded).toMatchObject({ founder: founder.address, amount: 2n * reward })
    expect(await readTokenBalance(chain, { token, owner: founder.address })).toBe(before + 2n * reward)
    const events = await readLedgerEvents(chain, { contracts, task })
    expect(events.filter(({ type }) => type === 'stopped' || type === 'refunded')).toMatchObject([
      { type: 'stopped', by: founder.address },
      { type: 'refunded', founder: founder.address, amount: 2n * reward },
    ])
  })
})

describe("a penalty above the vault's minimum of operators", () => {
  it('is the least that an operator of the task allocates', async () => {
    const { chain, contracts } = on
    const { ledger, vault, token } = contracts
    const penalty = BOND + parseEther('1')
    const made = { ...terms(), ledger, spec: { ...TASK_SPEC, rewardPerRound: 1n }, falseClaimPenalty: penalty }
    const { task } = await createTask(on.sender(STRANGER), made)
    expect(await readMinimum(chain, { vault, task, role: 'operator' })).toBe(penalty)
    expect(await readMinimum(chain, { vault, task, role: 'member' })).toBe(RULES.minBond)
    const operator = on.sender(1)
    const amount = penalty + parseEther('1')
    await mintDevelopmentTokens(on.governor, { token, to: operator.address, amount })
    await bond(operator, { vault, token, amount })
    await expect(allocate(operator, { vault, task, role: 'operator', amount: BOND })).rejects.toMatchObject({
      code: 'STAKE_TOO_LOW',
      details: { minimum: penalty },
    })
    await allocate(operator, { vault, task, role: 'operator', amount: penalty })
    const membership = new MembershipView({ chain, vault, task })
    await membership.start()
    expect(membership.account(operator.address)).toMatchObject({ role: 'operator', allocated: penalty })
    await membership.stop()
  })
})

describe('a successor', () => {
  it('starts from the newest final model of its predecessor, under other terms', async () => {
    const { chain, contracts } = on
    const { ledger } = contracts
    const first = describeTask({ model: 'mlp', seed: 1, rule: 'nnmGm', byzantineBps: 2500, rewardPerRound: 1n })
    const { task } = await openTask(on.governor, { contracts, files: first, ...terms(), funding: 0n })
    await join2(task)
    const model = new Int32Array(first.genesis.buffer, first.genesis.byteOffset, first.genesis.length / 4).map(
      (value) => value + 1,
    )
    const base = genesisState(
      task,
      first.spec,
      model.map((value) => value - 1),
    )
    const claim: Claim = claimOn(base.claimHash, { modelRoot: toHex(modelRoot(model)), referenceRoot: base.claim.referenceRoot })
    const needs = { contracts, task, stateFolder: folder, fromBlock: 0n }
    await expect(describeSuccessor(chain, needs)).rejects.toMatchObject({ code: 'ROUND_NOT_FINAL' })
    await sealAndPost(hotSender(on, 1), { ledger, task, round: 1n, claim })
    await on.pass(WINDOWS.challenge)
    await expect(describeSuccessor(chain, needs)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    const hash = claimHash(task, 1n, claim)
    const states = await StateStore.open(join(folder, 'states'))
    await states.save({ ...base, round: 1n, claimHash: hash, height: 1, claim, model })
    const evidence = evidencePath(join(folder, 'evidence'), task, 1n)
    await mkdir(evidence, { recursive: true })
    await writeFile(join(evidence, 'spec.json'), first.specJson)
    await writeFile(join(evidence, 'document.json'), first.documentJson)

    const next = await describeSuccessor(chain, { ...needs, changes: { rewardPerRound: 2n, toleranceBps: 3000 } })
    expect(next.terms).toEqual({ ...terms(), judge: contracts.judge })
    expect(next.files.spec).toMatchObject({ rewardPerRound: 2n, toleranceBps: 3000, genesisModelRoot: claim.modelRoot })
    expect(parseDocument(next.files.documentJson).genesis).toBe(fileHash(modelBytes(model)))
    await writeTaskFiles(join(folder, 'next'), next.files)
    expect((await readTaskFiles(join(folder, 'next'))).spec).toEqual(next.files.spec)

    const founder = on.sender(STRANGER)
    const { files, origin } = next
    const made = await openTask(founder, { contracts, files, origin, ...next.terms, minMembers: 2, funding: 20n })
    expect(await readTask(chain, { ledger, task: made.task })).toMatchObject({
      founder: founder.address,
      predecessor: task,
      predecessorRound: 1n,
      minMembers: 2,
      funded: 20n,
      operator: zeroAddress,
    })
    const other = { ...files.spec, genesisModelRoot: first.spec.genesisModelRoot }
    await expect(createTask(founder, { ledger, spec: other, origin, ...terms() })).rejects.toMatchObject({
      details: { error: 'OtherModel' },
    })
  })

  async function join2(task: bigint): Promise<void> {
    const { vault, token, ledger, distributor } = on.contracts
    for (const [index, role] of [
      [1, 'operator'],
      [2, 'member'],
    ] as const) {
      const amount = BOND + parseEther('1')
      await mintDevelopmentTokens(on.governor, { token, to: on.sender(index).address, amount })
      await bond(on.sender(index), { vault, token, amount })
      await allocate(on.sender(index), { vault, task, role, amount: BOND })
    }
    await mintDevelopmentTokens(on.governor, { token, to: on.governor.address, amount: 10n })
    await fundRewards(on.governor, { distributor, token, task, amount: 10n })
    await on.pass(1)
    await takeSeat(hotSender(on, 1), { ledger, task })
    await on.pass(WINDOWS.commit)
  }
})

describe('the files of a task', () => {
  it('are refused when one is not the one that the next names', async () => {
    const files = describeTask({ model: 'mlp', seed: 1, rule: 'mean', byzantineBps: 0, rewardPerRound: 1n })
    const at = join(folder, 'files')
    await writeTaskFiles(at, files)
    expect((await readTaskFiles(at)).spec).toEqual(files.spec)
    await writeFile(
      join(at, TASK_FILES.genesis),
      files.genesis.map((byte) => byte ^ 1),
    )
    await expect(readTaskFiles(at)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' })
    await writeFile(join(at, TASK_FILES.document), `${files.documentJson} `)
    await expect(readTaskFiles(at)).rejects.toMatchObject({ code: 'SPEC_MISMATCH' })
    await rm(join(at, TASK_FILES.spec))
    await expect(readTaskFiles(at)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' })
  })
})

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readClaimed, readFinality } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { AgreementFiles, claimRewards, StateStore } from '../../../src/node/index.ts'
import { claimHash, ledgerRoot, lowerHex, signStatement, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Hash, Ledger } from '../../../src/protocol/index.ts'
import { BOND, claimOn, enrol, genesis, hotSender, openTask, startTestChain, sealAndPost } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

const ROUND = 1n
const REWARD = parseEther('0.5')

let on: TestChain
let dataFolder: string
let task: bigint
let standing: Hash

/** Members 2, 3 and 4 hold 3, 1 and 1 bonds; account 2 has earned a reward, and its node's folder knows that. */
async function post(quorumBps: number): Promise<void> {
  await enrol(on, 1, 'operator')
  await enrol(on, 2, 'member', 3n * BOND)
  await enrol(on, 3, 'member')
  await enrol(on, 4, 'member')
  task = await openTask(on, { quorumBps })
  const ledger: Ledger = new Map([
    [0, { member: lowerHex(on.sender(2).address), reward: REWARD, strikes: 0, reputation: 0, extra: ZERO_HASH }],
  ])
  const claim = claimOn(claimHash(task, 0n, genesis), { ledgerRoot: ledgerRoot(ledger), ledgerTotal: REWARD, members: 3 })
  standing = claimHash(task, ROUND, claim)
  await sealAndPost(hotSender(on, 1), { ledger: on.contracts.ledger, task, round: ROUND, claim })
  const states = await StateStore.open(join(dataFolder, 'states'))
  await states.save({
    round: ROUND,
    claimHash: standing,
    height: 1,
    claim,
    model: new Int32Array(256),
    reference: null,
    ledger,
    ledgerTotal: REWARD,
  })
}

/** The node has collected the agreements of these accounts. */
async function agreed(...accounts: number[]): Promise<void> {
  const domain = { chainId: on.chain.chainId, ledger: on.contracts.ledger }
  const signatures = await Promise.all(
    accounts.map(async (index) => ({
      member: lowerHex(on.sender(index).address),
      signature: await signStatement(domain, 'Agreement', { task, round: ROUND, claim: standing }, on.hot(index).account),
    })),
  )
  const files = new AgreementFiles(join(dataFolder, 'agreements'), silentLogger)
  files.put(standing, signatures)
  await files.settled()
}

const claim = async (): ReturnType<typeof claimRewards> =>
  claimRewards(on.sender(2), {
    contracts: on.contracts,
    task,
    member: on.sender(2).address,
    dataFolder,
    fromBlock: 0n,
  })

beforeEach(async () => {
  on = await startTestChain()
  dataFolder = await mkdtemp(join(tmpdir(), 'quorate-claim-'))
}, 60_000)

afterEach(async () => {
  await on[Symbol.asyncDispose]()
  await rm(dataFolder, { recursive: true })
})

describe('claiming rewards counts by the quorum of the task', { timeout: 60_000 }, () => {
  it('60 % of the stake finalise a claim of a task whose quorum is 51 %', async () => {
    await post(5100)
    await agreed(2)
    expect(await claim()).toMatchObject({ round: ROUND, amount: REWARD, finalized: true })
    const { distributor } = on.contracts
    expect(await readClaimed(on.chain, { distributor, task, member: on.sender(2).address })).toBe(REWARD)
  })

  it('80 % of the stake do not finalise a claim of a task whose quorum is 90 %: nothing is sent', async () => {
    await post(9000)
    await agreed(2, 3)
    await expect(claim()).rejects.toMatchObject({ code: 'ROUND_NOT_FINAL' })
    expect(await readFinality(on.chain, { ledger: on.contracts.ledger, task, round: ROUND })).toMatchObject({ final: false })
  })
})

describe('claiming rewards from the folder of a node', { timeout: 60_000 }, () => {
  it('reads one leaf and no model, however many states the folder holds', async () => {
    await post(5100)
    await agreed(2)
    const folder = join(dataFolder, 'states')
    const states = await StateStore.open(folder)
    const { claim: claimed, ...head } = states.head(standing)!
    for (let i = 1; i < 64; i++) {
      const older: Hash = `0x${i.toString(16).padStart(64, '0')}`
      await states.save({ ...head, claim: claimed, round: 0n, claimHash: older, model: new Int32Array(256), reference: null })
    }
    // Whoever opened a model would fail.
    for (const name of await readdir(folder)) await rm(join(folder, name, 'model.i32'))
    expect(await claim()).toMatchObject({ round: ROUND, amount: REWARD })
    expect(await readdir(folder)).toHaveLength(64)
  })

  it('a folder without agreements is no quorum; agreements that cannot be read are an error that says what to do', async () => {
    await post(5100)
    await expect(claim()).rejects.toMatchObject({ code: 'ROUND_NOT_FINAL' })
    await mkdir(join(dataFolder, 'agreements'))
    await writeFile(join(dataFolder, 'agreements', `${standing}.json`), '{"claimHash":')
    await expect(claim()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('delete the file and start the node') as string,
    })
  })

  it('an agreement of somebody without stake at the opening is left out', async () => {
    await post(5100)
    await enrol(on, 5, 'member')
    await agreed(2, 5)
    expect(await claim()).toMatchObject({ finalized: true, amount: REWARD })
    await expect(claim()).rejects.toMatchObject({ code: 'NOTHING_TO_CLAIM' })
  })
})

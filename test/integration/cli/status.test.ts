import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { encodeOpening } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { evidencePath, OPENING_FILE, SPEC_FILE } from '../../../src/replay/index.ts'
import { encodeSpec, isAdmitted } from '../../../src/protocol/index.ts'
import type { LedgerLeaf } from '../../../src/protocol/index.ts'
import { postRound, startJudgedChain } from '../../support/judge/judged-chain.ts'
import { MEMBERS, randomRound, TASK } from '../../support/judge/random-round.ts'
import { createTask, leaveTask } from '../../../src/chain/index.ts'
import { BOND, joinAll, TASK_SPEC, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

let on: TestChain
let folder: string
let parts: ClaimParts

interface Status {
  rounds: { round: string; sealed: number; uncounted: { member: string; reason: string }[] | null }[]
  evidence: { round?: string; missing?: string }
  members: { slot: number; evidence: Record<string, unknown> | null }[]
}

async function run(...args: string[]): Promise<string> {
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger]
  return (await runCommandLine('status', ...chain, ...args)).stdout
}

const status = async (...args: string[]): Promise<Status> => JSON.parse(await run('--json', ...args)) as Status

async function write(name: string, content: string | Uint8Array): Promise<void> {
  const path = evidencePath(folder, TASK, 2n)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, name), content)
}

beforeAll(async () => {
  on = await startJudgedChain()
  folder = await mkdtemp(join(tmpdir(), 'quorate-status-'))
  const round = randomRound(3)
  const leaf = (slot: number, since: bigint, quarantines: number): LedgerLeaf => ({
    member: MEMBERS[slot]!.member,
    reward: 0n,
    strikes: 512,
    reputation: 0,
    extra: encodeEvidence({ wealth: quarantines === 0 ? -512 : 0, quarantines, since, until: since === 0n ? 0n : since + 33n }),
  })
  parts = { ...round.honest, ledger: new Map([leaf(0, 0n, 0), leaf(1, 2n, 1), leaf(2, 2n, 2)].entries()), ledgerTotal: 0n }
  await postRound(on, round, parts)
}, 120_000)

afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('quorate status', { timeout: 120_000 }, () => {
  it('says in one line why evidence across rounds is not shown', async () => {
    expect(await run()).toMatch(/^Evidence across rounds is not shown: .*--evidence FOLDER$/m)
    const { evidence, members } = await status('--evidence', folder)
    expect(evidence).toEqual({ missing: `${folder} holds no opening.bin of a round of task 1 whose claim stands` })
    expect(members[0]!.evidence).toBeNull()
  })

  it('believes no file whose ledger is not the one on chain', async () => {
    const path = join(evidencePath(folder, TASK, 2n), OPENING_FILE)
    await write(SPEC_FILE, encodeSpec(parts.spec))
    const forged = new Map(parts.ledger).set(1, { ...parts.ledger.get(1)!, strikes: 0 })
    await write(OPENING_FILE, encodeOpening({ ...parts, ledger: forged }))
    const { evidence, members } = await status('--evidence', folder)
    expect(evidence.missing).toMatch(`${path}: the opening has the ledger 0x`)
    expect(members[1]!.evidence).toBeNull()
    await write(OPENING_FILE, encodeOpening(parts).slice(0, -1))
    expect((await status('--evidence', folder)).evidence.missing).toMatch(`${path}: this is not an opening of a claim`)
    await write(OPENING_FILE, encodeOpening(parts))
    await write(SPEC_FILE, encodeSpec({ ...parts.spec, minSealedBps: 9999 }))
    expect((await status('--evidence', folder)).evidence.missing).toMatch('the chain names another specification')
    await write(SPEC_FILE, encodeSpec(parts.spec))
  })

  it('shows bet, strikes and quarantine', async () => {
    const known = await status('--evidence', folder)
    expect(known.evidence).toEqual({ round: '2' })
    const evidence = known.members.map((member) => member.evidence!)
    expect(evidence.slice(0, 4)).toMatchObject([
      { eValue: 0.25, strikes: 2, quarantined: false, since: null, until: null, times: 0 },
      { eValue: 1, strikes: 2, quarantined: true, since: '2', until: '35', times: 1 },
      { quarantined: true, since: '2', until: '35', times: 2 },
      { eValue: 1, strikes: 0, quarantined: false, times: 0 },
    ])
    expect(await run('--evidence', folder)).toMatch(/until round 35 +2$/m)
    await on.pass(WINDOWS.challenge)
  })

  it('finds groups of members in the rounds whose Gram matrix the chain vouches for', async () => {
    const { groups } = JSON.parse(await run('--json', '--groups', '--evidence', folder)) as {
      groups: { rounds: string[]; groups: { members: string[] }[] }
    }
    expect(groups.rounds).toEqual(['2'])
    const admitted = parts.rows.filter(({ verdict }) => isAdmitted(verdict)).map(({ member }) => member.toLowerCase())
    expect(groups.groups.flatMap(({ members }) => members).sort()).toEqual(admitted.sort())
    expect(await run('--groups', '--evidence', folder)).toMatch(/^Groups of members by the cosines of their updates, round 2$/m)
    const none = await run('--groups', '--evidence', join(folder, 'nowhere'))
    expect(none).toMatch(/^Groups of members are not shown: the evidence folder has no opening/m)
  })

  it('names the updates that did not count, from rows that the chain vouches for', async () => {
    const [newest] = (await status('--evidence', folder)).rounds
    const counts = (slot: number): boolean => parts.rows.find((row) => row.slot === slot)!.beta > 0
    const sealed = parts.rows.map(({ member }) => member.toLowerCase())
    const expected = MEMBERS.filter(({ member, slot }) => !sealed.includes(member.toLowerCase()) || !counts(slot))
    expect(newest).toMatchObject({ round: '2', sealed: parts.members })
    expect(newest!.uncounted!.map(({ member }) => member.toLowerCase()).sort()).toEqual(
      expected.map(({ member }) => member.toLowerCase()).sort(),
    )
    // Nothing vouches for rows under another root.
    await write(OPENING_FILE, encodeOpening({ ...parts, rows: parts.rows.map((row) => ({ ...row, weight: 1n })) }))
    expect((await status('--evidence', folder)).rounds[0]!.uncounted).toBeNull()
    await write(OPENING_FILE, encodeOpening(parts))
    expect((await status()).rounds[0]!.uncounted).toBeNull()
  })

  it('tells what is final and what is only posted', async () => {
    expect(await run()).toMatch(/^Final: up to round 2, model 0x/m)
  })

  it('tells what a task waits for before it starts', async () => {
    // One of them has left again.
    const counted = MEMBERS.length - 1
    const { contracts, governor } = on
    await createTask(governor, {
      ledger: contracts.ledger,
      spec: { ...TASK_SPEC, rewardPerRound: 1n },
      windows: WINDOWS,
      quorumBps: 6667,
      judge: contracts.judge,
      falseClaimPenalty: BOND / 20n,
      faultPenalty: 1n,
      bountyBps: 2000,
      minMembers: MEMBERS.length + 2,
      minStake: 0n,
    })
    await joinAll(on, 2n)
    await leaveTask(on.enrolled[0]!.sender, { vault: contracts.vault, task: 2n })
    const text = await run('--task', '2')
    expect(text).toMatch(`Task 2 has no open round: waiting for members: ${counted} of ${MEMBERS.length + 2} joined`)
    for (const { member } of MEMBERS) expect(text.toLowerCase()).toContain(member.toLowerCase())
    expect(await status('--task', '2')).toMatchObject({
      started: false,
      waiting: { members: counted, minMembers: MEMBERS.length + 2, enough: false },
    })
  })
})

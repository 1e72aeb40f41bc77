import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256, toHex, zeroAddress, zeroHash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeTask } from '../../../coordinator/actions/create-task.ts'
import { quorateTimelockAbi, quorateTimelockBytecode } from '../../../src/chain/abi/index.ts'
import { deployGuardian, readCurrentRound } from '../../../src/chain/index.ts'
import { createKeyFile } from '../../../src/config/index.ts'
import { evidencePath, manifestOf, writeEvidence } from '../../../src/replay/index.ts'
import {
  claimHash,
  commitWord,
  evidenceHash,
  fingerprintsRoot,
  genesisClaim,
  specHash,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash } from '../../../src/protocol/index.ts'
import { claimOn, enrol, genesis, hash, hotSender, openTask, startTestChain, WINDOWS, sealAndPost } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

let on: TestChain
let folder: string
let task: bigint
const claims: Claim[] = []
const keys: Record<string, string> = {}

type Line = Record<string, unknown>

/** Runs the program; its JSON lines, the last one by itself, and the exit code. */
async function quorate(...args: string[]): Promise<{ code: number; lines: Line[]; last: Line }> {
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger, '--json']
  const { code, stdout } = await runCommandLine(...args, ...chain)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  return { code, lines, last: lines.at(-1)! }
}

async function post(of: bigint, base: Claim, from: bigint, count: number, evidence?: Hash): Promise<Claim[]> {
  const posted: Claim[] = []
  for (let round = from; round < from + BigInt(count); round++) {
    await on.pass(WINDOWS.commit)
    const parent = claimHash(of, round - 1n, posted.at(-1) ?? base)
    const claim = claimOn(parent, { modelRoot: hash(`model ${of} ${round}`), ...(evidence === undefined ? {} : { evidence }) })
    await sealAndPost(hotSender(on, 1), { ...on.contracts, task: of, round, claim })
    posted.push(claim)
  }
  return posted
}

beforeAll(async () => {
  on = await startTestChain()
  folder = await mkdtemp(join(tmpdir(), 'quorate-model-'))
  await enrol(on, 1, 'operator')
  const { spec, specJson, documentJson } = describeTask({
    model: 'mlp',
    seed: 1,
    rule: 'mean',
    byzantineBps: 0,
    reference: 'none',
    rewardPerRound: 1n,
  })
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const documents = new Map([
    ['spec.json', encode(specJson)],
    ['document.json', encode(documentJson)],
  ])
  const files = { documents, updates: new Map() }
  task = await openTask(on, { spec })
  claims.push(genesisClaim(specHash(spec), spec.genesisModelRoot, ZERO_HASH))
  claims.push(...(await post(task, claims[0]!, 1n, 2, evidenceHash(manifestOf(files)))))
  for (const round of [1n, 2n]) await writeEvidence(join(folder, 'evidence'), task, round, files)
  await writeFile(join(folder, 'LICENCE'), 'do as you like')
  await writeFile(join(folder, 'images.bin'), 'images')
  for (const [name, key] of [
    ['operator', on.hot(1).privateKey],
    ['stranger', on.anvil.accounts[5]!.privateKey],
    ['governor', on.anvil.accounts[0]!.privateKey],
    ['holder', on.anvil.accounts[9]!.privateKey],
  ] as const) {
    keys[name] = join(folder, `${name}.key`)
    await createKeyFile(keys[name], key)
  }
}, 60_000)
afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('quorate model', () => {
  const lineage = async (name: string, ...more: string[]) => quorate('model', 'lineage', '1', name, ...more)
  const register = async (key: string, round = '2', of = '1') => {
    const what = ['--code', COMMIT, '--licence', join(folder, 'LICENCE'), '--dataset', join(folder, 'images.bin')]
    const by = ['--registry', on.deployment.registry, '--key-file', keys[key]!]
    return quorate('model', 'register', of, round, ...by, ...what, '--fingerprint', hash('labels'))
  }

  it('leads from any model to genesis, and says what is not final yet', async () => {
    const { code, lines, last } = await lineage('2')
    expect(code).toBe(0)
    expect(last).toMatchObject({ event: 'lineage', ok: true, models: 3, final: false, registered: 0 })
    expect(lines.slice(0, -1)).toMatchObject(
      [2, 1, 0].map((round) => ({
        event: 'model',
        round: String(round),
        id: claimHash(task, BigInt(round), claims[round]!),
        parent: claims[round]!.parent,
        modelRoot: claims[round]!.modelRoot,
        final: round === 0,
      })),
    )
    const early = await register('operator')
    expect(early.code).toBe(4)
    expect(early.last).toMatchObject({ code: 'ROUND_NOT_FINAL' })
    await on.pass(WINDOWS.challenge)
    expect((await lineage(claims[1]!.modelRoot)).last).toMatchObject({ models: 2, modelRoot: claims[1]!.modelRoot, final: true })
    expect((await lineage(claims[0]!.modelRoot)).last).toMatchObject({ models: 1 })
  })

  it('registers what its operator posted, with every ancestor, once', async () => {
    const foreign = await register('stranger')
    expect(foreign.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotRegistrar' } })
    const { code, lines, last } = await register('operator')
    expect(code).toBe(0)
    // Genesis needs nobody's word: the stranger's attempt registered it.
    expect(lines.slice(0, -1).map(({ round }) => round)).toEqual(['1', '2'])
    const metadata = {
      code: commitWord(COMMIT),
      licence: keccak256(toHex('do as you like')),
      datasets: fingerprintsRoot([hash('labels'), keccak256(toHex('images'))]),
    }
    expect(last).toMatchObject({ ok: true, registered: 2, ...metadata })
    expect((await register('operator')).last).toMatchObject({ ok: true, registered: 0 })
    const traced = await lineage('2', '--registry', on.deployment.registry)
    expect(traced.last).toMatchObject({ models: 3, registered: 3 })
    expect(traced.lines[0]).toMatchObject({ metadata })
  })

  it('checks the evidence of every round against its claim', async () => {
    const evidence = join(folder, 'evidence')
    expect((await lineage('2', '--evidence', evidence)).last).toMatchObject({ ok: true, files: 4 })
    await writeFile(join(evidencePath(evidence, task, 1n), 'document.json'), '{}')
    const { code, last } = await lineage('2', '--evidence', evidence)
    expect(code).toBe(8)
    expect(last).toMatchObject({ code: 'AUDIT_MISMATCH', details: { round: '1', file: 'document.json' } })
  })

  it('refuses what names no model', async () => {
    const refused = async (name: string) => {
      const { code, last } = await lineage(name)
      return [code, last['code']]
    }
    expect(await refused('3')).toEqual([5, 'MODEL_NOT_FOUND'])
    expect(await refused(hash('another'))).toEqual([5, 'MODEL_NOT_FOUND'])
    expect(await refused('newest')).toEqual([2, 'USAGE'])
    const { last } = await quorate('model', 'lineage', '9', '1')
    expect(last).toMatchObject({ code: 'CONTRACT_NOT_FOUND' })
  })

  it('registers rounds that the ledger has forgotten, by governance', async () => {
    const long = await openTask(on)
    await post(long, genesis, 1n, 66)
    await on.pass(WINDOWS.challenge)
    expect((await register('operator', '2', String(long))).last).toMatchObject({ details: { error: 'NotRegistrar' } })
    const { last } = await register('governor', '4', String(long))
    expect(last).toMatchObject({ ok: true, registered: 4 })
    const { last: traced } = await quorate('model', 'lineage', String(long), '66', '--registry', on.deployment.registry)
    expect(traced).toMatchObject({ models: 67, registered: 5, final: true })
  }, 60_000)
})

describe('quorate guardian', () => {
  let timelock: Address
  const guardian = async (...args: string[]) => quorate('guardian', ...args)

  beforeAll(async () => {
    const admin = on.governor.address
    const DAY = 86_400n
    const args = [on.contracts.vault, 2n * DAY, 30n * DAY, [zeroAddress], admin]
    const deployed = { doing: 'deploy a timelock', abi: quorateTimelockAbi, bytecode: quorateTimelockBytecode, args }
    timelock = (await on.governor.deploy(deployed)).contractAddress
  })

  it('says that nobody may pause before governance named one', async () => {
    expect((await guardian('status')).last).toMatchObject({ ok: true, paused: false, maxPause: 7 * 86_400 })
    const { code, last } = await guardian('pause', '--key-file', keys['holder']!, '--seconds', '60')
    expect([code, last['code']]).toEqual([3, 'CONTRACT_NOT_FOUND'])
  })

  it('pauses, tells until when, and unpauses; only its holder', async () => {
    const address = await deployGuardian(on.governor, { ...on.contracts, holder: on.sender(9).address, timelock })
    const foreign = await guardian('pause', '--key-file', keys['stranger']!, '--seconds', '60')
    expect(foreign.last).toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotHolder' } })
    const { last } = await guardian('pause', '--key-file', keys['holder']!, '--seconds', '3600')
    expect(last).toMatchObject({ event: 'paused', ok: true, guardian: address, holder: on.sender(9).address })
    expect((await guardian('status')).last).toMatchObject({ paused: true, pausedUntil: last['pausedUntil'] })
    const again = await guardian('pause', '--key-file', keys['holder']!, '--seconds', '60')
    expect([again.code, again.last['code']]).toEqual([3, 'PAUSED'])
    expect((await guardian('unpause', '--key-file', keys['holder']!)).last).toMatchObject({ event: 'unpaused', ok: true })
    expect((await guardian('status')).last).toMatchObject({ paused: false })
    expect((await readCurrentRound(on.chain, { ...on.contracts, task })).round).toBe(3n)
  })

  it('cancels a queued proposal', async () => {
    const roles = ['PROPOSER_ROLE', 'CANCELLER_ROLE'] as const
    const [proposer, canceller] = roles.map((role) => keccak256(toHex(role)))
    const { publicClient } = on.chain
    const address = (await guardian('status')).last['guardian'] as Address
    const write = async (functionName: 'grantRole' | 'schedule', args: never) =>
      on.governor.write({ doing: 'prepare a timelock', to: timelock, abi: quorateTimelockAbi, functionName, args })
    await write('grantRole', [proposer!, on.governor.address] as never)
    await write('grantRole', [canceller!, address] as never)
    const call = [on.contracts.vault, 0n, '0x', zeroHash, zeroHash] as const
    await write('schedule', [...call, 2n * 86_400n] as never)
    const read = { address: timelock, abi: quorateTimelockAbi } as const
    const operation = await publicClient.readContract({ ...read, functionName: 'hashOperation', args: call })
    const pending = () => publicClient.readContract({ ...read, functionName: 'isOperationPending', args: [operation] })
    expect(await pending()).toBe(true)
    const { last } = await guardian('cancel', '--key-file', keys['holder']!, '--operation', operation)
    expect(last).toMatchObject({ event: 'cancelled', ok: true })
    expect(await pending()).toBe(false)
    const twice = await guardian('cancel', '--key-file', keys['holder']!, '--operation', operation)
    expect(twice.last).toMatchObject({ code: 'PROPOSAL_STATE' })
  })
})

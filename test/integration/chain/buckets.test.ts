import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  drawEpoch,
  openEpoch,
  readEpoch,
  readMaskBuckets,
  readMaskKeys,
  readMembers,
  readRoundBuckets,
  readCurrentRound,
  readTask,
  registerMaskKey,
} from '../../../src/chain/index.ts'
import { createMaskKey, drawBuckets } from '../../../src/masking/index.ts'
import { registerMemberMaskKey } from '../../../participant/masking/register-key.ts'
import { lacksBuckets } from '../../../src/node/index.ts'
import { lowerHex, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, TaskSpec } from '../../../src/protocol/index.ts'
import { factsOf } from '../../../src/replay/index.ts'
import { withBuckets } from '../../support/chain/with-buckets.ts'
import { enrol, openTask, startTestChain, TASK_SPEC } from './harness.ts'
import type { TestChain } from './harness.ts'

const MEMBERS = 10
const EPOCH = 8

let on: TestChain
let task: bigint
let spec: TaskSpec
let maskBuckets: Address
const secretOf = (index: number): Uint8Array => new Uint8Array(32).fill(index)

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  for (let index = 2; index < 2 + MEMBERS; index++) await enrol(on, index, 'member')
  task = await openTask(on)
  spec = await withBuckets(on, task, TASK_SPEC, { size: 4, epoch: EPOCH })
  const { judge } = await readTask(on.chain, { ledger: on.contracts.ledger, task })
  maskBuckets = await readMaskBuckets(on.chain, { judge })
})

afterAll(async () => on[Symbol.asyncDispose]())

const drawn = async (round: bigint) => readRoundBuckets(on.chain, { maskBuckets, vault: on.contracts.vault, task, round, spec })

it('keeps the key of each member from when it was registered', async () => {
  // The last member has none.
  for (let index = 2; index < 1 + MEMBERS; index++)
    await registerMaskKey(on.sender(index), { maskBuckets, publicKey: createMaskKey(secretOf(index)).publicKey })
  await on.pass(1)
  const timepoint = Number((await on.chain.publicClient.getBlock()).timestamp) - 1
  const accounts = [2, 3, 1 + MEMBERS].map((index) => on.sender(index).address)
  expect(await readMaskKeys(on.chain, { maskBuckets, accounts, timepoint })).toEqual([
    createMaskKey(secretOf(2)).publicKey,
    createMaskKey(secretOf(3)).publicKey,
    undefined,
  ])
  expect(await readMaskKeys(on.chain, { maskBuckets, accounts, timepoint: 1 })).toEqual([undefined, undefined, undefined])
})

it('registers the key of a member from its owner key, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mask-key-'))
  try {
    const owner = join(folder, 'owner.key')
    await writeFile(owner, `${on.anvil.accounts[2]!.privateKey}\n`, { mode: 0o600 })
    const { chain, contracts } = on
    const config = {
      chain: { rpcUrl: on.anvil.rpcUrl, chainId: chain.chainId, ledger: contracts.ledger, fromBlock: 0n },
      keys: { owner, operator: owner, peer: owner },
      task: { id: task },
      state: { folder },
    } as unknown as Parameters<typeof registerMemberMaskKey>[0]
    const { signal } = new AbortController()
    const first = await registerMemberMaskKey(config, { signal })
    expect(first.result).toMatchObject({ event: 'maskKey', registered: true, owner: on.sender(2).address })
    expect((await registerMemberMaskKey(config, { signal })).result).toMatchObject({
      ...first.result,
      registered: false,
      transactions: [],
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('draws the buckets of an epoch as members compute them', async () => {
  const lacks = lacksBuckets(on.chain, { ...on.contracts, task, spec })
  const { signal } = new AbortController()
  expect(await lacks(signal)).toMatch(/^waiting for the buckets/)
  expect(await drawn(1n)).toBeUndefined()
  expect(await readEpoch(on.chain, { maskBuckets, task, epoch: 0n })).toBeUndefined()
  await openEpoch(on.sender(5), { maskBuckets, task, spec })
  const opened = (await readEpoch(on.chain, { maskBuckets, task, epoch: 0n }))!
  expect(opened.seed).toBeUndefined()
  expect(await drawn(1n)).toBeUndefined()
  await on.test.mine({ blocks: 5 })
  const at = { maskBuckets, vault: on.contracts.vault, task, epoch: 0n, spec }
  await drawEpoch(on.sender(6), { ...at, ...opened })
  const { seed, snapshot } = (await readEpoch(on.chain, { maskBuckets, task, epoch: 0n }))!
  const { members } = await readMembers(on.chain, { vault: on.contracts.vault, task, timepoint: snapshot })
  const keyed = members
    .map(({ member, slot, stake }) => ({ member: lowerHex(member), slot, weight: stake }))
    .filter(({ member }) => member !== lowerHex(on.sender(1 + MEMBERS).address))
  const { buckets } = drawBuckets({ seed: seed!, task, epoch: 0n, size: 4 }, keyed)
  expect(await drawn(1n)).toEqual(buckets.map((bucket) => bucket.map(({ member }) => member)))
  expect(await drawn(8n)).toEqual(await drawn(1n))
  expect(await lacks(signal)).toBeUndefined()
  expect(await lacksBuckets(on.chain, { ...on.contracts, task, spec: TASK_SPEC })(signal)).toBeUndefined()
  expect(await drawn(9n)).toBeUndefined()
  await expect(drawEpoch(on.sender(6), { ...at, ...opened })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'EpochKnown' },
  })
})

it('gives the record of a round its buckets', async () => {
  const { chain, contracts } = on
  const { openedAt } = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  const operator = on.sender(1).address
  const sealed = { digest: ZERO_HASH, count: 0, sealedAt: openedAt, blockNumber: 1n }
  // A round as its history tells of it; rounds of the next epoch have no draw yet.
  const history = {
    openedAt: () => openedAt,
    seat: () => ({ openedAt, operator, operatorKey: on.hot(1).address }),
    drawn: () => undefined,
    sealed: () => sealed,
    forced: () => new Map(),
  }
  const facts = factsOf({ chain, contracts, task, spec, history })
  expect((await facts(1n, ZERO_HASH)).buckets).toEqual(await drawn(1n))
  expect((await facts(1n, ZERO_HASH)).members).toHaveLength(MEMBERS)
  expect((await facts(9n, ZERO_HASH)).buckets).toEqual([])
  expect((await factsOf({ chain, contracts, task, spec: TASK_SPEC, history })(1n, ZERO_HASH)).buckets).toBeUndefined()
})

it('opens an epoch once', async () => {
  await expect(openEpoch(on.sender(5), { maskBuckets, task, spec })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'EpochKnown' },
  })
})

it('is no part of a plain task', async () => {
  const plain = await openTask(on)
  await expect(openEpoch(on.sender(5), { maskBuckets, task: plain, spec: TASK_SPEC })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'NoBuckets' },
  })
})

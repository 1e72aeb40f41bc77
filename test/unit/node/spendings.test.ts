import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import {
  Inbox,
  loadRoundFile,
  NodeEvents,
  RoundFiles,
  shareSpending,
  SPENDING_FILES,
  Spendings,
  Voice,
} from '../../../src/node/index.ts'
import type { InboxOptions, NodeEvent } from '../../../src/node/index.ts'
import {
  initialRoundState,
  lowerHex,
  signStatement,
  spendingOf,
  STATEMENTS,
  VIA_CHAIN,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Hash, Message, RoundPlan, RoundState, SpendingMessage } from '../../../src/protocol/index.ts'
import { DOMAIN, signer, snapshotOfSigners, TASK } from '../../support/claim-chain.ts'
import type { Signer } from '../../support/claim-chain.ts'

const [ann, bob, eve] = [signer(0xab), signer(2), signer(7)]
const NUMBERS = { epsilon: 0.5, total: 2, delta: 1e-5, steps: [{ noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }] }
const commitmentOf = (round: bigint, { owner }: Signer, salt = 0): Hash =>
  `0x${(round * 2n ** 200n + BigInt(owner) * 256n + BigInt(salt)).toString(16).padStart(64, '0')}`

let folder = ''
let told: NodeEvent[]
let states: Map<bigint, RoundState>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-spendings-'))
  told = []
  states = new Map([1n, 2n].map((round) => [round, sealed(round)]))
})
afterEach(async () => rm(folder, { recursive: true }))

/** A round in which both members have a row. */
function sealed(round: bigint, salt = 0): RoundState {
  const { members, totalStake } = snapshotOfSigners([ann, bob])
  const windows = { commit: 40, reveal: 40, attest: 40, post: 40, challenge: 40 }
  const operator = signer(99).owner
  const plan = {
    task: TASK,
    round,
    openedAt: 1000,
    windows,
    base: ZERO_HASH,
    operator,
    members,
    totalStake,
  } as unknown as RoundPlan
  const rows = [ann, bob].map((one, slot) => ({
    member: lowerHex(one.owner),
    slot,
    commitment: commitmentOf(round, one, salt),
    source: VIA_CHAIN,
  }))
  return { ...initialRoundState(plan), seal: { rows, commitments: ZERO_HASH, sealedAt: 1040, listedAt: 1041 } }
}

async function open(): Promise<{ spendings: Spendings; files: RoundFiles<SpendingMessage> }> {
  const events = new NodeEvents(silentLogger)
  events.onAny((event) => told.push(event))
  const files = new RoundFiles(folder, SPENDING_FILES, silentLogger)
  const rounds = {
    state: (round: bigint) => states.get(round),
    states: () => [...states.values()],
    get latest() {
      return [...states.values()].at(-1)
    },
  }
  const spendings = new Spendings({ domain: DOMAIN, task: TASK, rounds, files, events })
  await spendings.begin()
  return { spendings, files }
}

async function said(round: bigint, { owner, key }: Signer, change: Partial<SpendingMessage> = {}): Promise<SpendingMessage> {
  const body = { kind: 'spending', task: TASK, round, member: owner, commitment: commitmentOf(round, { owner, key }) } as const
  const unsigned: SpendingMessage = { ...body, ...spendingOf(NUMBERS)!, signature: '0x', ...change }
  return { ...unsigned, signature: await signStatement(DOMAIN, 'Spending', STATEMENTS.spending.body(unsigned), key) }
}

describe('spendings', () => {
  it('of members are kept, told, written and served; the first of each counts', async () => {
    const { spendings, files } = await open()
    const first = await said(1n, ann)
    expect(await spendings.validate(first)).toEqual({ verdict: 'accept' })
    spendings.take(first)
    expect(await spendings.validate(first)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_REPLAYED' })
    const second = await said(1n, ann, { total: 3_000_000n })
    expect(await spendings.validate(second)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_CONFLICT' })
    spendings.take(second)
    expect(spendings.messages(1n)).toEqual([first])
    expect(told).toEqual([{ event: 'memberSpent', round: 1n, member: lowerHex(ann.owner), ...NUMBERS }])
    await files.settled()
    expect(await loadRoundFile(folder, SPENDING_FILES, 1n)).toEqual([first])
  })

  it('cannot be said for another: neither with another key, nor by somebody who is no member, nor of another update', async () => {
    const { spendings } = await open()
    const forged = { ...(await said(1n, eve)), member: bob.owner, commitment: commitmentOf(1n, bob) }
    expect(await spendings.validate(forged)).toMatchObject({ verdict: 'reject', code: 'SIGNATURE_INVALID' })
    const changed = { ...(await said(1n, ann)), epsilon: 1n }
    expect(await spendings.validate(changed)).toMatchObject({ verdict: 'reject', code: 'SIGNATURE_INVALID' })
    expect(await spendings.validate(await said(1n, eve))).toMatchObject({ verdict: 'reject', code: 'MEMBER_UNKNOWN' })
    expect(await spendings.validate(await said(1n, ann, { task: 9n }))).toMatchObject({
      verdict: 'reject',
      code: 'MESSAGE_WRONG_TASK',
    })
    const elsewhere = await said(1n, ann, { commitment: commitmentOf(1n, bob) })
    expect(await spendings.validate(elsewhere)).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_CONFLICT' })
    expect(await spendings.validate(await said(3n, ann))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_EARLY' })
    expect(await spendings.validate(await said(9n, ann))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_WRONG_ROUND' })
  })

  it('follow a round that the chain opened anew, and end with it', async () => {
    const { spendings } = await open()
    spendings.take(await said(1n, ann))
    states.set(1n, sealed(1n, 1))
    const again = await said(1n, ann, { commitment: commitmentOf(1n, ann, 1) })
    expect(await spendings.validate(again)).toEqual({ verdict: 'accept' })
    spendings.take(again)
    expect(spendings.messages(1n)).toEqual([again])
    states.delete(1n)
    spendings.take(await said(2n, ann))
    expect(spendings.messages(1n)).toEqual([])
  })

  it('outlive a restart, and a file that somebody changed adds nothing', async () => {
    const { spendings, files } = await open()
    const [mine, theirs] = [await said(1n, ann), await said(1n, bob)]
    // A node's own address comes from the chain with capital letters.
    spendings.take({ ...mine, member: `0x${ann.owner.slice(2).toUpperCase()}` })
    spendings.take(theirs)
    await files.settled()
    const again = await open()
    expect(again.spendings.messages(1n)).toEqual([mine, theirs])
    await again.files.settled()
    const path = join(folder, '1.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('2000000', '3000000'))
    const changed = await open()
    expect(changed.spendings.messages(1n)).toEqual([theirs])
    await changed.files.settled()
    await writeFile(path, 'no JSON')
    expect((await open()).spendings.messages(1n)).toEqual([])
    await expect(loadRoundFile(folder, SPENDING_FILES, 1n)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('that come while those of the last run are read lose none of them', async () => {
    const { spendings, files } = await open()
    const [mine, theirs] = [await said(1n, ann), await said(1n, bob)]
    spendings.take(mine)
    await files.settled()
    const rounds = { state: (round: bigint) => states.get(round), states: () => [...states.values()], latest: undefined }
    const next = new RoundFiles(folder, SPENDING_FILES, silentLogger)
    const early = new Spendings({ domain: DOMAIN, task: TASK, rounds, files: next, events: new NodeEvents(silentLogger) })
    early.take(theirs)
    await early.begin()
    await next.settled()
    expect(new Set(await loadRoundFile(folder, SPENDING_FILES, 1n))).toEqual(new Set([mine, theirs]))
  })

  it('come through the inbox of a node', async () => {
    const { spendings } = await open()
    const inbox = new Inbox({ domain: DOMAIN, task: TASK, spendings } as unknown as InboxOptions)
    const message = await said(1n, bob)
    expect(await inbox.validate(message)).toEqual({ verdict: 'accept' })
    inbox.accept(message)
    expect(spendings.messages(1n)).toEqual([message])
    const without = new Inbox({ domain: DOMAIN, task: TASK } as unknown as InboxOptions)
    expect(await without.validate(message)).toMatchObject({ verdict: 'ignore' })
  })
})

describe('shareSpending', () => {
  it('signs what the sealed update spent, once, and nothing for one that has no row', async () => {
    const { spendings } = await open()
    const published: Message[] = []
    const voice = new Voice({
      domain: DOMAIN,
      owner: ann.owner,
      account: ann.key,
      said: (_kind, _about, make) => make(),
      publish: async (message) => published.push(message),
    })
    const ports = { task: { id: TASK } as Parameters<typeof shareSpending>[0]['task'], voice }
    const { seal: _, ...open2 } = states.get(2n)!
    expect(await shareSpending(ports, spendings, open2, NUMBERS)).toBeUndefined()
    for (const numbers of [NUMBERS, { ...NUMBERS, total: 9 }]) await shareSpending(ports, spendings, states.get(2n)!, numbers)
    expect(published).toEqual([{ ...(await said(2n, ann)), member: ann.owner }])
    expect(spendings.messages(2n)).toHaveLength(1)
    const endless = { ...NUMBERS, total: Infinity }
    expect(await shareSpending(ports, spendings, states.get(1n)!, endless)).toBeUndefined()
  })
})

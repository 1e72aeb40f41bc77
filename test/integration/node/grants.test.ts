import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployGrants, grantData, readCurrentRound, readGranted, registerDataSet, revokeGrant } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import { hold, Voice } from '../../../src/node/index.ts'
import { commitmentsHash, lowerHex, Verdict, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { auditTask, genesisPath, genesisState, grantedMembers } from '../../../src/replay/index.ts'
import type { ComputedClaim, GrantedMembers, ModelState } from '../../../src/replay/index.ts'
import { postSmallRound } from '../../support/node/post-small-round.ts'
import type { SmallWorld } from '../../support/node/post-small-round.ts'
import { smallTask } from '../../support/node/small-task.ts'
import { enrol, hash, openTask, startTestChain } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

/** The hospital grants its data to the first four; each holds a fifth of the weight, less than the tolerated share. */
const MEMBERS = [2, 3, 4, 5, 6]
const HOSPITAL = 7
/** Whose grant ends while round 1 is open. */
const REVOKED = 5
const STRANGER = 6

let on: TestChain
let engine: Engine
let world: SmallWorld
let granted: GrantedMembers
let grants: Address
let first: ComputedClaim
let genesis: ModelState
const { signal } = new AbortController()

const ownerOf = (index: number): Address => lowerHex(on.sender(index).address)
const audit = async () => {
  const { chain, contracts } = on
  return auditTask({ chain, contracts, task: world.task, evidence: world.folder, includePending: true, engine })
}

/** What the node of a member attests to when it holds every update of the record. */
async function attestation(index: number, { rows, round }: RoundRecord, openedAt: number) {
  const { task, small } = world
  const domain = { chainId: on.chain.chainId, ledger: on.contracts.ledger }
  const said = (_kind: string, _about: string, make: () => bigint): bigint => make()
  const voice = new Voice({
    domain,
    owner: ownerOf(index),
    account: on.hot(index).account,
    said: said as never,
    publish: async () => {},
  })
  const ports = { task: { id: task, domain, ...small }, voice, logger: silentLogger, metrics: noMetrics }
  const state = { plan: { task, round, openedAt }, seal: { rows } } as unknown as RoundState
  const held = (1n << BigInt(rows.length)) - 1n
  const effect = { type: 'attest', key: 'k', commitments: commitmentsHash(rows), held } as const
  const [event] = await hold(ports as never, granted).attest!(effect, state, signal)
  if (event?.type !== 'attestation') throw new Error('the node attests to nothing')
  return event
}

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  engine = createEngine()
  await enrol(on, 1, 'operator')
  for (const index of MEMBERS) await enrol(on, index, 'member')
  const { registry, token } = on.deployment
  grants = (await deployGrants(on.governor, { registry, token, settlement: 600 })).grants
  const hospital = on.sender(HOSPITAL)
  const small = smallTask({}, { grants: { contract: lowerHex(grants), owners: [ownerOf(HOSPITAL)] } })
  const { dataSet } = await registerDataSet(hospital, { grants, root: hash('scans'), terms: ZERO_HASH })
  // The task does not exist yet, and its first round opens with the seat.
  const task = await openTask(on, { spec: small.spec }, async (made) => {
    const until = Number((await on.chain.publicClient.getBlock()).timestamp) + 86_400
    for (const index of MEMBERS) {
      if (index === STRANGER) continue
      const given = await grantData(hospital, { grants, dataSet, task: made, grantee: ownerOf(index), until, price: 0n })
      if (index === REVOKED) revoked = given.grant
    }
    await on.pass(1)
  })
  const folder = await mkdtemp(join(tmpdir(), 'quorate-grants-'))
  await mkdir(dirname(genesisPath(folder, task)), { recursive: true })
  await writeFile(genesisPath(folder, task), small.genesis)
  world = { on, engine, small, task, members: MEMBERS, folder }
  granted = grantedMembers(on.chain, { id: task, ...small })!
  genesis = genesisState(task, small.spec, small.model)
})
let revoked: `0x${string}`
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(world.folder, { recursive: true })
  await on[Symbol.asyncDispose]()
})

it('attests to no update of a member without a grant', async () => {
  const { chain, contracts } = on
  const { openedAt } = await readCurrentRound(chain, { ledger: contracts.ledger, task: world.task })
  await revokeGrant(on.sender(HOSPITAL), { grants, grant: revoked })
  const attest = async (record: RoundRecord): Promise<RoundRecord> => {
    const attestations = await Promise.all(
      record.attestations.map(async (one) => {
        const index = MEMBERS.find((candidate) => ownerOf(candidate) === one.member)!
        // The stranger attests to everything, also to its own update.
        if (index === STRANGER) return one
        const { held, member, signature } = await attestation(index, record, openedAt)
        expect(held).toBe(0b01111n)
        return { member, held, signature }
      }),
    )
    return { ...record, attestations }
  }
  first = await postSmallRound(world, { round: 1n, base: genesis, lies: { record: attest } })
})

it('leaves the update out of the claim, and an audit agrees', async () => {
  const verdicts = first.rows.map(({ verdict }) => verdict)
  expect(verdicts[4]).toBe(Verdict.unavailable)
  expect(first.rows[4]).toMatchObject({ member: ownerOf(STRANGER), updateRoot: ZERO_HASH })
  // A grant that ended while the round was open was good for it.
  expect(verdicts.slice(0, 4)).not.toContain(Verdict.unavailable)
  expect(await audit()).toMatchObject([{ round: 1n, match: true }])
})

it('names in an audit who let an update without a grant count', async () => {
  const { chain, contracts } = on
  const { openedAt } = await readCurrentRound(chain, { ledger: contracts.ledger, task: world.task })
  expect(await granted({ members: MEMBERS.map(ownerOf), openedAt })).toBe(0b00111n)
  await postSmallRound(world, { round: 2n, base: first.state })
  const without = [REVOKED, STRANGER].map(ownerOf)
  await expect(audit()).rejects.toMatchObject({
    code: 'GRANT_MISSING',
    details: { round: '2', members: without, attesters: MEMBERS.map(ownerOf) },
  })
})

it('gives an answer about the past only', async () => {
  const { timestamp } = await on.chain.publicClient.getBlock()
  const question = { grants, owners: [ownerOf(HOSPITAL)], task: world.task, members: [ownerOf(2)] }
  expect(await readGranted(on.chain, { ...question, time: Number(timestamp) - 1 })).toBe(1n)
  await expect(readGranted(on.chain, { ...question, time: Number(timestamp) + 1000 })).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    details: { error: 'NotPast' },
  })
})

it('refuses a task that adds up updates in buckets', () => {
  const { document } = world.small
  expect(() => grantedMembers(on.chain, { id: 1n, document, spec: { committee: 4 * 256 + 32 } })).toThrow(
    expect.objectContaining({ code: 'SPEC_INVALID' }),
  )
  expect(grantedMembers(on.chain, { id: 1n, document: smallTask().document, spec: { committee: 0 } })).toBeUndefined()
})

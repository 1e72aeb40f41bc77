import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finalizeWithQuorum, forceCommit, readFinality, readMembers, readTask } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { claimRewards, Finalizer, judgeEvidence, NodeEvents } from '../../../src/node/index.ts'
import {
  checkRecord,
  decodeRecord,
  lowerHex,
  reachesQuorum,
  roundMembers,
  signStatement,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { auditTask, evidencePath, factsOf, RECORD_FILE } from '../../../src/replay/index.ts'
import { agreementsTo, crowdWorld, drawRound, playRound } from '../../support/node/crowd-rounds.ts'
import type { CrowdRound, CrowdWorld } from '../../support/node/crowd-rounds.ts'

/** More than a task could have where all take part. */
const MEMBERS = 150
const COMMITTEE = 24

let world: CrowdWorld
const rounds: CrowdRound[] = []
/** Every eighth member is offline. */
const offline = (member: Address): boolean => BigInt(member) % 8n === 0n
const weight = ({ members }: CrowdRound['plan']): bigint => members.reduce((sum, { stake }) => sum + stake, 0n)

beforeAll(async () => {
  world = await crowdWorld({ count: MEMBERS, committee: COMMITTEE, stakeOf: (i) => 100 + (i % 7) * 50 })
})
afterAll(async () => world[Symbol.asyncDispose]())

describe('a task that draws its members', () => {
  it('runs rounds with the members that the chain draws, and nobody else', async () => {
    for (let n = 0; n < 3; n++) rounds.push(await playRound(world, { offline }))
    const { on, task, operator } = world
    for (const { plan, sealed } of rounds) {
      const { round, members, memberCount, totalStake, snapshot, seed } = plan
      expect(memberCount).toBe(MEMBERS)
      expect(members.length).toBeLessThanOrEqual(128)
      expect(sealed).toEqual(members.map(({ member }) => lowerHex(member)).filter((member) => !offline(member)))
      // The draw is recomputed from the chain's seed and the stake before the opening.
      const all = await readMembers(on.chain, { vault: on.contracts.vault, task, timepoint: snapshot })
      expect(all.totalStake).toBe(totalStake)
      const drawn = roundMembers({ task, round, committee: COMMITTEE, seed: operator.history.drawn(round)!.seed }, all.members)
      expect(members).toEqual(drawn.map(({ peerKey: _peerKey, ...member }) => member))
      expect(members.every(({ stake }) => stake >= totalStake / BigInt(COMMITTEE))).toBe(true)
      expect(seed).not.toBe(ZERO_HASH)
    }
    const committees = rounds.map(({ plan }) => plan.members.map(({ member }) => member).join())
    expect(new Set(committees).size).toBe(3)
    expect(operator.told.filter(({ event }) => event === 'seeded')).toHaveLength(3)
  })

  it('is audited from genesis: each draw is computed anew from the seed that the chain stored', async () => {
    const { on, task, operator } = world
    const { chain, contracts } = on
    const evidence = operator.stores.evidence
    const audited = await auditTask({ chain, contracts, task, evidence, includePending: true })
    expect(audited.map(({ round, match }) => [round, match])).toEqual([1n, 2n, 3n].map((round) => [round, true]))
  })

  it('is judged sound by a watcher that holds the evidence only', async () => {
    const { on, task, operator } = world
    const { chain, contracts } = on
    const judged = await judgeEvidence({
      chain,
      contracts,
      task,
      evidence: operator.stores.evidence,
      events: new NodeEvents(silentLogger),
      logger: silentLogger,
      signal: new AbortController().signal,
    })
    expect(judged.map(({ outcome }) => outcome)).toEqual(['sound', 'sound', 'sound'])
  })

  it('takes no record whose members another seed would draw', async () => {
    const { on, task, small, operator } = world
    const { chain, contracts } = on
    const { history } = operator
    const { claim } = history.claim(1n)!
    const path = join(evidencePath(operator.stores.evidence, task, 1n), RECORD_FILE)
    const record = decodeRecord(await readFile(path, 'utf8'))
    const base = { chain, contracts, task, spec: small.spec }
    expect(await checkRecord(record, await factsOf({ ...base, history })(1n, claim.parent))).toEqual([])
    const other = {
      openedAt: (round: bigint) => history.openedAt(round),
      seat: (round: bigint) => history.seat(round),
      sealed: (round: bigint) => history.sealed(round),
      forced: (round: bigint) => history.forced(round),
      drawn: () => ({ ...history.drawn(1n)!, seed: history.drawn(2n)!.seed }),
    }
    const faults = await checkRecord(record, await factsOf({ ...base, history: other })(1n, claim.parent))
    expect(faults).toContain('its stake snapshot differs from the chain')
  })

  it('lets drawn members alone make a claim final, with the weight that each counts for, and pays them', async () => {
    const { on, task, operator } = world
    const { contracts } = on
    const { ledger } = contracts
    const { quorumBps } = await readTask(on.chain, { ledger, task })
    const quorate = rounds.findLast(({ plan }) => reachesQuorum(weight(plan), plan.totalStake, quorumBps))!
    const { round } = quorate.plan
    const { claimHash } = operator.history.claim(round)!
    const agreements = await agreementsTo(world, quorate)
    const posted = operator.history.claim(round)!
    const signatures = new Map(agreements.map(({ member, signature }) => [member, signature]))
    // As a node does it when the ledger's ring fills.
    const finalizer = new Finalizer({
      agreements: { open: () => [posted], of: () => signatures, newestQuorate: () => posted },
      send: async (claim, signal) => finalizeWithQuorum(on.governor, { ledger, task, ...claim, signal }),
      logger: silentLogger,
      crowded: 1,
    })
    await finalizer.look()
    expect(await readFinality(on.chain, { ledger, task, round })).toMatchObject({ final: true })
    const { ledger: leaves } = operator.stores.states.head(claimHash)!
    const paid = [...leaves.values()].find(({ member, reward }) => reward > 0n && quorate.sealed.includes(lowerHex(member)))!
    const { member, reward } = paid
    const claimed = await claimRewards(on.governor, { contracts, task, member, dataFolder: operator.folder, fromBlock: 0n })
    expect(claimed).toMatchObject({ round, total: reward })
  })

  it('forces no commitment of a member that was not drawn', async () => {
    const { on, task, crowd } = world
    const { round, members } = await drawRound(world)
    const resting = crowd.find(({ owner }) => !members.some(({ member }) => lowerHex(member) === lowerHex(owner)))!
    const body = { task, round, member: resting.owner, commitment: `0x${'11'.repeat(32)}` as const }
    const signature = await signStatement(world.operator.domain, 'Commitment', body, resting.account)
    const forced = forceCommit(on.governor, { ledger: on.contracts.ledger, task, round, commitments: [{ ...body, signature }] })
    await expect(forced).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotDrawn' } })
    expect(await world.operator.hear({ kind: 'commitment', ...body, signature })).toMatchObject({ code: 'MEMBER_UNKNOWN' })
  })
})

describe('a task that draws, whose members are few', () => {
  it('has all of them in every round, and seals before the commit window ends once all have signed', async () => {
    await using few = await crowdWorld({ count: 6, committee: 80, stakeOf: (i) => 100 + i })
    const { plan, sealed } = await playRound(few, { early: true })
    expect(plan.members).toHaveLength(6)
    expect(sealed).toHaveLength(6)
    const { sealedAt } = few.operator.history.sealed(plan.round)!
    expect(sealedAt).toBeLessThan(plan.openedAt + plan.windows.commit)
    const { on, task, operator } = few
    const { chain, contracts } = on
    const audited = await auditTask({ chain, contracts, task, evidence: operator.stores.evidence, includePending: true })
    expect(audited.map(({ match }) => match)).toEqual([true])
  })
})

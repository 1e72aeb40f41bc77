import { describe, expect, it } from 'vitest'
import { readAccount, readHead, readMembers, readRound } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { judgeEvidence, NodeEvents } from '../../../src/node/index.ts'
import type { JudgedClaim } from '../../../src/node/index.ts'
import { sameAddress } from '../../../src/protocol/index.ts'
import type { RoundPlan, SnapshotMember } from '../../../src/protocol/index.ts'
import { crowdWorld, playRound } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'

let everybody: readonly SnapshotMember[] = []

/** Somebody who took no part, and holds the operator's evidence, judges the claims and proves the first false one. */
async function judge({ on, task, operator }: CrowdWorld): Promise<JudgedClaim[]> {
  const { chain, contracts } = on
  return judgeEvidence({
    chain,
    contracts,
    task,
    evidence: operator.stores.evidence,
    sender: on.governor,
    events: new NodeEvents(silentLogger),
    logger: silentLogger,
    signal: new AbortController().signal,
  })
}

const LIES: [string, (plan: RoundPlan) => RoundPlan][] = [
  [
    'with a member that was not drawn',
    (plan) => {
      // The one with the highest slot, because the first of all forces its commitment.
      const other = everybody.findLast(({ member }) => !plan.members.some((one) => sameAddress(one.member, member)))!
      const { member, operatorKey, slot } = other
      const row = { member, operatorKey, slot, stake: plan.totalStake / 10n, ticket: 0n }
      return { ...plan, members: [...plan.members, row].toSorted((a, b) => a.slot - b.slot) }
    },
  ],
  [
    'in which a member counts for more than it was drawn with',
    (plan) => ({ ...plan, members: plan.members.map((row, i) => (i === 1 ? { ...row, stake: 2n * row.stake } : row)) }),
  ],
]

describe.each(LIES)('a claim %s', (_what, lie) => {
  it('is proved false by whoever recomputes the draw', async () => {
    await using world = await crowdWorld({ count: 30, committee: 10, lie })
    const { on, task } = world
    const { ledger, vault } = on.contracts
    const { timestamp } = await on.chain.publicClient.getBlock()
    everybody = (await readMembers(on.chain, { vault, task, timepoint: Number(timestamp) - 1 })).members
    const before = await readHead(on.chain, { ledger, task })
    const owner = on.sender(1).address
    const { allocated } = await readAccount(on.chain, { vault, task, owner })
    const { plan } = await playRound(world)
    const judged = await judge(world)
    expect(judged.at(-1)).toMatchObject({ round: plan.round, outcome: 'proved', proof: 'proveCommitment' })
    expect(await readRound(on.chain, { ledger, task, round: plan.round })).toMatchObject({ status: 'void' })
    expect(await readHead(on.chain, { ledger, task })).toEqual(before)
    expect((await readAccount(on.chain, { vault, task, owner })).allocated).toBeLessThan(allocated)
  })
})

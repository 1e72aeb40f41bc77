import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditTask } from '../../../src/replay/index.ts'
import { crowdWorld, playRound } from '../../support/node/crowd-rounds.ts'
import type { CrowdWorld } from '../../support/node/crowd-rounds.ts'
import { LONG } from '../../support/long.ts'

const MEMBERS = 1000
let world: CrowdWorld

beforeAll(async () => {
  world = await crowdWorld({ count: MEMBERS, committee: 80, stakeOf: (i) => 100 + (i % 7) * 50 })
})
afterAll(async () => world[Symbol.asyncDispose]())

it.runIf(LONG)(
  'a thousand members, of whom at most 128 are drawn for a round, train, and an audit from genesis draws them anew',
  async () => {
    for (const round of [1n, 2n, 3n]) {
      // A tenth is offline.
      const { plan, sealed } = await playRound(world, { offline: (member) => BigInt(member) % 10n === 0n })
      expect(plan).toMatchObject({ round, memberCount: MEMBERS })
      expect(plan.members.length).toBeLessThanOrEqual(128)
      expect(sealed.length).toBeLessThanOrEqual(plan.members.length)
    }
    const { on, task, operator } = world
    const { chain, contracts } = on
    const audited = await auditTask({ chain, contracts, task, evidence: operator.stores.evidence, includePending: true })
    expect(audited.map(({ match }) => match)).toEqual([true, true, true])
  },
)

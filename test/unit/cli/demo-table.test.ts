import { expect, it } from 'vitest'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import { Progress } from '../../../cli/demo/progress.ts'
import { drawTable } from '../../../cli/demo/table.ts'
import type { DemoMember } from '../../../cli/demo/consortium.ts'

const owner = `0x${'a'.repeat(40)}` as const
const member: DemoMember = { index: 0, owner, ownerKey: '0x', key: owner, configPath: '', dataFolder: '' }

it('says until which round a member is quarantined', () => {
  const progress = new Progress([member], 10)
  const built = (round: number, quarantined: Record<string, string>): void =>
    progress.onCoordinator({
      event: 'built',
      round: BigInt(round),
      claimHash: ZERO_HASH,
      modelRoot: ZERO_HASH,
      ledgerRoot: ZERO_HASH,
      rows: [{ member: owner, verdict: 'rejected', reason: 'none', weight: 0, score: 0n, updateRoot: ZERO_HASH }],
      rewards: {},
      members: [],
      quarantined,
    })
  built(7, {})
  expect(drawTable(progress)).not.toContain('quarantined')
  built(8, { [owner]: '25' })
  expect(drawTable(progress)).toMatch(/quarantined until round 25$/m)
})

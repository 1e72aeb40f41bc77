import { expect, it } from 'vitest'
import { ZERO_HASH } from '../../../src/protocol/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
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

it('shows what was measured beside the accuracy, and forgets it with a rejected claim', () => {
  const progress = new Progress([member], 10)
  const posted = { type: 'posted', round: 1n, claimHash: ZERO_HASH, claim: {} } as unknown as LedgerEvent
  progress.onChain([posted])
  const metrics = { accuracy: 0.9225, f1: 0.9214, auc: 0.9957 }
  progress.onMember(0, { event: 'evaluated', round: 1n, accuracy: 0.9225, loss: 0.28338, samples: 10_000, metrics })
  expect(drawTable(progress)).toMatch(/92\.25 %.*loss 0\.283, f1 0\.921, auc 0\.996/)
  progress.onChain([posted, { type: 'rejected', round: 1n } as unknown as LedgerEvent])
  expect(progress.quality.size).toBe(0)
})

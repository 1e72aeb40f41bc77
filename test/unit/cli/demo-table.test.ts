import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { ATTACKS } from '../../../src/lab/attacks/index.ts'
import { PHASES, ZERO_HASH } from '../../../src/protocol/index.ts'
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

it('fits in 80 columns and names members, whatever their attacks and verdicts', () => {
  const attacks = [undefined, 'sign-flip', ...ATTACKS.map(({ name }) => name)]
  const members = attacks.map((attack, index): DemoMember => ({
    ...member,
    index,
    owner: `0x${index.toString(16).padStart(40, '0')}`,
    ...(attack && { attack }),
  }))
  const progress = new Progress(members, 1000)
  const verdicts = ['accepted', 'inadmissible', 'downweighted', 'quarantined', 'unavailable', 'rejected']
  const note =
    'round 1: the claim 0x12345678… of the first operator was proved false and is rejected, with all claims built on it'
  progress.notes.push(note)
  progress.onCoordinator({
    event: 'built',
    round: 1000n,
    claimHash: ZERO_HASH,
    modelRoot: ZERO_HASH,
    ledgerRoot: ZERO_HASH,
    rows: members.map(({ owner: one }, index) => ({
      member: one,
      verdict: verdicts[index % verdicts.length]!,
      reason: 'copy',
      weight: index % verdicts.length === 0 ? 65_536 : 0,
      score: 0n,
      updateRoot: ZERO_HASH,
    })),
    rewards: Object.fromEntries(members.map(({ owner: one }) => [one, '9999990000000000000000'])),
    members: [],
    quarantined: Object.fromEntries(members.map(({ owner: one }) => [one, '1000'])),
  })
  for (const phase of PHASES) {
    const event = { event: 'round', round: 1000n, phase, deadline: 0, members: 64 } as const
    progress.onCoordinator({ ...event, committed: 64, revealed: 64, attested: 64, agreed: 64 })
    const table = stripVTControlCharacters(drawTable(progress))
    for (const line of table.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(table).toContain('member 1  0x0000…0001 sign-flip')
    expect(table).toContain('member 1 refused: equal to the update of another; quarantined until round 1000')
  }
})

it('says what happens after the last claim, and not what happened before the first round', () => {
  const progress = new Progress([member], 1)
  progress.step = 'waiting for the first round'
  expect(drawTable(progress)).toContain('waiting for the first round')
  progress.onChain([{ type: 'posted', round: 1n, claimHash: ZERO_HASH, claim: {} } as unknown as LedgerEvent])
  expect(drawTable(progress)).toContain('the members replay the last claim')
  progress.step = 'stopping the programs'
  expect(drawTable(progress)).toContain('stopping the programs')
})

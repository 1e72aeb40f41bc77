import { expect, it } from 'vitest'
import { evidenceLines } from '../../../cli/status/evidence-lines.ts'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { memberEvidence } from '../../../src/replay/index.ts'
import type { OutlierStatus } from '../../../src/replay/index.ts'

const rows = [0, 1, 2].map((slot) => ({ slot, member: `0x${String(slot).repeat(40)}` }))
const lines = (status: OutlierStatus, newest = 8n): string[] => {
  const leaf = (quarantines: number) => ({
    strikes: 256,
    extra: encodeEvidence({ wealth: 0, quarantines, since: quarantines > 0 ? 8n : 0n, until: quarantines > 0 ? 25n : 0n }),
  })
  return evidenceLines({ round: 8n, members: [0, 1, 2].map((times) => memberEvidence(leaf(times), 9n, status)) }, rows, newest)
}

it('says in one line why evidence is not shown', () => {
  expect(evidenceLines({ missing: 'no folder' }, rows, 8n)).toEqual(['Evidence across rounds is not shown: no folder'])
  expect(evidenceLines({ round: 0n, members: [] }, rows, 0n)).toEqual(['Evidence across rounds: none before the first claim'])
})

it('has a row for each member', () => {
  const [title, head, ...table] = lines('now')
  expect(title).toBe("Evidence across rounds after round 8, checked against the chain's ledger root")
  expect(head!.split(/ {2,}/)).toEqual(['slot', 'member', 'e-value', 'strikes', 'quarantined', 'times', 'slashable'])
  expect(table.map((line) => line.trim().split(/ {2,}/).slice(2))).toEqual([
    ['1.00', '1.00', 'no', '0', 'not for the next quarantine'],
    ['1.00', '1.00', 'until round 25', '1', 'for a quarantine that begins before round 153'],
    ['1.00', '1.00', 'until round 25', '2', 'now, for round 8; for a quarantine that begins before round 153'],
  ])
})

it('says when the folder lags behind the chain', () => {
  expect(lines('now', 9n)[0]).toMatch(/after round 8.*does not contain round 9$/)
})

it.each<[OutlierStatus, string]>([
  ['whenFinal', 'when round 8 is final'],
  ['paid', 'paid for round 8'],
  ['forgotten', 'no longer for round 8'],
  ['unjudged', 'no, round 8 has no judge'],
])('tells %s as "%s"', (status, text) => {
  expect(lines(status).at(-1)).toContain(`  ${text}; for a quarantine`)
})

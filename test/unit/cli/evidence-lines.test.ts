import { expect, it } from 'vitest'
import { evidenceLines } from '../../../cli/status/evidence-lines.ts'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { memberEvidence } from '../../../src/replay/index.ts'

const rows = [0, 1, 2].map((slot) => ({ slot, member: `0x${String(slot).repeat(40)}` }))
const lines = (newest = 8n): string[] => {
  const leaf = (quarantines: number) => ({
    strikes: 256,
    extra: encodeEvidence({ wealth: 0, quarantines, since: quarantines > 0 ? 8n : 0n, until: quarantines > 0 ? 25n : 0n }),
  })
  return evidenceLines({ round: 8n, members: [0, 1, 2].map((times) => memberEvidence(leaf(times), 9n)) }, rows, newest)
}

it('says in one line why evidence is not shown', () => {
  expect(evidenceLines({ missing: 'no folder' }, rows, 8n)).toEqual(['Evidence across rounds is not shown: no folder'])
  expect(evidenceLines({ round: 0n, members: [] }, rows, 0n)).toEqual(['Evidence across rounds: none before the first claim'])
})

it('has a row for each member', () => {
  const [title, head, ...table] = lines()
  expect(title).toBe("Evidence across rounds after round 8, checked against the chain's ledger root")
  expect(head!.split(/ {2,}/)).toEqual(['slot', 'member', 'e-value', 'strikes', 'quarantined', 'times'])
  expect(table.map((line) => line.trim().split(/ {2,}/).slice(2))).toEqual([
    ['1.00', '1.00', 'no', '0'],
    ['1.00', '1.00', 'until round 25', '1'],
    ['1.00', '1.00', 'until round 25', '2'],
  ])
})

it('says when the folder lags behind the chain', () => {
  expect(lines(9n)[0]).toMatch(/after round 8.*does not contain round 9$/)
})

import { expect, it } from 'vitest'
import { checkRecord, commitmentsHash, VIA_CHAIN } from '../../../src/protocol/index.ts'
import type { RecordFacts, RoundRecord } from '../../../src/protocol/index.ts'
import { factsWith } from '../../support/node/replay-ports.ts'
import { KEYS, MEMBERS, OPERATOR } from '../../support/node/round-chain.ts'
import { signRecord, smallUpdate } from '../../support/node/small-task.ts'
import { hashOf } from '../aggregation/fixtures.ts'

const member = MEMBERS[1]!.owner

/** A true record of the members that have an update, and the facts with a commitment that one of them forced on chain. */
async function recordOf(committed: readonly string[], forced: RecordFacts['forced']): Promise<[RoundRecord, RecordFacts]> {
  const facts = { ...(await factsWith(MEMBERS, OPERATOR)(1n, hashOf(9))), forced }
  const updates = new Map(committed.map((owner, i) => [owner, smallUpdate(i)]))
  const record = await signRecord(facts, { updates, keys: KEYS, operator: OPERATOR })
  // The operator sealed just these rows.
  const seal = { ...facts.seal, digest: commitmentsHash(record.rows), count: record.rows.length }
  return [record, { ...facts, seal }]
}
const everybody = MEMBERS.map(({ owner }) => owner)

it('a member that forced a commitment on chain must have a row', async () => {
  const without = everybody.filter((owner) => owner !== member)
  expect(await checkRecord(...(await recordOf(without, new Map([[member, hashOf(1)]]))))).toEqual([
    `${member} forced a commitment on chain and has no row`,
  ])
})

it('a member that signs one commitment and forces another makes no record false', async () => {
  expect(await checkRecord(...(await recordOf(everybody, new Map([[member, hashOf(1)]]))))).toEqual([])
})

it('a row without a signature holds the commitment that was forced', async () => {
  const [record, facts] = await recordOf(everybody, new Map())
  const rows = record.rows.map((row) => (row.member === member ? { ...row, source: VIA_CHAIN } : row))
  const { commitment } = rows[1]!
  expect(await checkRecord({ ...record, rows }, { ...facts, forced: new Map([[member, commitment]]) })).toEqual([])
  expect(await checkRecord({ ...record, rows }, { ...facts, forced: new Map([[member, hashOf(1)]]) })).toEqual([
    `the commitment of ${member} is not signed by its key`,
  ])
})

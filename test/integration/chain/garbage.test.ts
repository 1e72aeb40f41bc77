import { afterAll, beforeAll, expect, it } from 'vitest'
import { readAccount } from '../../../src/chain/index.ts'
import { garbageIn, penaliseGarbage } from '../../../src/node/index.ts'
import { decodeRecord, Reason } from '../../../src/protocol/index.ts'
import type { RoundRecord } from '../../../src/protocol/index.ts'
import { recordedEvents } from '../../support/events.ts'
import { postRound, startJudgedChain } from '../../support/judge/judged-chain.ts'
import { ETHER, TASK } from '../../support/judge/random-round.ts'
import { recordedRound } from '../../support/judge/silent-operator.ts'
import type { RecordedRound } from '../../support/judge/silent-operator.ts'
import { WINDOWS } from './harness.ts'
import type { TestChain } from './harness.ts'

/** Of `postRound`. */
const FAULT = 40n * ETHER

let on: TestChain
let round: RecordedRound
let record: RoundRecord
const { events, told } = recordedEvents()
const penalise = async (): Promise<void> =>
  penaliseGarbage(round.honest, record, { contracts: on.contracts, sender: on.sender(5), events })
const bonded = async (): Promise<bigint[]> =>
  Promise.all(
    round.honest.rows.map(
      async ({ member }) => (await readAccount(on.chain, { vault: on.contracts.vault, task: TASK, owner: member })).bonded,
    ),
  )

/** The first random round in which a member sent forbidden values and another one too small an update. */
async function roundWithGarbage(): Promise<RecordedRound> {
  const domain = { chainId: on.chain.chainId, ledger: on.contracts.ledger }
  for (let seed = 1; ; seed++) {
    const made = await recordedRound(seed, domain)
    const reasons = made.honest.rows.map(({ reason }) => reason)
    if (reasons.includes(Reason.value) && reasons.includes(Reason.norm)) return made
  }
}

beforeAll(async () => {
  on = await startJudgedChain()
  round = await roundWithGarbage()
  const texts = [...round.documents.values()].map((bytes) => new TextDecoder().decode(bytes))
  record = decodeRecord(texts.find((text) => text.includes('"rows"'))!)
  await postRound(on, round, round.honest)
}, 120_000)

afterAll(() => on[Symbol.asyncDispose]())

it('leaves a claim alone that can still be disputed', async () => {
  await penalise()
  expect(told).toEqual([])
})

it('fines a member that committed to forbidden values, once, and no other member', async () => {
  const rows = garbageIn(round.honest)
  const before = await bonded()
  await on.pass(WINDOWS.challenge)
  await penalise()
  expect(told).toMatchObject(
    rows.map((row) => ({ event: 'penalised', kind: 'garbage', signer: round.honest.rows[row]!.member, penalty: FAULT })),
  )
  expect(await bonded()).toEqual(before.map((bond, row) => (rows.includes(row) ? bond - FAULT : bond)))
  await penalise()
  expect(told).toHaveLength(rows.length)
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { readAccount } from '../../../src/chain/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { outliersOf, penaliseOutliers } from '../../../src/node/index.ts'
import { recordedEvents } from '../../support/events.ts'
import type { LedgerLeaf } from '../../../src/protocol/index.ts'
import { postRound, startJudgedChain } from '../../support/judge/judged-chain.ts'
import { ETHER, MEMBERS, randomRound } from '../../support/judge/random-round.ts'
import { WINDOWS } from './harness.ts'
import type { TestChain } from './harness.ts'

/** Of `postRound`. */
const FAULT = 40n * ETHER

let on: TestChain
let parts: ClaimParts
const { events, told } = recordedEvents()
const penalise = async (): Promise<void> => penaliseOutliers(parts, { contracts: on.contracts, sender: on.sender(5), events })
const bonded = async (slot: number): Promise<bigint> =>
  (await readAccount(on.chain, { vault: on.contracts.vault, owner: MEMBERS[slot]!.member })).bonded

beforeAll(async () => {
  on = await startJudgedChain()
  const round = randomRound(3)
  const leaf = (slot: number, since: bigint, quarantines: number): LedgerLeaf => ({
    member: MEMBERS[slot]!.member,
    reward: 0n,
    strikes: 0,
    reputation: 0,
    extra: encodeEvidence({ wealth: 0, quarantines, since, until: since + 33n }),
  })
  const leaves = [leaf(0, 2n, 1), leaf(1, 2n, 2), leaf(2, 1n, 2), leaf(3, 2n, 3)]
  parts = { ...round.honest, ledger: new Map(leaves.entries()), ledgerTotal: 0n }
  await postRound(on, round, parts)
}, 120_000)

afterAll(() => on[Symbol.asyncDispose]())

it('leaves a claim alone that can still be disputed', async () => {
  expect(outliersOf(parts)).toEqual([1, 3])
  await penalise()
  expect(told).toEqual([])
})

it('fines a member that is quarantined again, once, and no other member', async () => {
  const before = await Promise.all([0, 1, 2, 3].map(bonded))
  await on.pass(WINDOWS.challenge)
  await penalise()
  expect(told).toMatchObject(
    [1, 3].map((slot) => ({ event: 'penalised', signer: MEMBERS[slot]!.member.toLowerCase(), penalty: FAULT })),
  )
  const after = await Promise.all([0, 1, 2, 3].map(bonded))
  expect(after).toEqual([before[0], before[1]! - FAULT, before[2], before[3]! - FAULT])
  await penalise()
  expect(told).toHaveLength(2)
})

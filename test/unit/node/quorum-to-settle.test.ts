import { expect, it } from 'vitest'
import { quorumToSettle } from '../../../src/node/index.ts'
import type { Address, Hash, Hex } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { PLAN } from '../../support/node/round-events.ts'

const claimHash: Hash = `0x${'ab'.repeat(32)}`
const member: Address = `0x${'a1'.repeat(20)}`
const signature: Hex = `0x${'11'.repeat(65)}`
const quorumIn = (round: bigint) => ({
  newestQuorate: () => ({ round, claimHash }) as PostedRound,
  of: () => new Map([[member, signature]]),
})
const replayed = (round: bigint, match: boolean) => ({ plan: { ...PLAN, round }, replay: { match, claimHash } })

it('is that of the claim, or of a later one, with the agreements as the ledger takes them', () => {
  const wanted = { round: 5n, claimHash, agreements: [{ member, signature }] }
  expect(quorumToSettle(quorumIn(5n), [replayed(5n, true)], 5n)).toEqual(wanted)
  expect(quorumToSettle(quorumIn(5n), [], 3n)).toEqual(wanted)
})

it('is none before the claim, or without a claim that a quorum agrees to', () => {
  expect(quorumToSettle(quorumIn(4n), [], 5n)).toBeUndefined()
  expect(quorumToSettle({ ...quorumIn(4n), newestQuorate: () => undefined }, [], 1n)).toBeUndefined()
})

it('is none where this node found the claim, or one before the quorum, to be false', () => {
  expect(quorumToSettle(quorumIn(5n), [replayed(5n, false)], 5n)).toBeUndefined()
  expect(quorumToSettle(quorumIn(5n), [replayed(4n, false), replayed(5n, true)], 5n)).toBeUndefined()
  expect(quorumToSettle(quorumIn(5n), [replayed(6n, false)], 5n)).toMatchObject({ round: 5n })
})

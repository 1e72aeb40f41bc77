import { expect, it } from 'vitest'
import {
  commitmentOf,
  commitmentsHash,
  decide,
  initialRoundState,
  reduceRound,
  selfWith,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type { RoundEvent, RoundState } from '../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../support/node/round-events.ts'

const rows = [1, 2, 3, 4].map((n) => ({
  member: address(n),
  commitment: commitmentOf(PLAN.task, PLAN.round, address(n), hash(n), hash(n)),
  source: viaSignature(SIGNATURE),
}))
const digest = commitmentsHash(rows)
const reveal = (n: number): RoundEvent => ({
  type: 'reveal',
  member: address(n),
  updateRoot: hash(n),
  salt: hash(n),
  signature: SIGNATURE,
})
const attestation = (n: number, held: bigint): RoundEvent => ({
  type: 'attestation',
  member: address(n),
  commitments: digest,
  held,
  signature: SIGNATURE,
})
const after = (state: RoundState, ...events: RoundEvent[]): RoundState => events.reduce(reduceRound, state)
const owed = (state: RoundState): string[] => decide(state, selfWith(PLAN.operator, ['build'])).map(({ type }) => type)
const sealed = after(
  initialRoundState(PLAN),
  ...rows.map((row): RoundEvent => ({ type: 'commitment', ...row })),
  { type: 'sealed', digest, count: 4, sealedAt: 1060 },
  { type: 'seal', rows },
  ...[1, 2, 3].map(reveal),
  { type: 'tick', now: 1080 },
)

it('an operator waits for a reveal that reached the other members before it', () => {
  const attested = after(sealed, ...[1, 2, 3].map((n) => attestation(n, 15n)), attestation(4, 15n))
  expect(owed(attested)).toEqual([])
  expect(owed(reduceRound(attested, reveal(4)))).toEqual(['build'])
})

it('an operator waits for no reveal that too little stake holds', () => {
  expect(owed(after(sealed, ...[1, 2, 3].map((n) => attestation(n, 7n)), attestation(4, 15n)))).toEqual(['build'])
})

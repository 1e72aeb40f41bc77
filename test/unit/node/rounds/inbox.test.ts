import { expect, it } from 'vitest'
import { Inbox } from '../../../../src/node/index.ts'
import { initialRoundState } from '../../../../src/protocol/index.ts'
import type { CommitmentMessage } from '../../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../../support/node/round-events.ts'

/** An inbox of a node that runs round 1. */
function inbox(awaited?: bigint): Inbox {
  const state = initialRoundState(PLAN)
  return new Inbox({
    domain: { chainId: 1, ledger: address(7) },
    task: PLAN.task,
    rounds: { state: (round) => (round === PLAN.round ? state : undefined), latest: state, dispatch: () => {} },
    awaited: () => awaited,
    openings: {} as never,
    agreements: {} as never,
  })
}

const commitment = (round: bigint): CommitmentMessage => ({
  kind: 'commitment',
  task: PLAN.task,
  round,
  member: address(1),
  commitment: hash(1),
  signature: SIGNATURE,
})

it('keeps statements of the next round until this node opens it', async () => {
  expect(await inbox().validate(commitment(2n))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_EARLY' })
  expect(await inbox().validate(commitment(4n))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_WRONG_ROUND' })
})

it('keeps those of a drawn round whose seed this node has not seen, whatever numbers were burned before it', async () => {
  expect(await inbox(4n).validate(commitment(4n))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_EARLY' })
  expect(await inbox(4n).validate(commitment(2n))).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_WRONG_ROUND' })
})

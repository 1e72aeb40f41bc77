import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AskPeers } from '../../../../src/node/rounds/ask-peers.ts'
import { initialRoundState } from '../../../../src/protocol/index.ts'
import type { RoundState } from '../../../../src/protocol/index.ts'
import { PLAN } from '../../../support/node/round-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('asks for the open round each time, and three times for each round that was over before the node came', async () => {
  const asked: bigint[] = []
  const over = (round: bigint): RoundState => initialRoundState({ ...PLAN, round, caughtUp: true })
  const states = [over(1n), over(2n), initialRoundState({ ...PLAN, round: 3n })]
  const rounds = { latest: states[2], states: () => states }
  const asking = new AskPeers({ rounds, sync: { sync: async (round) => asked.push(round) }, everyMs: 10 })
  await asking.start()
  await vi.advanceTimersByTimeAsync(70)
  await asking.stop()
  expect(asked).toEqual([3n, 1n, 3n, 1n, 3n, 1n, 3n, 2n, 3n, 2n, 3n, 2n, 3n])
})

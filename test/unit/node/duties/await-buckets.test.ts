import { expect, it } from 'vitest'
import { silentLogger } from '../../../../src/core/index.ts'
import { awaitBuckets } from '../../../../src/node/index.ts'
import type { RoundPlan } from '../../../../src/protocol/index.ts'
import { taskSpec } from '../../aggregation/fixtures.ts'

const WINDOWS = { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 }
const { signal } = new AbortController()

/** How often a claim looks for a draw that is there from look `from` on, and how long it sleeps in between, ms. */
async function waits(round: bigint, committee: number, from: number): Promise<{ looks: bigint[]; slept: number }> {
  const looks: bigint[] = []
  let slept = 0
  const ready = awaitBuckets({
    isDrawn: async (next) => looks.push(next) >= from,
    logger: silentLogger,
    clock: { sleep: async (ms) => void (slept += ms) },
  })
  const plan: Pick<RoundPlan, 'round' | 'spec' | 'windows'> = { round, spec: taskSpec({ committee }), windows: WINDOWS }
  await ready(plan, signal)
  return { looks, slept }
}

it('has a claim wait for the draw of the epoch that it opens', async () => {
  expect(await waits(8n, 4 * 256 + 8, 3)).toEqual({ looks: [9n, 9n, 9n], slept: 1000 })
  expect(await waits(8n, 4 * 256 + 8, 1)).toEqual({ looks: [9n], slept: 0 })
})

it('looks for nothing within an epoch, or in a task without buckets', async () => {
  expect(await waits(7n, 4 * 256 + 8, 1)).toEqual({ looks: [], slept: 0 })
  expect(await waits(8n, 0, 1)).toEqual({ looks: [], slept: 0 })
})

it('waits for half of the post window at most', async () => {
  expect((await waits(8n, 4 * 256 + 8, Infinity)).slept).toBe(WINDOWS.post * 500)
})

import { expect, it } from 'vitest'
import { runGame } from './run-game.ts'

const given = process.env['QUORATE_TEST_SEED']
const SEED = given === undefined ? 20_261_129 : Number(given)

it('no rule breaks in some games', async () => {
  const { stats, failure } = await runGame({ seed: SEED, steps: 250, first: true })
  const repeat = failure && `node scripts/game.ts --seed ${failure.seed} --path ${failure.path} --replay ${failure.replayPath}`
  expect(failure ? `${failure.message}\n${failure.story.join('\n')}\n${repeat}` : '').toBe('')
  expect(stats).toMatchObject({ unprovedLies: 0, honestRefused: 0, honestSlashed: 0 })
  expect(stats.posted).toBeGreaterThan(10)
})

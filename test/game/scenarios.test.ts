import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployStage } from './chain/deploy.ts'
import type { Stage } from './chain/deploy.ts'
import { Evm } from './chain/evm.ts'
import { newModel } from './commands.ts'
import { ELSEWHERE, SCENARIOS } from './scenarios.ts'
import { newStats } from './stats.ts'
import { World } from './world.ts'
import { LONG } from '../support/long.ts'

let evm: Evm
let stage: Stage
let start: unknown

beforeAll(async () => {
  evm = await Evm.start()
  stage = await deployStage(evm)
  start = await evm.rpc('evm_snapshot')
})

afterAll(async () => {
  await evm[Symbol.asyncDispose]()
})

/** `npm test` plays every third. */
const played = LONG ? SCENARIOS : SCENARIOS.filter((_, index) => index % 3 === 0)

describe('attacks as scripts of the game', () => {
  it.each(played.map((one) => [one.id, one.title, one] as const))('%s: %s', async (_id, _title, { script, holds }) => {
    await evm.rpc('evm_revert', start)
    start = await evm.rpc('evm_snapshot')
    const world = new World(evm, stage, newStats())
    await world.begin()
    const model = newModel()
    for (const act of script) await act.run(model, world)
    expect(holds(world) ? 'it held' : `${JSON.stringify({ ...world.stats })}\n${world.story.join('\n')}`).toBe('it held')
  })

  it('names every attack', () => {
    const named = new Set([...SCENARIOS.map(({ id }) => id), ...Object.keys(ELSEWHERE)])
    const missing = Array.from({ length: 47 }, (_, i) => `R${i + 1}`).filter((id) => !named.has(id))
    expect(missing).toEqual([])
  })
})

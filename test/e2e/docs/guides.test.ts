import { describe, expect, it } from 'vitest'
import { PageWalk } from '../support/page-walk.ts'
import { LONG } from '../../support/long.ts'

/** The guides in the order of a reader: `npm run test:docs`. */
describe.skipIf(!LONG)('the commands of the guides', () => {
  it('found a task, train it, pay, let a member leave, and pass a decision', { timeout: 1_800_000 }, async () => {
    await using walk = await PageWalk.begin()
    await walk.follow('docs/tutorial.md', { only: 'prepare' })

    const brought = await walk.follow('docs/bring-your-model.md')
    expect(brought).toMatch(/^No update of a poisoner counted in 5 rounds/m)

    const simulated = await walk.follow('docs/simulate.md')
    expect(simulated.match(/^Measured on \d+ records/gm)).toHaveLength(2)

    const operated = await walk.follow('docs/operate.md')
    expect(operated).toMatch(/^Ledger +0x\w{40}/m)

    const joined = await walk.follow('docs/join.md')
    expect(walk.members).toHaveLength(3)
    expect(joined).toMatch(/^Final: up to round \d+/m)
    expect(joined).toMatch(/^\d+ rounds? replayed from genesis: every model root and ledger root matches the chain/m)
    expect(joined).toMatch(/^0x\w{40} received [\d.]+ dQRT for the rounds up to \d+/m)

    const governed = await walk.follow('docs/govern.md')
    expect(governed).toMatch(/executed/i)
  })
})

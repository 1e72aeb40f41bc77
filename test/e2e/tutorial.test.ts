import { expect, it } from 'vitest'
import { PageWalk, WAIT_MS } from './support/page-walk.ts'

/** The most that a reader types until three members have trained a model that each of them checked. */
const TYPED = 8

it(
  'the tutorial ends with a round that three members with tables of their own replayed, and that anybody can audit',
  { timeout: 900_000 },
  async () => {
    await using walk = await PageWalk.begin()
    const blocks = await walk.blocks('docs/tutorial.md')
    expect(blocks.map(({ kind }) => kind)).toEqual(['prepare', 'chain', '', '', 'run', 'run', 'later'])
    // A block that is pasted whole counts once, and so does each line that gets a terminal of its own.
    const typed = blocks.slice(0, -1).map(({ kind, text }) => (kind === 'run' ? text.trim().split('\n').length : 1))
    expect(typed.reduce((sum, lines) => sum + lines)).toBeLessThanOrEqual(TYPED)

    const printed = await walk.follow('docs/tutorial.md')
    expect(walk.members).toHaveLength(3)
    for (const member of walk.members)
      await member.shows(/^round 1: [\d.]+ % of the \d+ test samples classified correctly \(loss [\d.]+.*\)$/m, WAIT_MS)
    expect(printed).toMatch(/^0x\w{40} received [\d.]+ dQRT for the rounds up to \d+/m)
    expect(printed).toMatch(/^Final: up to round \d+/m)
    expect(printed).toMatch(/^\d+ rounds? replayed from genesis: every model root and ledger root matches the chain/m)
  },
)

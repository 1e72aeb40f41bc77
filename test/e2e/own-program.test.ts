import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { jumpTo } from './support/jump-to.ts'
import type { Programs } from './support/programs.ts'
import { from, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

const CHILD = resolve(import.meta.dirname, '../support/trainer/child.ts')

let running: RunningConsortium
let consortium: Consortium
let programs: Programs

/** `quorate member run --trainer`, with a program that behaves as it is told. */
function startOwn(index: number, behaviour: string): void {
  running.runMember(index, '--trainer', `"${process.execPath}" ${CHILD} ${behaviour} ${running.path(behaviour)}`)
}

beforeAll(async () => {
  running = await RunningConsortium.found({ members: 4, rule: 'mean' })
  ;({ consortium, programs } = running)
  await running.startOperator()
  startOwn(0, 'nudge')
  startOwn(1, 'exit3')
  for (const index of [2, 3]) running.runMember(index)
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
})

it.runIf(LONG)(
  'a program of a member trains beside built-in learners; a member whose program fails sits the round out',
  { timeout: 900_000 },
  async () => {
    const skipped = await programs.event('the member whose program fails says so', from('member-1', 'trainingSkipped'))
    expect(skipped).toMatchObject({ code: 'TRAINER_CRASHED' })
    const trained = await programs.event('the program trains', from('member-0', 'trained'))
    expect(trained).toMatchObject({ loss: 0.5, samples: 7 })
    // The operator waits for the member that failed until the commit window is over.
    await programs.event(
      'the others have committed',
      (event) => from('coordinator', 'round')(event) && Number(event['committed']) === 3,
    )
    const { commitEnd } = await running.current()
    await jumpTo(commitEnd, consortium.anvil)
    const built = await programs.event('a round is built', from('coordinator', 'built'))
    const rows = built['rows'] as { member: string; verdict: string }[]
    const owners = consortium.members.map(({ owner }) => owner)
    expect(rows.find(({ member }) => member === owners[0])?.verdict).toBe('accepted')
    expect(rows.find(({ member }) => member === owners[1])).toBeUndefined()
    // Nothing is lost: the member that sat out replays the claim like everybody.
    for (const name of ['member-0', 'member-1']) {
      const replayed = await programs.event(`${name} replays`, from(name, 'replayed'))
      expect(replayed['claimHash']).toBe(built['claimHash'])
    }
    expect(await readFile(running.path('nudge'), 'utf8')).toContain(`step 1 round ${String(built['round'])}`)
  },
)

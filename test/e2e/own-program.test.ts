import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { memberProgram } from '../../cli/demo/member-program.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { readCurrentRound } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { jumpTo } from './support/jump-to.ts'
import { Programs } from './support/programs.ts'

const CHILD = resolve(import.meta.dirname, '../support/trainer/child.ts')

let folder = ''
let consortium: Consortium
const programs = new Programs(400_000)

/** `quorate member run --trainer`, with a program that behaves as it is told. */
function startOwn(index: number, behaviour: string): void {
  const { configPath } = consortium.members[index]!
  const trainer = `"${process.execPath}" ${CHILD} ${behaviour} ${join(folder, behaviour)}`
  programs.start(`member-${index}`, ['member', 'run', '--config', configPath, '--trainer', trainer])
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-own-'))
  const flags = {
    members: 4,
    rounds: 3,
    attack: [],
    rule: 'mean',
    model: 'mlp',
    partition: 'dirichlet:1',
    backend: 'wasm',
    seed: 5,
    json: true,
    keep: false,
  }
  consortium = await foundConsortium({
    ...parseDemoFlags(flags),
    folder,
    logger: silentLogger,
    onStep: () => {},
    signal: AbortSignal.timeout(400_000),
  })
  programs.start('coordinator', ['coordinator', 'run', '--config', consortium.operator.configPath])
  await programs.event('the coordinator starts', ({ event }) => event === 'started')
  startOwn(0, 'nudge')
  startOwn(1, 'exit3')
  for (const index of [2, 3]) {
    const { args, program } = memberProgram(consortium.members[index]!)
    programs.start(`member-${index}`, args, program)
  }
})

afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await consortium.chain.close()
  await consortium.anvil.stop()
  await rm(folder, { recursive: true, force: true })
})

it(
  'a program of a member trains beside built-in learners; a member whose program fails sits the round out',
  { timeout: 900_000 },
  async () => {
    const skipped = await programs.event(
      'the member whose program fails says so',
      ({ event, from }) => event === 'trainingSkipped' && from === 'member-1',
    )
    expect(skipped).toMatchObject({ code: 'TRAINER_CRASHED' })
    const trained = await programs.event('the program trains', ({ event, from }) => event === 'trained' && from === 'member-0')
    expect(trained).toMatchObject({ loss: 0.5, samples: 7 })
    // The operator waits for the member that failed until the commit window is over.
    await programs.event(
      'the others have committed',
      ({ event, from, committed }) => event === 'round' && from === 'coordinator' && Number(committed) === 3,
    )
    const { commitEnd } = await readCurrentRound(consortium.chain, { ledger: consortium.contracts.ledger, task: consortium.task })
    await jumpTo(commitEnd, consortium.anvil)
    const built = await programs.event('a round is built', ({ event }) => event === 'built')
    const rows = built['rows'] as { member: string; verdict: string }[]
    const owners = consortium.members.map(({ owner }) => owner)
    expect(rows.find(({ member }) => member === owners[0])?.verdict).toBe('accepted')
    expect(rows.find(({ member }) => member === owners[1])).toBeUndefined()
    // Nothing is lost: the member that sat out replays the claim like everybody.
    for (const from of ['member-0', 'member-1']) {
      const replayed = await programs.event(`${from} replays`, (one) => one.from === from && one.event === 'replayed')
      expect(replayed['claimHash']).toBe(built['claimHash'])
    }
    expect(await readFile(join(folder, 'nudge'), 'utf8')).toContain(`step 1 round ${String(built['round'])}`)
  },
)

import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { readLedgerFile } from '../../participant/privacy/ledger-file.ts'
import type { LedgerState } from '../../participant/privacy/spending.ts'
import type { Programs } from './support/programs.ts'
import { runQuorate } from '../support/cli/run-quorate.ts'
import { from, LONG_WINDOWS, roundOf, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

/** `npm test` has the kills around a charge without a network: test/integration/participant/private-training.test.ts. */
const reason = LONG ? undefined : 'it takes minutes: npm run test:private'

/** Of the private member. */
const RECORDS = 300

if (reason !== undefined) console.warn(`skipped, a private member in a consortium: ${reason}`)

describe.skipIf(reason !== undefined)('a private member in a consortium', () => {
  let running: RunningConsortium
  let consortium: Consortium
  let programs: Programs

  beforeAll(async () => {
    running = await RunningConsortium.found({ members: 3, rule: 'mean', windows: LONG_WINDOWS })
    ;({ consortium, programs } = running)
    const [{ configPath } = { configPath: '' }] = consortium.members
    const config = parse(await readFile(configPath, 'utf8'))
    // Few records: each has a gradient of its own, and the rounds shall not last minutes.
    await writeFile(
      join(dirname(configPath), 'records.json'),
      JSON.stringify(Array.from({ length: RECORDS }, (_, at) => 97 * at)),
    )
    const partition = { kind: 'indices', file: 'records.json' }
    const privacy = { epsilon: 1000, delta: 1e-6, clip: 1, noise: 0.5, batch: RECORDS / 10 }
    await writeFile(configPath, stringify({ ...config, training: { ...(config['training'] as object), partition }, privacy }))
    await running.startOperator()
    for (const index of [0, 1]) running.runMember(index)
  })

  afterAll(async () => {
    await running[Symbol.asyncDispose]()
  })

  /** What the private member has spent. */
  async function ledger(): Promise<LedgerState> {
    const { state } = await readMemberConfig(consortium.members[0]!.configPath)
    return readLedgerFile(state.folder)!
  }

  it(
    'a private member that is killed after its update was charged spends once, and its update counts like any other',
    { timeout: 900_000 },
    async () => {
      const charged = await programs.event('the private member has charged its update', from('member-0', 'privacySpent'))
      await programs.kill('member-0')
      expect(charged).toMatchObject({ rounds: 1, epsilon: 1000 })
      const since = programs.events.length
      running.runMember(0)
      // The round waits for its third member, so the killed one is in time.
      await programs.event('the private member runs again', from('member-0', 'started'), since)
      running.runMember(2)
      const built = await programs.event('the round is built', from('coordinator', 'built'), since)
      expect(roundOf(built)).toBe(roundOf(charged))
      const rows = built['rows'] as { member: string; verdict: string }[]
      expect(rows.find(({ member }) => member === consortium.members[0]!.owner)?.verdict).toBe('accepted')
      const next = await programs.event('the private member charges the next update', from('member-0', 'privacySpent'), since)
      expect(next).toMatchObject({ rounds: 2, steps: 2 * Number(charged['steps']) })
      expect(roundOf(next)).toBe(roundOf(charged) + 1n)
      expect((await ledger()).spent).toMatchObject([{ rounds: 2 }])
    },
  )

  it('what it spent is stated to all, kept with the round, and adds up', { timeout: 900_000 }, async () => {
    const owner = consortium.members[0]!.owner.toLowerCase()
    const [charged] = programs.events.filter(from('member-0', 'privacySpent'))
    const round = roundOf(charged!)
    for (const name of ['member-1', 'coordinator']) {
      const heard = await programs.event(`${name} hears what the private member spent`, from(name, 'memberSpent', round))
      expect(heard).toMatchObject({ member: owner, delta: 1e-6, steps: [{ noiseMultiplier: 0.5, steps: charged!['steps'] }] })
      expect(heard['total']).toBeCloseTo(Number(charged!['spent']), 5)
    }
    const { configPath } = consortium.members[1]!
    const status = await runQuorate('status', '--config', configPath)
    expect(status.last['spendings']).toContainEqual(expect.objectContaining({ round: String(round), member: owner, delta: 1e-6 }))
    const why = await runQuorate('why', '--config', configPath, '--member', owner, '--round', String(round))
    expect(why.last['spending']).toMatchObject({ delta: 1e-6 })
    const audit = await runQuorate('audit', '--config', configPath, '--pending')
    const stated = audit.last['spending'] as { member: string; rounds: number; faults: unknown[] }[]
    expect(stated).toMatchObject([{ member: owner, delta: 1e-6, faults: [] }])
    expect(stated[0]!.rounds).toBeGreaterThanOrEqual(1)
    // The other members train without noise, and have nothing to state.
    expect(programs.events.filter((one) => one.event === 'memberSpent' && one['member'] !== owner)).toEqual([])
  })
})

import { appendFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { readLedgerFile } from '../../participant/privacy/ledger-file.ts'
import type { LedgerState } from '../../participant/privacy/spending.ts'
import type { Programs } from './support/programs.ts'
import { from, LONG_WINDOWS, roundOf, RunningConsortium } from './support/running-consortium.ts'

/** `npm test` has the kills around a charge without a network: test/integration/participant/private-training.test.ts. */
const reason = process.env['QUORATE_LONG_TESTS'] ? undefined : 'it takes minutes: npm run test:private'

if (reason !== undefined) console.warn(`skipped, a private member in a consortium: ${reason}`)

describe.skipIf(reason !== undefined)('a private member in a consortium', () => {
  let running: RunningConsortium
  let consortium: Consortium
  let programs: Programs

  beforeAll(async () => {
    running = await RunningConsortium.found({ members: 3, rule: 'mean', windows: LONG_WINDOWS })
    ;({ consortium, programs } = running)
    const [{ configPath } = { configPath: '' }] = consortium.members
    await appendFile(configPath, '\n[privacy]\nepsilon = 1000\ndelta = 0.000001\nclip = 1\nnoise = 0.5\nbatch = 1000\n')
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
})

import { access, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runQuorate } from '../support/cli/run-quorate.ts'
import { moveKey, operatorKeyOf } from '../support/signer/move-key.ts'
import { startReferenceSigner } from '../support/signer/reference-signer.ts'
import type { ReferenceSigner } from '../support/signer/reference-signer.ts'
import { from, LONG_WINDOWS, RunningConsortium } from './support/running-consortium.ts'
import { LONG } from '../support/long.ts'

const MEMBERS = 3
const reason = LONG ? undefined : 'it takes minutes: npm run test:signer'
if (reason !== undefined) console.warn(`skipped, a consortium with a remote signer: ${reason}`)

/** The tests follow one another in time. */
describe.skipIf(reason !== undefined)(
  'a consortium whose operator and first member have a remote signer',
  { timeout: 900_000 },
  () => {
    let running: RunningConsortium
    let signer: ReferenceSigner
    /** Configuration files whose operator keys are with the signer. */
    let moved: string[]

    beforeAll(async () => {
      running = await RunningConsortium.found({ members: MEMBERS, windows: LONG_WINDOWS })
      const { operator, members } = running.consortium
      moved = [operator.configPath, members[0]!.configPath]
      const token = 'of the signer'
      signer = await startReferenceSigner({ keys: await Promise.all(moved.map(operatorKeyOf)), token })
      for (const path of moved) await moveKey(path, { url: signer.url, token })
      await running.startOperator()
      running.startMembers()
    })
    afterAll(async () => {
      await running?.[Symbol.asyncDispose]()
      await signer?.[Symbol.asyncDispose]()
    })

    it('counts the update of every member, and all replay the claim, without the keys on their disks', async () => {
      const built = await running.programs.event('round 1 is built', from('coordinator', 'built', 1n))
      await running.programs.event('round 1 is posted', from('coordinator', 'posted', 1n))
      const rows = built['rows'] as { member: string; weight: number }[]
      expect(rows.filter(({ weight }) => weight > 0)).toHaveLength(MEMBERS)
      for (let index = 0; index < MEMBERS; index++) {
        const replayed = await running.programs.event(`member ${index} replays`, from(`member-${index}`, 'replayed', 1n))
        expect(replayed['claimHash']).toBe(built['claimHash'])
      }
      for (const path of moved)
        await expect(access(join(dirname(path), 'operator.key'))).rejects.toMatchObject({ code: 'ENOENT' })
    })

    it('goes on after an operator that was killed in a round', async () => {
      const { programs } = running
      const since = programs.events.length
      const open = await programs.event(
        'commitments of a round arrive',
        (event) => event.event === 'round' && event['phase'] === 'commit' && Number(event['committed']) >= 1,
        since,
      )
      await programs.kill('coordinator')
      running.runOperator()
      await programs.event('the round is posted', from('coordinator', 'posted', BigInt(String(open['round']))), since)
    })

    it('waits while the signer fails, and goes on when it signs again', async () => {
      const { programs } = running
      const log = join(dirname(moved[0]!), 'coordinator.log')
      const before = (await readFile(log, 'utf8')).length
      const since = programs.events.length
      signer.fault = { status: 503 }
      const { round } = await running.current()
      const failed = async (): Promise<string> => (await readFile(log, 'utf8')).slice(before)
      await expect.poll(failed, { timeout: 300_000 }).toMatch(/SIGNER_(UNREACHABLE|REFUSED)/)
      // Without its signature the operator ends no round.
      expect((await running.current()).round - round).toBeLessThanOrEqual(1n)
      signer.fault = undefined
      await programs.event(
        'a later round is posted',
        (event) => from('coordinator', 'posted')(event) && BigInt(String(event['round'])) > round,
        since,
      )
    })

    it('both signed statements there, and the operator its transactions', () => {
      const kinds = new Map<string, Set<string>>()
      // EIP-712 begins with 0x1901, a transaction of EIP-1559 with 0x02.
      for (const { identifier, data } of signer.signed) {
        const kind = data.startsWith('0x1901') ? 'statement' : data.slice(0, 4)
        kinds.set(identifier, (kinds.get(identifier) ?? new Set()).add(kind))
      }
      const known = [...kinds.values()].map((one) => [...one].toSorted())
      expect(known).toHaveLength(2)
      expect(known).toContainEqual(['0x02', 'statement'])
      for (const one of known) expect(one).toContain('statement')
    })

    it('its member is paid', async () => {
      const { last } = await runQuorate('member', 'claim', '--config', running.consortium.members[0]!.configPath)
      expect(last).toMatchObject({ ok: true })
      expect(BigInt(String(last['amount']))).toBeGreaterThan(0n)
    })
  },
)

import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consortium } from '../../cli/demo/consortium.ts'
import type { ProgramEvent, Programs } from './support/programs.ts'
import { from as eventFrom, RunningConsortium } from './support/running-consortium.ts'
import { runQuorate } from '../support/cli/run-quorate.ts'

const MEMBERS = 4

/** One consortium for all tests of this file, run by the real programs; the tests follow one another in time. */
let running: RunningConsortium
let consortium: Consortium
let programs: Programs
const event: Programs['event'] = async (...looked) => programs.event(...looked)
const posted = (round: number): ((candidate: ProgramEvent) => boolean) => eventFrom('coordinator', 'posted', BigInt(round))

interface StatusRow {
  member: string
  evidence: { eValue: number; strikes: number; times: number }
}

const chainFlags = (): string[] => ['--rpc', consortium.anvil.rpcUrl, '--ledger', consortium.contracts.ledger]

beforeAll(async () => {
  running = await RunningConsortium.start({ members: MEMBERS, attacks: ['sign-flip'], seed: 3 })
  ;({ consortium, programs } = running)
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
})

describe('a consortium of real programs', { timeout: 900_000 }, () => {
  it('trains a round, rejects the poisoner and agrees bit for bit', async () => {
    await event('round 1 is posted', posted(1))
    const built = await event('round 1 is built', (candidate) => candidate.event === 'built' && Number(candidate['round']) === 1)
    const poisoner = consortium.members.find((member) => member.attack)!.owner
    const rows = built['rows'] as { member: string; verdict: string; weight: number }[]
    expect(rows).toHaveLength(MEMBERS)
    expect(rows.find((row) => row.member === poisoner)).toMatchObject({ verdict: 'rejected', weight: 0 })
    for (let index = 0; index < MEMBERS; index++) {
      const replayed = await event(
        `member ${index} replays round 1`,
        (candidate) => candidate.from === `member-${index}` && candidate.event === 'replayed',
      )
      expect(replayed['claimHash']).toBe(built['claimHash'])
    }
  })

  it('a member killed with kill -9 in mid-round takes part in the next round', async () => {
    const from = programs.events.length
    await event('round 2 is open', (candidate) => candidate.event === 'round' && Number(candidate['round']) === 2)
    await programs.kill('member-1')
    running.runMember(1)
    await event('round 3 is posted', posted(3), from)
    await event(
      'the restarted member knows of a quorum under a claim that was posted since',
      (candidate) => candidate.from === 'member-1' && candidate.event === 'agreed' && Number(candidate['round']) >= 2,
      from,
    )
    const built = await event('round 3 is built', (candidate) => candidate.event === 'built' && Number(candidate['round']) === 3)
    const row = (built['rows'] as { member: string; verdict: string }[]).find(
      ({ member }) => member === consortium.members[1]!.owner,
    )
    expect(row?.verdict).toBe('accepted')
  })

  it('a coordinator killed with kill -9 posts the round it was in, once', async () => {
    const from = programs.events.length
    const open = await event(
      'commitments of the next round arrive',
      (candidate) => candidate.event === 'round' && Number(candidate['round']) >= 4 && Number(candidate['committed']) >= 1,
      from,
    )
    const round = Number(open['round'])
    await programs.kill('coordinator')
    running.runOperator()
    await event(`round ${round} is posted`, posted(round), from)
    const { last } = await runQuorate('status', ...chainFlags())
    expect(Number(last['posted'])).toBeGreaterThanOrEqual(round)
    const nonce = async (): Promise<number> =>
      consortium.chain.publicClient.getTransactionCount({ address: consortium.operator.key })
    // The next round may be posted between two looks.
    for (let before = await nonce(); ; before = await nonce()) {
      const { last: now } = await runQuorate('status', ...chainFlags())
      if ((await nonce()) !== before) continue
      // The seat, then seal and claim of each round; the open round may be sealed.
      expect([0, 1]).toContain(before - 1 - 2 * Number(now['posted']))
      break
    }
  })

  it('honest members claim, the poisoner cannot; claiming twice pays nothing', async () => {
    const { last } = await runQuorate('status', ...chainFlags())
    const round = Number(last['posted'])
    await event(
      'everybody replays',
      (candidate) => candidate.from === 'member-0' && candidate.event === 'replayed' && Number(candidate['round']) >= round,
    )
    await programs[Symbol.asyncDispose]()
    const results = await Promise.all(
      consortium.members.map(async ({ configPath }) => runQuorate('member', 'claim', '--config', configPath)),
    )
    const honest = results.filter((_, index) => !consortium.members[index]!.attack)
    for (const { code, last: claimed, stderr } of honest) {
      expect(code, stderr).toBe(0)
      expect(BigInt(claimed['amount'] as string)).toBeGreaterThan(0n)
    }
    const poisoner = results.find((_, index) => consortium.members[index]!.attack)!
    expect(poisoner.last).toMatchObject({ ok: false, code: 'NOTHING_TO_CLAIM' })
    expect(poisoner.code).toBe(4)
    expect((await runQuorate('member', 'claim', '--config', consortium.members[0]!.configPath)).last).toMatchObject({
      code: 'NOTHING_TO_CLAIM',
    })
  })

  it("two members' copies of the evidence audit to the same roots", async () => {
    const evidence = (index: number): string => join(consortium.members[index]!.dataFolder, 'evidence')
    const [first, second] = await Promise.all(
      [0, 2].map(async (index) => runQuorate('audit', ...chainFlags(), '--evidence', evidence(index))),
    )
    expect(first).toMatchObject({ code: 0, last: { ok: true, match: true } })
    // On a loaded machine one of the four rounds may be void.
    expect(Number(first!.last['rounds'])).toBeGreaterThanOrEqual(3)
    expect(second!.last).toEqual(first!.last)
  })

  it('status shows evidence across rounds from either copy, and the poisoner alone stands out', async () => {
    const poisoner = consortium.members.find((member) => member.attack)!.owner
    for (const index of [0, 2]) {
      const evidence = join(consortium.members[index]!.dataFolder, 'evidence')
      const { last } = await runQuorate('status', ...chainFlags(), '--evidence', evidence)
      const { round } = last['evidence'] as { round: string }
      // A member was stopped before it replayed the last posted claim.
      expect(Number(round)).toBeGreaterThanOrEqual(4)
      expect(Number(round)).toBeLessThanOrEqual(Number(last['posted']))
      // After eight rejections it is in quarantine, and its evidence begins anew.
      const suspects = (last['members'] as StatusRow[]).filter(({ evidence: known }) => known.eValue > 1 || known.times > 0)
      expect(suspects.map(({ member }) => member.toLowerCase())).toEqual([poisoner])
      const { strikes, times } = suspects[0]!.evidence
      expect(strikes > 1 || times > 0).toBe(true)
    }
  })

  it('one changed byte in any evidence file fails the audit and names file and round', async () => {
    const copy = running.path('tampered')
    await cp(join(consortium.members[0]!.dataFolder, 'evidence'), copy, { recursive: true })
    const round = join(copy, String(consortium.task), '2')
    const names = await readdir(round)
    expect(names).toEqual(expect.arrayContaining(['manifest.json', 'record.json', 'spec.json', 'document.json']))
    for (const name of names) {
      const path = join(round, name)
      const bytes = await readFile(path)
      const changed = Buffer.from(bytes)
      const at = Math.floor(changed.length / 2)
      changed[at] = changed[at]! ^ 1
      await writeFile(path, changed)
      const { code, last, stderr } = await runQuorate('audit', ...chainFlags(), '--evidence', copy)
      expect(code, name).toBe(8)
      expect(last, name).toMatchObject({ ok: false, code: 'AUDIT_MISMATCH', details: { round: '2', file: name } })
      expect(stderr).toContain(`round 2`)
      await writeFile(path, bytes)
    }
    await rm(join(round, 'record.json'))
    expect((await runQuorate('audit', ...chainFlags(), '--evidence', copy)).last).toMatchObject({
      code: 'EVIDENCE_MISSING',
      details: { file: 'record.json' },
    })
  })
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeOpening } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { encodeSpec, lowerHex, verdictName } from '../../../src/protocol/index.ts'
import { evidencePath, OPENING_FILE, SPEC_FILE } from '../../../src/replay/index.ts'
import { postRound, startJudgedChain } from '../../support/judge/judged-chain.ts'
import { MEMBERS, randomRound, TASK } from '../../support/judge/random-round.ts'
import type { TestChain } from '../chain/harness.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

const ROUND = 2n

let on: TestChain
let folder: string
let parts: ClaimParts

interface Run {
  code: number
  stdout: string
}

async function why(member: string, ...more: string[]): Promise<Run> {
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger]
  return runCommandLine('why', ...chain, '--evidence', folder, '--member', member, ...more)
}

async function write(name: string, content: string | Uint8Array): Promise<void> {
  const path = evidencePath(folder, TASK, ROUND)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, name), content)
}

beforeAll(async () => {
  on = await startJudgedChain()
  folder = await mkdtemp(join(tmpdir(), 'quorate-why-'))
  const round = randomRound(3)
  parts = round.honest
  await postRound(on, round, parts)
}, 120_000)

afterAll(async () => {
  await on[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('quorate why', { timeout: 120_000 }, () => {
  it('names the file that the folder lacks', async () => {
    const { code, stdout } = await why(MEMBERS[0]!.member, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'EVIDENCE_MISSING' })
    expect(stdout).toContain(SPEC_FILE)
    expect(code).toBe(8)
  })

  it('gives every row its verdict and what decided it, and finds the claim true', async () => {
    await write(SPEC_FILE, encodeSpec(parts.spec))
    await write(OPENING_FILE, encodeOpening(parts))
    for (const { member, verdict, score } of parts.rows) {
      const { code, stdout } = await why(member, '--json')
      const told = JSON.parse(stdout) as { headline: string; steps: { outcome: string }[] }
      expect(told).toMatchObject({ ok: true, round: ROUND.toString(), verdict: verdictName(verdict), differences: [] })
      expect(told.headline).toMatch(score > 0n ? /^Paid / : /^Not paid: /)
      expect(told.steps.length).toBeGreaterThan(1)
      expect(code).toBe(0)
    }
  })

  it('tells an account without a row that it has none', async () => {
    const stranger = MEMBERS.find(({ member }) => !parts.rows.some((row) => lowerHex(row.member) === lowerHex(member)))!
    expect((await why(stranger.member)).stdout).toMatch(/^Not paid: The member has no row in the claim\./m)
  })

  it('says which numbers of the claim it used, and what it checked', async () => {
    const { stdout } = await why(parts.rows[0]!.member, '--round', ROUND.toString())
    expect(stdout).toMatch(/^Round 2, member 0x/)
    expect(stdout).toMatch(/\(members row 0|\(trace /)
    expect(stdout).toMatch(/^Checked against the claim on chain: specification, claim, claim before, members rows/m)
    expect(stdout).toMatch(/^The rule, run again over these numbers, gives what the claim says\.$/m)
  })

  it('refuses a leaf that was changed', async () => {
    const forged = parts.rows.map((row, index) => (index === 0 ? { ...row, beta: 1 } : row))
    await write(OPENING_FILE, encodeOpening({ ...parts, rows: forged }))
    const { code, stdout } = await why(parts.rows[0]!.member, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'OPENING_MISMATCH' })
    expect(code).toBeGreaterThan(0)
  })

  it('refuses a round without a claim', async () => {
    const { code, stdout } = await why(MEMBERS[0]!.member, '--round', '9', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ code: 'FLAG_INVALID' })
    expect(code).toBe(2)
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PrivacyLedger } from '../../../participant/privacy/privacy-ledger.ts'
import { readLedger } from '../../../participant/privacy/read-ledger.ts'
import { isQuorateError, silentLogger } from '../../../src/core/index.ts'
import { epsilonOf } from '../../../src/privacy/index.ts'
import type { PrivacyEvent } from '../../../src/privacy/index.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { PLANNED, privateDuty } from '../../support/training/private-duty.ts'

const DELTA = 1e-3
const STEP: PrivacyEvent = { noiseMultiplier: 1.1, samplingRate: 0.05, steps: 5 }
const costOf = (trainings: number, of = STEP): number => epsilonOf([{ ...of, steps: trainings * of.steps }], DELTA)
const baseOf = (number: number): Hash => toHex(keccak(Uint8Array.of(number)))
const budget = { epsilon: 1000, delta: DELTA }

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-shared-ledger-'))
  path = join(folder, 'records.db')
})
afterEach(async () => rm(folder, { recursive: true }))

/** The ledger of a node, closed with its journal. */
function openNode(name: string, at: { path?: string } = { path }) {
  const journal = openJournal(join(folder, name))
  try {
    const ledger = new PrivacyLedger({
      journal,
      path: at.path,
      budget,
      planned: STEP,
      folder: join(folder, name),
      logger: silentLogger,
    })
    const spend = async (base: number): Promise<void> => {
      await ledger.reserve()
      await ledger.charge(baseOf(base), baseOf(base), [STEP])
    }
    const close = (): void => {
      ledger[Symbol.dispose]()
      journal.close()
    }
    return { ledger, spend, close }
  } catch (error) {
    journal.close()
    throw error
  }
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error)
  }
}

describe('two processes with one ledger', () => {
  const script = new URL('spend-shared.ts', import.meta.url).pathname

  /** Starts a node that waits, and resolves with what it says once it was told to go on. */
  async function spender(name: string, epsilon: number, point = ''): Promise<() => Promise<number | undefined>> {
    const child = spawn(
      process.execPath,
      [script, join(folder, name), path, String(epsilon), String(DELTA), JSON.stringify(STEP), point],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
    const ended = once(child, 'close')
    await once(child.stdout, 'data')
    return async () => {
      child.stdin.write('go\n')
      await ended
      const [, charged] = said.split('\n')
      return charged ? Number(charged) : undefined
    }
  }

  it('spend together: both charge, and never more than the budget', { timeout: 120_000 }, async () => {
    const epsilon = costOf(60) * 1.0001
    const nodes = await Promise.all([spender('one', epsilon), spender('two', epsilon)])
    const charged = await Promise.all(nodes.map(async (go) => go()))
    const total = charged[0]! + charged[1]!
    expect(total).toBe(60)
    expect(Math.min(charged[0]!, charged[1]!)).toBeGreaterThan(0)
    expect(readLedger(join(folder, 'one', 'state'), path)).toMatchObject({
      spent: [{ ...STEP, steps: 60 * STEP.steps, rounds: 60 }],
      reserved: [],
    })
  })

  it('count what a killed one has reserved, which its next training takes over', { timeout: 120_000 }, async () => {
    const epsilon = costOf(3) * 1.0001
    const killed = await spender('one', epsilon, 'reserved')
    expect(await killed()).toBeUndefined()
    const other = await spender('two', epsilon)
    expect(await other()).toBe(2)
    const again = await spender('one', epsilon)
    expect(await again()).toBe(1)
    expect(readLedger(join(folder, 'two', 'state'), path)).toMatchObject({ spent: [{ rounds: 3 }], reserved: [] })
  })
})

describe('members that train by one ledger', () => {
  it('end together, and each says why', async () => {
    const tight = { epsilon: costOf(3, PLANNED) * 1.0001, delta: DELTA }
    const [one, two] = [
      await privateDuty({ folder: join(folder, 'one'), path, budget: tight }),
      await privateDuty({ folder: join(folder, 'two'), path, budget: tight }),
    ]
    expect(await one.trainOn(baseOf(1), 1n)).toBeDefined()
    expect(await two.trainOn(baseOf(1), 1n)).toBeDefined()
    expect(await one.trainOn(baseOf(2), 2n)).toBeDefined()
    expect(await two.trainOn(baseOf(2), 2n)).toBeUndefined()
    expect(two.told.at(-1)).toMatchObject({ event: 'trainingSkipped', code: 'PRIVACY_BUDGET_SPENT' })
    // What one sends again is its own.
    expect(one.ledger.made(baseOf(1))).not.toBe(two.ledger.made(baseOf(1)))
    expect(one.ledger.report).toMatchObject({ rounds: 3, roundsLeft: 0 })
    expect(two.ledger.report).toMatchObject({ rounds: 3, roundsLeft: 0 })
    one.close()
    two.close()
  })
})

describe('a shared ledger', () => {
  it('takes over once what each node has spent by itself', async () => {
    for (const [name, rounds] of [
      ['one', 2],
      ['two', 3],
    ] as const) {
      const alone = openNode(name, {})
      for (let base = 0; base < rounds; base++) await alone.spend(base)
      alone.close()
    }
    for (let time = 0; time < 2; time++) {
      const [one, two] = [openNode('one'), openNode('two')]
      expect(one.ledger.report.rounds).toBe(5)
      expect(two.ledger.report.rounds).toBe(5)
      one.close()
      two.close()
    }
  })

  it('is missed: neither the journal of the node, nor another file, goes on in its place', async () => {
    const node = openNode('one')
    await node.spend(1)
    node.close()
    expect(codeOf(() => openNode('one', {}))).toBe('PRIVACY_LEDGER_OTHER')
    expect(codeOf(() => readLedger(join(folder, 'one')))).toBe('PRIVACY_LEDGER_OTHER')
    openNode('other', { path: join(folder, 'other.db') }).close()
    expect(codeOf(() => openNode('one', { path: join(folder, 'other.db') }))).toBe('PRIVACY_LEDGER_OTHER')
    const back = openNode('one')
    expect(back.ledger.report.rounds).toBe(1)
    back.close()
  })

  it('that was lost, or is an old copy, learns from the nodes what was spent', async () => {
    const node = openNode('one')
    await node.spend(1)
    const old = await readFile(path)
    await node.spend(2)
    await node.spend(3)
    node.close()
    await writeFile(path, old)
    const restored = openNode('one')
    expect(restored.ledger.report.rounds).toBe(3)
    restored.close()
    await rm(path)
    const anew = openNode('one')
    expect(anew.ledger.report.rounds).toBe(3)
    anew.close()
  })

  it('that is damaged is told, and so is another database', async () => {
    const node = openNode('one')
    await node.spend(1)
    node.close()
    const bytes = await readFile(path)
    const at = bytes.indexOf('"samplingRate"')
    expect(at).toBeGreaterThan(0)
    bytes[at + 2]! ^= 1
    await writeFile(path, bytes)
    expect(codeOf(() => openNode('one'))).toBe('PRIVACY_LEDGER_DAMAGED')
    await writeFile(path, 'no database at all, and long enough to be read as one'.repeat(100))
    expect(codeOf(() => openNode('one'))).toBe('PRIVACY_LEDGER_DAMAGED')
    // The journal of a node belongs to its node.
    openNode('two', {}).close()
    expect(codeOf(() => openNode('three', { path: join(folder, 'two', 'journal.db') }))).toBe('STORAGE_FAILED')
  })
})

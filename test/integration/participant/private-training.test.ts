import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeTask } from '../../../coordinator/actions/create-task.ts'
import type { MemberTraining } from '../../../participant/member-data.ts'
import { PrivacyLedger } from '../../../participant/privacy/privacy-ledger.ts'
import { readLedger } from '../../../participant/privacy/read-ledger.ts'
import { NOTHING_SPENT, reportOf } from '../../../participant/privacy/spending.ts'
import type { PrivacyReport } from '../../../participant/privacy/spending.ts'
import { openTraining } from '../../../participant/training-duty.ts'
import { VectorStore } from '../../../participant/vector-store.ts'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import { epsilonOf } from '../../../src/privacy/index.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { plannedSteps } from '../../../src/training/index.ts'
import { PLANNED, privateDuty } from '../../support/training/private-duty.ts'
import { LONG } from '../../support/long.ts'

const run = promisify(execFile)
const DELTA = 1e-3
const baseOf = (number: number): Hash => toHex(keccak(Uint8Array.of(number)))
/** ε of so many trainings. */
const costOf = (trainings: number): number => epsilonOf([{ ...PLANNED, steps: trainings * PLANNED.steps }], DELTA)

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-private-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const budget = { epsilon: 1000, delta: DELTA }

describe('the train duty of a member with [privacy]', () => {
  it('charges each update before the round gets it, and says what is left', async () => {
    const duty = await privateDuty({ folder, budget: { epsilon: costOf(3) * 1.0001, delta: DELTA } })
    await duty.trainOn(baseOf(1), 1n)
    await duty.trainOn(baseOf(2), 2n)
    expect(duty.told.filter(({ event }) => event === 'privacySpent')).toMatchObject([
      { round: 1n, rounds: 1, steps: PLANNED.steps, spent: costOf(1), roundsLeft: 2 },
      { round: 2n, rounds: 2, steps: 2 * PLANNED.steps, spent: costOf(2), roundsLeft: 1 },
    ])
    duty.close()
  })

  it('ends in the middle of a task when the budget does, and stays ended after a restart', async () => {
    const tight = { epsilon: costOf(2) * 1.0001, delta: DELTA }
    const first = await privateDuty({ folder, budget: tight })
    expect(await first.trainOn(baseOf(1), 1n)).toBeDefined()
    expect(await first.trainOn(baseOf(2), 2n)).toBeDefined()
    expect(await first.trainOn(baseOf(3), 3n)).toBeUndefined()
    first.close()
    const second = await privateDuty({ folder, budget: tight })
    expect(await second.trainOn(baseOf(4), 4n)).toBeUndefined()
    for (const { told } of [first, second]) {
      expect(told.at(-1)).toMatchObject({
        event: 'trainingSkipped',
        code: 'PRIVACY_BUDGET_SPENT',
        reason: expect.stringContaining("0 rounds of today's noise are left") as string,
      })
    }
    expect(second.ledger.report).toMatchObject({ rounds: 2, roundsLeft: 0 })
    second.close()
    // More noise in the configuration, or a larger budget, goes on from what was spent.
    const raised = await privateDuty({ folder, budget: { epsilon: costOf(3) * 1.0001, delta: DELTA } })
    expect(raised.ledger.report).toMatchObject({ spent: costOf(2), roundsLeft: 1 })
    expect(await raised.trainOn(baseOf(3), 5n)).toBeDefined()
    raised.close()
  })

  it('sends the charged update again in a round that opens again on the same model, and another one on another model', async () => {
    const duty = await privateDuty({ folder, budget })
    const root = await duty.trainOn(baseOf(1), 1n)
    expect(await duty.trainOn(baseOf(1), 2n)).toBe(root)
    expect(duty.ledger.report.rounds).toBe(1)
    const other = await duty.trainOn(baseOf(2), 3n)
    expect(other).not.toBe(root)
    expect(duty.ledger.report.rounds).toBe(2)
    duty.close()
  })

  it('sends nothing that no budget paid for, and keeps nothing of it', async () => {
    const duty = await privateDuty({
      folder,
      budget,
      around: (needs) => ({
        ...needs,
        trainer: {
          async train(input) {
            const { spent: _, ...silent } = await needs.trainer.train(input)
            return silent
          },
        },
      }),
    })
    expect(await duty.trainOn(baseOf(1), 1n)).toBeUndefined()
    expect(duty.told).toMatchObject([{ event: 'trainingSkipped', code: 'PRIVACY_NOT_REPORTED' }])
    expect(await duty.updates.list()).toEqual([])
    expect(await duty.residuals.load(100)).toBeUndefined()
    duty.close()
  })

  it.each([0, 1e-6, 0.5, 0.99])('sends nothing of a program that added noise of %d in place of 1', async (noiseMultiplier) => {
    const duty = await privateDuty({
      folder,
      budget: { ...budget, noise: 1 },
      around: (needs) => ({
        ...needs,
        trainer: {
          train: async (input) => ({
            ...(await needs.trainer.train(input)),
            spent: [PLANNED, { ...PLANNED, noiseMultiplier, steps: 1 }],
          }),
        },
      }),
    })
    expect(await duty.trainOn(baseOf(1), 1n)).toBeUndefined()
    expect(duty.told).toMatchObject([
      { event: 'trainingSkipped', code: 'PRIVACY_NOISE', reason: expect.stringContaining(String(noiseMultiplier)) as string },
    ])
    expect(await duty.updates.list()).toEqual([])
    expect(await duty.residuals.load(100)).toBeUndefined()
    duty.close()
  })

  it('is charged what a training saw when the clock jumped in the middle of it', async () => {
    let jump = 0
    const now = vi.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + performance.now() + jump)
    try {
      for (const [round, days] of [
        [1n, 400],
        [2n, -400],
      ] as const) {
        const duty = await privateDuty({
          folder,
          budget,
          around: (needs) => ({
            ...needs,
            trainer: {
              async train(input) {
                jump = days * 86_400_000
                return needs.trainer.train(input)
              },
            },
          }),
        })
        const before = duty.ledger.report.steps
        expect(await duty.trainOn(baseOf(Number(round)), round)).toBeDefined()
        // The clock of the machine cuts a training off, but the first step is taken and counts.
        expect(duty.ledger.report.steps - before).toBe(days > 0 ? 1 : PLANNED.steps)
        duty.close()
        jump = 0
      }
    } finally {
      now.mockRestore()
    }
  })

  it('charges a training whose weights diverged, and takes over what another failure left reserved', async () => {
    let code: 'TRAINING_DIVERGED' | 'TRAINER_CRASHED' | undefined
    const duty = await privateDuty({
      folder,
      budget,
      around: (needs) => ({
        ...needs,
        trainer: {
          train: async (input) => {
            if (code) throw new QuorateError(code, 'the test says so')
            return needs.trainer.train(input)
          },
        },
      }),
    })
    code = 'TRAINER_CRASHED'
    for (const round of [1n, 2n, 3n]) await duty.trainOn(baseOf(1), round)
    expect(duty.ledger.report.rounds).toBe(1)
    code = 'TRAINING_DIVERGED'
    await duty.trainOn(baseOf(1), 4n)
    expect(duty.ledger.report.rounds).toBe(1)
    code = undefined
    await duty.trainOn(baseOf(1), 5n)
    expect(duty.ledger.report).toMatchObject({ rounds: 2, steps: 2 * PLANNED.steps })
    duty.close()
  })
})

describe('a process that is killed between noise and commitment', () => {
  const child = async (base: Hash, point: string): Promise<{ root: Hash; report: PrivacyReport }> => {
    const script = new URL('private-training-once.ts', import.meta.url).pathname
    const { stdout } = await run(process.execPath, [script, folder, base, point])
    return JSON.parse(stdout) as { root: Hash; report: PrivacyReport }
  }

  it.each(LONG ? ['noised', 'stored', 'charged'] : ['charged'])('spends once: killed when the update was %s', async (point) => {
    await expect(child(baseOf(1), point)).rejects.toMatchObject({ signal: 'SIGKILL' })
    const killed = await privateDuty({ folder, budget })
    // A reservation counts as spent while it is open.
    expect(killed.ledger.report).toMatchObject({ rounds: 1, steps: PLANNED.steps })
    const charged = killed.ledger.made(baseOf(1))
    expect(charged !== undefined).toBe(point === 'charged')
    killed.close()
    const again = await child(baseOf(1), 'never')
    expect(again.report).toMatchObject({ rounds: 1, steps: PLANNED.steps })
    if (charged) expect(again.root).toBe(charged)
    const next = await child(baseOf(2), 'never')
    expect(next.report.rounds).toBe(2)
    expect(next.root).not.toBe(again.root)
  })
})

/** Opens the training of a member of a task over MNIST, and closes it. */
async function open(privacy?: MemberTraining['privacy']): Promise<void> {
  const { spec, documentJson } = describeTask({ model: 'mlp', seed: 1, rule: 'mean', byzantineBps: 0, rewardPerRound: 1n })
  const training: MemberTraining = { backend: 'cpu', evaluate: false, privacy }
  const secret = `0x${'11'.repeat(32)}` as const
  const needs = { spec, document: documentJson, secret, dataFolder: folder, logger: silentLogger, metrics: createMetrics() }
  ;(await openTraining(training, needs)).dispose()
}

describe('openTraining with privacy', () => {
  it('removes what was made without noise, so that no private update carries it', async () => {
    const plain = { residuals: new VectorStore(join(folder, 'residuals')), momenta: new VectorStore(join(folder, 'momenta')) }
    for (const store of Object.values(plain)) await store.save(1, Float32Array.of(1))
    await open()
    for (const store of Object.values(plain)) expect(await store.load(2)).toEqual(Float32Array.of(1))
    await open({ epsilon: 1, delta: 1e-6, clip: 1, noise: 1 })
    for (const store of Object.values(plain)) expect(await store.load(2)).toBeUndefined()
  })

  it('refuses a δ with which one of the records may be given away whole', async () => {
    const wanted = { epsilon: 1, clip: 1, noise: 1 }
    await expect(open({ ...wanted, delta: 1e-4 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await readdir(folder)).not.toContain('privacy.json')
    await open({ ...wanted, delta: 1e-6 })
  })
})

describe('the ledger of privacy', () => {
  it('learns from its copy what a lost journal had', async () => {
    const before = await privateDuty({ folder, budget })
    await before.trainOn(baseOf(1), 1n)
    await before.trainOn(baseOf(2), 2n)
    before.close()
    for (const name of await readdir(folder)) if (name.startsWith('journal.db')) await rm(join(folder, name))
    const after = await privateDuty({ folder, budget })
    expect(after.ledger.report).toMatchObject({ spent: costOf(2), rounds: 2, steps: 2 * PLANNED.steps })
    after.close()
  })

  it('does not begin anew when its copy is damaged', async () => {
    await writeFile(join(folder, 'privacy.json'), '{"version":1,"changes":')
    await expect(privateDuty({ folder, budget })).rejects.toMatchObject({ code: 'PRIVACY_LEDGER_DAMAGED' })
  })

  it('counts by itself where its copy is older', async () => {
    const before = await privateDuty({ folder, budget })
    await before.trainOn(baseOf(1), 1n)
    const old = await readFile(join(folder, 'privacy.json'))
    await before.trainOn(baseOf(2), 2n)
    before.close()
    await writeFile(join(folder, 'privacy.json'), old)
    const after = await privateDuty({ folder, budget })
    expect(after.ledger.report).toMatchObject({ spent: costOf(2), rounds: 2 })
    await after.trainOn(baseOf(3), 3n)
    expect(readLedger(folder)).toMatchObject({ spent: [{ rounds: 3 }] })
    after.close()
  })

  it('reads the copy of an earlier version', async () => {
    const copy = { version: 1, changes: 7, spent: [{ ...PLANNED, rounds: 1 }], reserved: [PLANNED], planned: [PLANNED] }
    await writeFile(join(folder, 'privacy.json'), JSON.stringify(copy))
    expect(reportOf(budget, readLedger(folder))).toMatchObject({ rounds: 2, steps: 2 * PLANNED.steps })
    const duty = await privateDuty({ folder, budget })
    expect(duty.ledger.report).toMatchObject({ spent: costOf(2), rounds: 2 })
    duty.close()
  })

  it('goes on when records were added or removed: each round counts with the sampling rate of its time', async () => {
    const journal = openJournal(folder)
    const local = { epochs: 1, batchSize: 4, samples: 0 }
    const events = [80, 100, 40].map((samples) => plannedSteps({ noise: 1, batch: 4 }, local, samples))
    expect(events.map(({ samplingRate }) => samplingRate)).toEqual([0.05, 0.04, 0.1])
    for (const [at, planned] of events.entries()) {
      const ledger = new PrivacyLedger({ journal, budget, planned, folder, logger: silentLogger })
      await ledger.reserve()
      await ledger.charge(baseOf(at), baseOf(at), [planned])
      expect(ledger.report.spent).toBeCloseTo(epsilonOf(events.slice(0, at + 1), DELTA), 12)
    }
    expect(readLedger(folder).spent).toHaveLength(3)
    journal.close()
  })

  it.each([
    ['no steps', []],
    ['steps that it does not count', [{ ...PLANNED, steps: 0 }]],
    ['steps that saw no record', [{ ...PLANNED, samplingRate: 0 }]],
  ])('takes no result whose program reports %s', async (_what, steps) => {
    const journal = openJournal(folder)
    const ledger = new PrivacyLedger({ journal, budget, folder, logger: silentLogger })
    await ledger.reserve()
    await expect(ledger.charge(baseOf(1), baseOf(1), steps)).rejects.toMatchObject({ code: 'PRIVACY_NOT_REPORTED' })
    expect(ledger.report.rounds).toBe(0)
    journal.close()
  })

  it('learns from the first result what a program costs, and charges nothing beyond the budget', async () => {
    const journal = openJournal(folder)
    const tight = { epsilon: costOf(2) * 1.0001, delta: DELTA }
    const ledger = new PrivacyLedger({ journal, budget: tight, folder, logger: silentLogger })
    expect(ledger.report).not.toHaveProperty('roundsLeft')
    for (const round of [1, 2]) {
      await ledger.reserve()
      await ledger.charge(baseOf(round), baseOf(round), [PLANNED])
    }
    expect(ledger.report).toMatchObject({ rounds: 2, roundsLeft: 0 })
    await expect(ledger.reserve()).rejects.toMatchObject({ code: 'PRIVACY_BUDGET_SPENT' })
    await expect(ledger.charge(baseOf(3), baseOf(3), [PLANNED])).rejects.toMatchObject({ code: 'PRIVACY_BUDGET_SPENT' })
    expect(ledger.made(baseOf(3))).toBeUndefined()
    expect(ledger.report.rounds).toBe(2)
    journal.close()
  })

  it('counts rounds of several kinds of steps', () => {
    const planned = [PLANNED, { ...PLANNED, noiseMultiplier: 2 }]
    const { roundsLeft } = reportOf({ epsilon: 20, delta: DELTA }, { ...NOTHING_SPENT, planned })
    const cost = (rounds: number): number =>
      epsilonOf(
        planned.map((event) => ({ ...event, steps: rounds * event.steps })),
        DELTA,
      )
    expect(roundsLeft).toBeGreaterThan(0)
    expect(cost(roundsLeft!)).toBeLessThanOrEqual(20)
    expect(cost(roundsLeft! + 1)).toBeGreaterThan(20)
  })
})

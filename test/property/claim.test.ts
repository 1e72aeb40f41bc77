import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { runs } from '../support/fast-check.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { aggregateRound, createWasmKernels, RULES } from '../../src/aggregation/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import type { RowSource } from '../../src/engine/index.ts'
import { claimParts, encodeOpening, sealParts } from '../../src/judge/index.ts'
import type { ClaimParts } from '../../src/judge/index.ts'
import { claimComputer, KeptLeaves } from '../../src/replay/index.ts'
import type { ClaimInput } from '../../src/replay/index.ts'
import { availableRoots, chunkHashes, Verdict } from '../../src/protocol/index.ts'
import type { Hash, RoundRecord } from '../../src/protocol/index.ts'
import { claimRound } from '../support/claim-round.ts'
import type { ClaimRoundOptions } from '../support/claim-round.ts'

const kernels = createWasmKernels()
const folder = mkdtempSync(join(tmpdir(), 'quorate-claim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Noise around a common direction, 0 in the padding. */
function updatesOf(count: number, length: number, padded: number, seed: number): Int8Array[] {
  let state = seed
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16
  const common = Int8Array.from({ length: padded }, (_, k) => (k < length ? (next() % 61) - 30 : 0))
  return Array.from({ length: count }, () => common.map((value, k) => (k < length ? value + (next() % 121) - 60 : 0)))
}

/** Chunk hashes of every update but the second, as a node has them that was restarted in between. */
function keptOf(updates: ReadonlyMap<Hash, Int8Array>): KeptLeaves {
  const kept = new KeptLeaves()
  for (const [i, update] of [...updates.values()].entries()) if (i !== 1) kept.add(chunkHashes(update))
  return kept
}

let files = 0
/** Every `nth` update in a file. */
function filed(updates: ReadonlyMap<Hash, Int8Array>, nth: number): Map<Hash, RowSource> {
  return new Map(
    [...updates].map(([root, update], i): [Hash, RowSource] => {
      if (nth === 0 || i % nth !== 0) return [root, update]
      const file = join(folder, `${files++}.q8`)
      writeFileSync(file, update)
      return [root, { file }]
    }),
  )
}

/** The parts of the claim, the slow way: one thread, every leaf hashed from the vectors. */
function slowParts(input: ReturnType<typeof claimRound>, fast: ClaimParts): ClaimParts {
  const { spec, base, record, updates } = input
  const available = availableRoots(record, spec)
  const result = aggregateRound({
    spec,
    round: record.round,
    kernels,
    model: base.model,
    reference: base.reference,
    ledger: base.ledger,
    rows: record.rows.map((row, i) => ({
      member: row.member,
      slot: record.snapshot.members[i]!.slot,
      weight: record.snapshot.members[i]!.stake,
      updateRoot: row.reveal?.updateRoot ?? null,
      update: (available[i] && updates.get(available[i])) ?? null,
    })),
  })
  const rows = fast.rows.map((row, i) => ({ ...row, ...result.rows[i]!, fault: undefined }))
  const { task, round, parent, previous, evidence } = fast
  return claimParts({ task, round, spec, parent, previous, updates, rows, evidence, result })
}

const fates = fc.constantFrom('unrevealed', 'unavailable', 'copied', 'inadmissible', undefined, undefined, undefined, undefined)
const rounds = fc.record({
  count: fc.integer({ min: 1, max: 7 }),
  length: fc.integer({ min: 1, max: 40_000 }),
  rule: fc.constantFrom(...Object.keys(RULES).map(Number)),
  reference: fc.nat(3),
  fates: fc.array(fates, { maxLength: 7 }),
  seed: fc.nat(2 ** 30),
  /** 1: all in files, 0: none. */
  nth: fc.nat(3),
  hashed: fc.boolean(),
})

describe('a round without certificate or floor', () => {
  it.each([
    ['attestations', (record: RoundRecord) => ({ ...record, attestations: record.attestations.slice(0, 2) })],
    ['sealed weight', (record: RoundRecord) => ({ ...record, rows: record.rows.slice(0, 1) })],
    ['rows', (record: RoundRecord) => ({ ...record, rows: [], attestations: [] })],
    ['reveals', (record: RoundRecord) => ({ ...record, rows: record.rows.map((row) => ({ ...row, reveal: undefined })) })],
  ])('has no claim: too few %s', async (_, change) => {
    await using engine = createEngine({ threads: 0 })
    const input = claimRound(updatesOf(5, 700, 8192, 1), 700)
    await expect(claimComputer(engine)({ ...input, record: change(input.record) })).rejects.toMatchObject({
      code: 'ROUND_UNCERTIFIED',
    })
    expect((await claimComputer(engine)(input)).rows.map(({ verdict }) => verdict)).not.toContain(Verdict.unavailable)
  })
})

describe('a claim computed by the engine', () => {
  it.each([0, 1, 2, 3])('is that of one thread, leaf by leaf: %i threads', async (threads) => {
    await using engine = createEngine({ threads, minimum: 0 })
    await fc.assert(
      fc.asyncProperty(rounds, async ({ count, length, rule, reference, fates: what, seed, nth, hashed }) => {
        const padded = Math.ceil(length / 8192) * 8192
        const options: ClaimRoundOptions = {
          rule: {
            rule: rule as 0 | 1,
            reference: (rule === 0 ? 0 : reference) as 0 | 1 | 2 | 3,
            ...(rule === 0 && { byzantineBps: 0 }),
          },
          fates: what,
        }
        const input = claimRound(updatesOf(count, length, padded, seed), length, options)
        const leaves = hashed ? keptOf(input.updates) : undefined
        const computed = await claimComputer(engine)({ ...input, updates: filed(input.updates, nth), leaves })
        const slow = slowParts(input, computed.parts)
        expect(computed.claim).toEqual(sealParts(slow))
        expect(sealParts(computed.parts)).toEqual(computed.claim)
        expect(computed.opening()).toEqual(encodeOpening(slow))
        expect(encodeOpening(computed.parts)).toEqual(encodeOpening(slow))
        for (const root of input.updates.keys()) expect(computed.parts.updates.get(root)).toEqual(input.updates.get(root))
      }),
      { numRuns: runs(12) },
    )
  })
})

describe('while a big claim is computed', () => {
  const length = 2 ** 18
  const input: ClaimInput = claimRound(updatesOf(16, length, length, 7), length)

  /** Turns of the event loop until the claim is there. */
  async function turnsDuring(threads: number): Promise<number> {
    await using engine = createEngine({ threads, minimum: 0 })
    let turns = 0
    let pending = true
    const turn = (): void => {
      turns++
      if (pending) setImmediate(turn)
    }
    const computing = claimComputer(engine)(input)
    setImmediate(turn)
    await computing
    pending = false
    return turns
  }

  it('the event loop turns', async () => {
    expect(await turnsDuring(2)).toBeGreaterThan(20)
    // On the calling thread nothing else gets a turn: what small rounds do, and what the threads are for.
    expect(await turnsDuring(0)).toBe(0)
  })

  it('a signal ends it, and the engine goes on', async () => {
    await using engine = createEngine({ threads: 1, minimum: 0 })
    const abort = new AbortController()
    const computing = claimComputer(engine)(input, abort.signal)
    setImmediate(() => abort.abort())
    await expect(computing).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(claimComputer(engine)(input, abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    const { claim } = await claimComputer(engine)(input)
    await using calling = createEngine({ threads: 0 })
    expect(claim).toEqual((await claimComputer(calling)(input)).claim)
  })

  it('an update that cannot be read is named', async () => {
    await using engine = createEngine({ threads: 1, minimum: 0 })
    const [root] = input.updates.keys()
    const updates = new Map(input.updates).set(root!, { file: join(folder, 'gone.q8') })
    await expect(claimComputer(engine)({ ...input, updates })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    updates.delete(root!)
    await expect(claimComputer(engine)({ ...input, updates })).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
      details: { root },
    })
  })
})

import { describe, expect, it } from 'vitest'
import { aggregateRound, createWasmKernels, encodeEvidence, twinKernels } from '../../../src/aggregation/index.ts'
import type { AggregateInput, AggregateRow } from '../../../src/aggregation/index.ts'
import { toHex, ZERO_HASH } from '../../../src/protocol/bytes.ts'
import { updateRoot } from '../../../src/protocol/trees.ts'
import type { Ledger } from '../../../src/protocol/claim.ts'
import { isAdmitted, Reason, Verdict } from '../../../src/protocol/types.ts'
import type { TaskSpec } from '../../../src/protocol/types.ts'
import { RULE, seeded, taskSpec } from './fixtures.ts'

const kernels = createWasmKernels()
const LENGTH = 768

/** Updates of members who agree up to noise, one who sends four times the opposite, and one at right angles and three times as long. */
function updates(): Int8Array[] {
  const next = seeded(3)
  const common = Array.from({ length: LENGTH }, () => next() * 20)
  const vector = (value: (k: number) => number): Int8Array => {
    const bytes = new Int8Array(8192)
    for (let k = 0; k < LENGTH; k++) bytes[k] = Math.max(-127, Math.min(127, Math.round(value(k))))
    return bytes
  }
  return [
    ...Array.from({ length: 6 }, () => vector((k) => common[k]! + next() * 15)),
    vector((k) => -4 * (common[k]! + next() * 15)),
    vector(() => next() * 60),
  ]
}

function rowOf(update: Int8Array, slot: number): AggregateRow {
  return {
    member: `0x${(slot + 1).toString(16).padStart(40, '0')}`,
    slot,
    weight: 100n * 10n ** 18n,
    updateRoot: toHex(updateRoot(update)),
    update,
  }
}

function input(rows: AggregateRow[], overrides: Partial<TaskSpec> = {}): AggregateInput {
  const spec = taskSpec(overrides)
  const reference = spec.rule.reference === 0 ? null : new Int8Array(8192)
  return { spec, round: 1n, kernels, model: new Int32Array(8192), reference, ledger: new Map(), rows }
}

const rows = updates().map(rowOf)
const verdicts = (result: { rows: { verdict: Verdict }[] }): Verdict[] => result.rows.map(({ verdict }) => verdict)

describe('aggregateRound', () => {
  it('rejects the sign flip and the stranger, and nobody else', () => {
    const result = aggregateRound(input(rows))
    expect(verdicts(result)).toEqual([3, 3, 3, 3, 3, 3, 5, 5])
    expect(result.rows.reduce((sum, { beta }) => sum + beta, 0)).toBe(65_536)
    expect(result.rows.slice(6).map(({ beta, score }) => [beta, score])).toEqual([
      [0, 0n],
      [0, 0n],
    ])
    expect([...result.ledger.values()].map(({ reward }) => reward > 0n)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ])
    expect(result.ledger.get(6)!.strikes).toBe(256)
    expect(result.ledgerTotal).toBeLessThanOrEqual(1000n)
    expect(result.ledgerTotal).toBeGreaterThan(990n)
    const k = 5
    const sum = rows.reduce((total, row, i) => total + row.update![k]! * result.rows[i]!.beta, 0)
    expect(result.model[k]).toBe(Math.floor((sum + 16) / 32))
  })

  it('lets everything through under the mean', () => {
    const result = aggregateRound(input(rows, { rule: { ...RULE, rule: 0, byzantineBps: 0 } }))
    expect(verdicts(result)).toEqual([3, 3, 3, 3, 3, 3, 3, 3])
    expect(result.rows.map(({ beta }) => beta)).toEqual(Array.from({ length: 8 }, () => 8192))
  })

  it('gives the same bytes with the plain kernels', () => {
    const { model, ...fast } = aggregateRound(input(rows))
    const { model: slowModel, ...slow } = aggregateRound({ ...input(rows), kernels: twinKernels })
    expect(slowModel).toEqual(model)
    expect({ ...slow, gram: undefined }).toEqual({ ...fast, gram: undefined })
  })

  it('gives each row that never reaches the rule its verdict', () => {
    const copy = rowOf(rows[0]!.update!, 3)
    const short: AggregateRow = { ...rowOf(new Int8Array(8192).fill(1, 0, 9), 4), update: new Int8Array(256) }
    const result = aggregateRound(
      input([rows[0]!, { ...rows[1]!, updateRoot: null, update: null }, { ...rows[2]!, update: null }, copy, short, rows[5]!]),
    )
    expect(verdicts(result)).toEqual([2, 1, 1, 2, 2, 3])
    expect(result.rows.map(({ fault }) => fault?.code)).toEqual([
      'UPDATE_COPIED',
      undefined,
      undefined,
      'UPDATE_COPIED',
      'UPDATE_LENGTH',
      undefined,
    ])
    // The lowest twin, and the first chunk that another length has otherwise.
    expect(result.rows.map(({ reason, reasonArg }) => [reason, BigInt(reasonArg)])).toEqual([
      [Reason.copy, 3n],
      [Reason.none, 0n],
      [Reason.none, 0n],
      [Reason.copy, 0n],
      [Reason.value, 1n],
      [Reason.none, 0n],
    ])
    expect(result.rows[5]!.beta).toBe(65_536)
    expect([...result.ledger.keys()]).toEqual([5])
  })

  it('keeps quarantined members out, whatever they sent, and lets them back in time', () => {
    const { ledger } = aggregateRound(input(rows))
    const quarantined = new Map(ledger)
    const until = (slot: number, round: bigint): void =>
      void quarantined.set(slot, {
        ...ledger.get(slot)!,
        extra: encodeEvidence({ wealth: 0, quarantines: 1, since: 3n, until: round }),
      })
    until(0, 5n)
    until(1, 6n)
    until(2, 4n)
    const copy = { ...rows[3]!, updateRoot: rows[0]!.updateRoot }
    const given = input([rows[0]!, { ...rows[1]!, updateRoot: null, update: null }, rows[2]!, copy, rows[4]!, rows[5]!])
    const fourth = aggregateRound({ ...given, round: 4n, ledger: quarantined })
    expect(verdicts(fourth).map((verdict) => verdict === Verdict.quarantined)).toEqual([true, true, false, false, false, false])
    // Nobody can spoil another's row by a copy that does not count.
    expect(isAdmitted(fourth.rows[3]!.verdict)).toBe(true)
    expect(fourth.rows.slice(0, 2).map(({ beta, score }) => [beta, score])).toEqual([
      [0, 0n],
      [0, 0n],
    ])
    expect([fourth.ledger.get(0), fourth.ledger.get(1)]).toEqual([quarantined.get(0), quarantined.get(1)])
    expect(fourth.gram.size).toBe(4)
    expect(verdicts(aggregateRound({ ...given, round: 5n, ledger: quarantined }))[0]).not.toBe(Verdict.quarantined)
  })

  it('rejects nobody in the places of quarantined members', () => {
    const stranger = rowOf(
      rows[7]!.update!.map((value) => -value),
      5,
    )
    const eight = input(rows.with(5, stranger))
    const out = (...slots: number[]): Ledger =>
      new Map(
        slots.map((slot) => {
          const extra = encodeEvidence({ wealth: 0, quarantines: 1, since: 3n, until: 9n })
          return [slot, { member: rows[slot]!.member, reward: 0n, strikes: 0, reputation: 0, extra }]
        }),
      )
    const seen = (ledger: Ledger): string => verdicts(aggregateRound({ ...eight, round: 4n, ledger })).join('')
    // F is a quarter: any two of eight.
    expect(seen(out(6)).split('5')).toHaveLength(2)
    expect(seen(out(6, 7)).split('5')).toHaveLength(1)
  })

  it('quarantines who is rejected eight times running', () => {
    let ledger: Ledger = new Map()
    const seen: Verdict[] = []
    for (let round = 1n; round <= 10n; round++) {
      const result = aggregateRound({ ...input(rows), round, ledger })
      ledger = result.ledger
      seen.push(result.rows[6]!.verdict)
    }
    expect(seen).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, 0])
  })

  it('leaves everything as it was when nothing is admitted', () => {
    const before = input([{ ...rows[0]!, update: null }], { rule: { ...RULE, reference: 1 } })
    before.model.fill(7)
    before.reference!.fill(3)
    const result = aggregateRound(before)
    expect([result.gramRoot, result.traceRoot, result.ledgerTotal, result.ledger.size]).toEqual([ZERO_HASH, ZERO_HASH, 0n, 0])
    expect(result.model).toEqual(before.model)
    expect(result.reference).toEqual(before.reference)
    expect(verdicts(result)).toEqual([1])
  })

  it('keeps a reference row of past aggregates and trusts by it', () => {
    const spec = { rule: { ...RULE, reference: 1 as const, referenceDecay: 200, referenceGain: 2 } }
    const first = aggregateRound(input(rows, spec))
    expect(first.reference!.some((value) => value !== 0)).toBe(true)
    expect(first.gram.size).toBe(9)
    const second = aggregateRound({ ...input(rows, spec), reference: first.reference, ledger: first.ledger, model: first.model })
    expect(verdicts(second)).toEqual([3, 3, 3, 3, 3, 3, 5, 5])
    expect(second.trace.find(({ kind }) => kind === 2)!.words[6]).toBe(0n)
    expect(second.ledgerTotal).toBeGreaterThan(first.ledgerTotal)
  })

  it('refuses an unknown rule', () => {
    const spec = { rule: { ...RULE, rule: 9 as unknown as 1 } }
    expect(() => aggregateRound(input(rows, spec))).toThrowError(expect.objectContaining({ code: 'SPEC_INVALID' }))
  })
})

import { describe, expect, it } from 'vitest'
import { applyStep, createWasmKernels, twinKernels } from '../../../src/aggregation/index.ts'
import { floorHalfUp } from '../../../src/aggregation/kernels/twin-kernels.ts'
import { RULE, seeded } from './fixtures.ts'

// Two tensors that end inside a segment, and padding to the second segment.
const tensors = [
  { length: 33 * 256, updateExponent: -9, modelExponent: -20, eta: 3, shift: 6 },
  { length: 2 * 256, updateExponent: -9, modelExponent: -20, eta: 1, shift: 0 },
]
const D = 2 * 8192
const spec = { tensors, rule: { ...RULE, referenceDecay: 200, referenceGain: 3 } }
const next = seeded(7)
const rows = Array.from({ length: 3 }, () =>
  Int8Array.from({ length: D }, (_, k) => (k < 35 * 256 ? Math.round(next() * 127) : 0)),
)
const betas = [10_000, 50_000, 5536]
const model = Int32Array.from({ length: D }, () => Math.round(next() * 2 ** 24))
const reference = Int8Array.from({ length: D }, () => Math.round(next() * 127))

describe('applyStep', () => {
  it.each([
    ['wasm', createWasmKernels()],
    ['twin', twinKernels],
  ])('%s: every coordinate moves as docs/protocol.md §6 says', (_, kernels) => {
    const before = model.slice()
    const after = applyStep(kernels, { spec, model, reference, rows, betas })
    expect(model).toEqual(before)
    const wrong: number[] = []
    for (let k = 0; k < D; k++) {
      const sum = rows.reduce((total, row, i) => total + BigInt(row[k]!) * BigInt(betas[i]!), 0n)
      const tensor = k < 33 * 256 ? tensors[0]! : k < 35 * 256 ? tensors[1]! : { eta: 0, shift: 0 }
      const moved = BigInt(model[k]!) + floorHalfUp(sum * BigInt(tensor.eta), BigInt(tensor.shift))
      const mixed = floorHalfUp(200n * BigInt(reference[k]!) * 65_536n + 56n * sum * 8n, 24n)
      const bounded = Number(mixed > 127n ? 127n : mixed < -127n ? -127n : mixed)
      if (BigInt(after.model[k]!) !== moved || after.reference![k] !== bounded) wrong.push(k)
    }
    expect(wrong).toEqual([])
  })

  it('leaves model and reference when no row carries weight', () => {
    const after = applyStep(twinKernels, { spec, model, reference, rows: [], betas: [] })
    expect(after.model).toEqual(model)
    expect(after.reference).toEqual(reference)
    expect(applyStep(twinKernels, { spec, model, reference: null, rows, betas }).reference).toBeNull()
  })
})

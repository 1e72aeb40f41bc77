import { describe, expect, it } from 'vitest'
import {
  defaultTask,
  formatTaskDocument,
  layoutOf,
  modelNames,
  openNetwork,
  parseTaskDocument,
  serverStep,
} from '../../../src/training/index.ts'

describe('task document', () => {
  it.each(modelNames)('round-trips for %s', (model) => {
    const { document } = defaultTask({ model, seed: 7, partition: 'dirichlet:0.5' })
    const text = formatTaskDocument(document)
    expect(parseTaskDocument(text)).toEqual(document)
    expect(formatTaskDocument(parseTaskDocument(text))).toBe(text)
    expect(text).toMatch(/^\{"genesis":"0x[0-9a-f]{64}","name":"mnist-/)
  })

  it.each([
    [
      'training.local.epochs',
      (document: Record<string, unknown>) => ({ ...document, local: { ...(document.local as object), epochs: 0 } }),
    ],
    [
      'training.local.learningRate',
      (document: Record<string, unknown>) => ({ ...document, local: { ...(document.local as object), learningRate: null } }),
    ],
    ['tensors.0.shape.0', (document: Record<string, unknown>) => ({ ...document, tensors: [{ name: 'a', shape: [-1] }] })],
    [
      'grants.owners',
      (document: Record<string, unknown>) => ({ ...document, grants: { contract: `0x${'ab'.repeat(20)}`, owners: [] } }),
    ],
    [
      'grants.contract',
      (document: Record<string, unknown>) => ({
        ...document,
        grants: { contract: `0x${'AB'.repeat(20)}`, owners: [`0x${'ab'.repeat(20)}`] },
      }),
    ],
    ['genesis', (document: Record<string, unknown>) => ({ ...document, genesis: '0x12' })],
    ['training.seed', (document: Record<string, unknown>) => ({ ...document, seed: undefined })],
    ['training', (document: Record<string, unknown>) => ({ ...document, surprise: 1 })],
  ])('names the wrong field %s', (field, change) => {
    const { name, tensors, genesis, grants, ...training } = change({ ...defaultTask().document }) as Record<string, unknown>
    expect(() => parseTaskDocument(JSON.stringify({ name, tensors, genesis, grants, training }))).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID', details: { field } }),
    )
  })

  it('refuses what is not JSON', () => {
    expect(() => parseTaskDocument('{')).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }))
  })

  it('refuses a document or specification that means another model', async () => {
    const mlp = defaultTask({ model: 'mlp' })
    const cnn = defaultTask({ model: 'cnn' })
    expect(layoutOf(mlp.document, mlp.tensors).paddedLength).toBe(13 * 8192)
    expect(() => layoutOf(mlp.document, cnn.tensors)).toThrow(expect.objectContaining({ code: 'MODEL_MISMATCH' }))
    for (const document of [
      { ...mlp.document, tensors: cnn.document.tensors },
      { ...mlp.document, model: 'cnn' },
    ])
      await expect(openNetwork(document)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' })
    for (const model of ['vit', { kind: 'tensors' as const }])
      await expect(openNetwork({ ...mlp.document, model })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('defaultTask', () => {
  it.each(modelNames)('steps by exactly the mean update for %s', (model) => {
    const { tensors } = defaultTask({ model })
    for (const { eta, shift, updateExponent, modelExponent } of tensors) {
      // One member of weight 2^16 with q = 1 moves the real weight by 2^updateExponent.
      expect(((65_536 * eta) / 2 ** shift) * 2 ** modelExponent).toBe(2 ** updateExponent)
    }
  })

  it('bounds the norm around every plausible update', () => {
    const { minNormSq, maxNormSq } = defaultTask()
    expect(minNormSq).toBe(6361n)
    expect(maxNormSq).toBe(937_912_320n)
  })

  it('has a step for every pair of exponents that allows one', () => {
    expect(serverStep({ updateExponent: -9, modelExponent: -20 })).toEqual({ eta: 1, shift: 5 })
    expect(serverStep({ updateExponent: -2, modelExponent: -20 })).toEqual({ eta: 4, shift: 0 })
    expect(() => serverStep({ updateExponent: 0, modelExponent: -120 })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    )
  })

  it.each([0.001, 0.1, 0.5, 0.75, 1, 1.3, 8])('moves the model by the server learning rate %s', (rate) => {
    for (const updateExponent of [-16, -9, -2]) {
      const exponents = { updateExponent, modelExponent: -20 }
      const { eta, shift } = serverStep(exponents, rate)
      const moved = ((65_536 * eta) / 2 ** shift) * 2 ** (exponents.modelExponent - updateExponent)
      expect(Math.abs(moved / rate - 1)).toBeLessThanOrEqual(2 ** -12)
      expect(eta % 2 === 1 || shift === 0).toBe(true)
      expect(eta).toBeLessThan(2 ** 24)
    }
    expect(serverStep({ updateExponent: -9, modelExponent: -20 }, 0.75)).toEqual({ eta: 3, shift: 7 })
    expect(() => serverStep({ updateExponent: -30, modelExponent: 20 }, rate)).toThrow('cannot change a model')
  })
})

import { describe, expect, it } from 'vitest'
import { classMetrics, numberMetrics } from '../../../src/training/index.ts'

describe('classMetrics', () => {
  // scikit-learn 1.9: accuracy_score, f1_score(average='macro'), roc_auc_score(softmax, multi_class='ovr'), average_precision_score of each class against the rest.
  it('gives what scikit-learn gives for three classes', () => {
    const outputs = Float32Array.of(2, 1, 0, 0, 2, 1, 0.5, 1, 0.2, 0.1, 0.3, 0.2, 0.3, 0, 0.9, 0, 1.5, 1.4)
    const { accuracy, f1, auc, ap, confusion } = classMetrics(outputs, [0, 1, 0, 2, 0, 2], 3)
    expect(accuracy).toBeCloseTo(1 / 3, 12)
    expect(f1).toBeCloseTo(0.3, 12)
    expect(auc).toBeCloseTo(0.8425925925925926, 6)
    expect(ap).toBeCloseTo(0.7962962962962963, 6)
    expect(confusion).toEqual([
      [1, 1, 1],
      [0, 1, 0],
      [0, 2, 0],
    ])
  })

  it('orders the samples of two classes, by one output or by two, and counts ties half', () => {
    const labels = [0, 0, 1, 1]
    const one = classMetrics(Float32Array.of(-2, 0.5, 0.5, 3), labels, 1)
    expect(one).toMatchObject({ accuracy: 3 / 4, auc: 3.5 / 4, ap: expect.closeTo(5 / 6, 12) })
    expect(classMetrics(Float32Array.of(2, 0, -0.5, 0, -0.5, 0, -3, 0), labels, 2)).toEqual(one)
  })

  it('has no curve for samples of one class', () => {
    expect(classMetrics(Float32Array.of(1, 2), [1, 1], 1)).toEqual({
      accuracy: 1,
      f1: 1,
      confusion: [
        [0, 0],
        [0, 2],
      ],
    })
  })
})

describe('numberMetrics', () => {
  it('measures errors and explained variance', () => {
    expect(numberMetrics(Float32Array.of(1, 2, 5), [1, 3, 3])).toEqual({
      mae: 1,
      rmse: Math.sqrt(5 / 3),
      r2: 1 - 5 / (8 / 3),
    })
  })

  it('explains no variance where there is none', () => {
    expect(numberMetrics(Float32Array.of(1, 2), [2, 2])).toEqual({ mae: 0.5, rmse: Math.sqrt(0.5) })
  })
})

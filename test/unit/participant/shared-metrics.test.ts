import { expect, it } from 'vitest'
import { sharedMetrics } from '../../../participant/shared-metrics.ts'
import { formatDocument } from '../../../src/protocol/index.ts'

const documentWith = (training: Record<string, unknown>): string =>
  formatDocument({ name: 't', tensors: [{ name: 'w', shape: [1] }], genesis: `0x${'00'.repeat(32)}`, training })

it.each<[string, Record<string, unknown>, string[]]>([
  ['says nothing', {}, ['accuracy', 'loss', 'mae']],
  ['names its best round by another metric', { evaluation: { metric: 'f1', patience: 0 } }, ['accuracy', 'loss', 'mae', 'f1']],
  ['names what is shared', { evaluation: { metric: 'f1', share: ['auc'] } }, ['auc']],
  ['wants nothing shared', { evaluation: { metric: 'f1', share: [] } }, []],
  [
    'is of another program, which has its own form',
    { evaluation: 'every round', metrics: ['secret'] },
    ['accuracy', 'loss', 'mae'],
  ],
  ['names no names', { evaluation: { share: ['ward B', 7] } }, []],
])('a task that %s lets its members share those metrics', (_, training, names) => {
  expect(sharedMetrics(documentWith(training))).toEqual(names)
})

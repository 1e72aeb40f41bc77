// A process with a learner whose program never ends: `node node.ts NOTES`.
import { join } from 'node:path'
import { silentLogger } from '../../../src/core/index.ts'
import { createProcessLearner } from '../../../src/training/process/index.ts'
import { tensorLayout } from '../../../src/training/layout.ts'

const layout = tensorLayout([{ name: 'w', shape: [2] }])
const learner = await createProcessLearner({
  command: [process.execPath, join(import.meta.dirname, 'child.ts'), 'hang', process.argv[2]!],
  layout,
  training: '{}',
  seed: 1,
  logger: silentLogger,
})
void learner.train({ weights: new Float32Array(layout.paddedLength), step: 1 })

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { knownEnvironment } from '../../../scripts/python.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { epsilonOf } from '../../../src/privacy/index.ts'
import { tensorLayout } from '../../../src/training/layout.ts'
import { createProcessLearner } from '../../../src/training/process/index.ts'

const PACKAGE = resolve(import.meta.dirname, '../../../python')
const DELTA = 1e-5
const python = knownEnvironment('full')
const ready = python !== undefined && spawnSync(python, ['-c', 'import opacus']).status === 0
if (!ready)
  console.warn(
    'skipped: no Python environment with Opacus; `node scripts/python.ts environment --full` makes one, and `pip install opacus` completes it',
  )

/** A linear model on 1000 records; its loss is the ε that Opacus counts. `torch.manual_seed` must change nothing. */
const PROGRAM = `
import sys
sys.path.insert(0, ${JSON.stringify(PACKAGE)})
import torch, quorate, quorate.opacus, quorate.torch as qt
torch.manual_seed(1)
data = torch.utils.data.TensorDataset(torch.randn(1000, 4), torch.randint(0, 3, (1000,)))
model = torch.nn.Linear(4, 3)
private = None
for round in quorate.rounds():
    if private is None:
        loader = torch.utils.data.DataLoader(data, batch_size=round.privacy.batch)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        private = quorate.opacus.Private(model, optimizer, loader, round.privacy)
    qt.load(model, round.weights)
    for x, y in private.loader:
        private.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(private.model(x), y).backward()
        private.optimizer.step()
    quorate.send(qt.weights(model), {"loss": private.epsilon(${DELTA}), "samples": len(data)}, spent=private.spent())
`

it.skipIf(!ready)('a program with Opacus says what it spends, its ε is ours to 1 %, and its noise never repeats', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-opacus-'))
  const path = join(folder, 'train.py')
  await writeFile(path, PROGRAM)
  const layout = tensorLayout([
    { name: 'weight', shape: [3, 4] },
    { name: 'bias', shape: [3] },
  ])
  /** Two rounds of a fresh process. */
  const run = async () => {
    await using learner = await createProcessLearner({
      command: [python!, path],
      layout,
      training: '{}',
      seed: 1,
      privacy: { clip: 1, noise: 1.1, batch: 50 },
      logger: silentLogger,
    })
    const train = async (step: number) => learner.train({ weights: new Float32Array(layout.paddedLength), step })
    return [await train(1), await train(2)]
  }
  try {
    const [first, second] = await run()
    // 1000 records in batches of 50: twenty steps a round, each record with a chance of a twentieth.
    const round = { noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }
    expect([first!.spent, second!.spent]).toEqual([[round], [round]])
    for (const [rounds, { metrics }] of [first!, second!].entries()) {
      const ours = epsilonOf([{ ...round, steps: 20 * (rounds + 1) }], DELTA)
      expect(Math.abs(metrics.loss - ours) / ours).toBeLessThan(0.01)
    }
    const [other] = await run()
    expect(other!.delta.slice(0, 12)).not.toEqual(first!.delta.slice(0, 12))
  } finally {
    await rm(folder, { recursive: true })
  }
})

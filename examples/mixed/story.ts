/**
 * PyTorch beside tfjs: the clinics of the tabular story, two of which train the same model with a PyTorch loop of their own.
 *
 *     node examples/mixed/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]
 */
import { join } from 'node:path'
import { findPython } from '../support/find-python.ts'
import { pythonCommand } from '../support/python-command.ts'
import { storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { tabular } from '../tabular/story.ts'

/** Members that train with PyTorch. */
const WITH_PYTORCH = [1, 4]

export const mixed: Story = {
  ...tabular,
  name: 'mixed',
  about: 'the clinics of the tabular story; two of them train with PyTorch, and the others with tfjs',
  async prepare(folder, options) {
    const found = await findPython(['torch', 'grpc', 'sklearn'])
    if ('reason' in found) return { skipped: found.reason }
    const prepared = await tabular.prepare(folder, options)
    if ('skipped' in prepared) return prepared
    const script = join(import.meta.dirname, 'member.py')
    return {
      trainerOf: (index, data) =>
        WITH_PYTORCH.includes(index) ? pythonCommand(found.python, script, join(data, 'train.csv')) : undefined,
    }
  },
}

if (import.meta.main) await storyCommand(mixed)

/**
 * Tables: seven clinics have breast cancer records (569 in all, which scikit-learn ships). They differ in their share of malignant tumours, and three of them lack a
 * group of columns.
 *
 *     node examples/tabular/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DataSchemaInput } from '../../src/data/index.ts'
import { findPython } from '../support/find-python.ts'
import { NO_PROGRAMS, storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { writeTask } from '../support/write-task.ts'

const MEMBERS = 7

export const tabular: Story = {
  name: 'tabular',
  about: 'seven clinics with CSV files, some without all columns, tell malignant tumours from benign ones',
  attacks: ['sign-flip', 'label-flip'],
  rounds: { full: 16, small: 3 },
  async prepare(folder) {
    const found = await findPython(['sklearn'])
    if ('reason' in found) return { skipped: found.reason }
    const script = join(import.meta.dirname, 'data.py')
    await promisify(execFile)(found.python, [script, '--out', folder, '--clinics', String(MEMBERS)])
    await writeTask(folder, {
      name: 'clinics',
      schema: JSON.parse(await readFile(join(folder, 'schema.json'), 'utf8')) as DataSchemaInput,
      training: { learningRate: 0.01, momentum: 0.9, epochs: 8, batchSize: 16 },
      members: MEMBERS,
    })
    return NO_PROGRAMS
  },
}

if (import.meta.main) await storyCommand(tabular)

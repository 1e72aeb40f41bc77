import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { starterModel } from '../../coordinator/task-file/index.ts'
import { parseSchema } from '../../src/data/index.ts'
import type { DataSchemaInput } from '../../src/data/index.ts'
import type { MetricName } from '../../src/training/index.ts'

export interface StoryTask {
  name: string
  schema: DataSchemaInput
  training: Record<string, string | number>
  /** Members with the poisoners: two of seven attack. */
  members: number
  /** Names the best round; that of the target if left out. */
  metric?: MetricName
}

/** Writes task.toml, model.json and schema.json of a story. The model is the one that `quorate task init` writes for the schema. */
export async function writeTask(folder: string, { name, schema, training, members, metric }: StoryTask): Promise<void> {
  const model = await starterModel(name, parseSchema(schema))
  await writeFile(join(folder, 'schema.json'), JSON.stringify(schema, null, 1))
  await writeFile(join(folder, 'model.json'), JSON.stringify(model, null, 1))
  const task = {
    name,
    model: { kind: 'layers', file: 'model.json' },
    training,
    data: { schema: 'schema.json' },
    rule: { name: 'nnmGm', byzantine: 0.3 },
    members: { least: members },
    ...(metric && { evaluation: { metric } }),
  }
  await writeFile(join(folder, 'task.toml'), stringify(task))
}

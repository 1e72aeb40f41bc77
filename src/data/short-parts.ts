import type { Findings } from './findings.ts'
import type { RecordList } from './record-list.ts'
import type { DataSchema } from './schema/index.ts'
import type { Split } from './split.ts'

/** Records of each label in both parts. */
export interface LabelCount {
  label: string
  train: number
  test: number
}

/** How many records of each label there are; empty where the target is a number. */
export function countLabels({ target }: DataSchema, records: RecordList, split: Split): LabelCount[] {
  if (target.kind === 'number') return []
  const counts = target.labels.map((label) => ({ label, train: 0, test: 0 }))
  for (const part of ['train', 'test'] as const) for (const index of split[part]) counts[records.targets[index]!]![part]++
  return counts
}

/** Reports parts without records, and classes below the minimum of the schema. A member may lack classes where the schema asks for none. */
export function reportShortParts(schema: DataSchema, records: RecordList, split: Split, findings: Findings): void {
  if (split.train.length === 0) {
    findings.error({ code: 'DATA_TOO_FEW', problem: 'no record can be used for training' })
    return
  }
  if (split.test.length === 0)
    findings.note({
      code: 'DATA_TOO_FEW',
      problem: 'no record is held out, so this member cannot score the model on data of its own',
      advice: 'Add records, or a part named test.',
    })
  const minimum = schema.target.kind === 'class' ? schema.target.minimumPerClass : 0
  for (const { label, train } of countLabels(schema, records, split)) {
    if (train < minimum)
      findings.error({
        code: 'DATA_TOO_FEW',
        problem: `label ${JSON.stringify(label)} has ${train} records for training, and the task asks for ${minimum}`,
      })
    else if (train === 0)
      findings.note({
        code: 'DATA_TOO_FEW',
        problem: `label ${JSON.stringify(label)} has no record for training`,
        advice: 'Nothing: the task lets members lack labels.',
      })
  }
}

import { QuorateError } from '../../core/errors.ts'
import { Findings } from '../findings.ts'
import { findRowFiles } from '../loaders/find-row-files.ts'
import type { SourceFiles } from '../loaders/list-files.ts'
import type { Cell } from '../rows.ts'
import { parseSchema } from '../schema/index.ts'
import { sortLabels } from './draft.ts'
import type { Draft, DraftOptions } from './draft.ts'

const INPUTS = 'x'

/** Shape and labels of IDX and NumPy files. */
export async function draftArrays(source: SourceFiles, { target = 'y' }: DraftOptions): Promise<Draft> {
  // Names are all that the loaders take from this schema.
  const names = parseSchema({
    kind: 'arrays',
    inputs: INPUTS,
    shape: [1],
    target: { kind: 'number', column: target },
  }) as Parameters<typeof findRowFiles>[0]
  const findings = new Findings()
  const labels = new Set<string>()
  let first: Cell
  let shape: readonly number[] = []
  for (const file of await findRowFiles(names, source, findings)) {
    shape = (await file.shapeOf?.(INPUTS)) ?? shape
    for await (const rows of file.rows({ wanted: [INPUTS, target], findings })) {
      for (const row of rows) {
        first ??= row[INPUTS]
        labels.add(String(row[target]))
      }
    }
  }
  if (first === undefined || first === null || typeof first !== 'object')
    throw new QuorateError('DATA_COLUMN_MISSING', `the files have no arrays named ${INPUTS} and ${target}`)
  const isBytes = first instanceof Uint8Array
  const isClass = labels.size <= 1000 && [...labels].every((label) => !/[.e]/.test(label))
  return {
    schema: {
      kind: 'arrays',
      inputs: INPUTS,
      shape: shape.length > 0 ? [...shape] : [first.length],
      ...(isBytes ? { type: 'uint8', mean: 0, std: 255 } : {}),
      target: isClass ? { kind: 'class', column: target, labels: sortLabels(labels) } : { kind: 'number', column: target },
    },
    notes: isBytes
      ? ['bytes are divided by 255']
      : ['mean and std are 0 and 1: agree on them if the numbers are not scaled (docs/data.md, Scaling)'],
  }
}

import type { Layout } from '../layout.ts'
import type { TaskDocument } from '../tasks/task-document.ts'

/** A verified model in floats, and what is known of it. */
export interface ModelToExport {
  document: Pick<TaskDocument, 'name' | 'model' | 'tensors'>
  layout: Layout
  /** float32[D] in layout order, as `dequantiseModel` gives it. */
  weights: Float32Array
  /** Where the model comes from, by name: task, round, roots. Formats with room for it carry it. */
  facts: Readonly<Record<string, string>>
}

/** A tensor as an export writes it. */
export interface ExportedTensor {
  name: string
  shape: readonly number[]
  values: Float32Array
}

import { isQuorateError } from '../../src/core/index.ts'
import type { VerifiedModel } from '../../src/node/index.ts'
import { parseDocument } from '../../src/protocol/index.ts'
import { dequantiseModel, parseTaskDocument, selectBackend, tensorLayout } from '../../src/training/index.ts'
import { writeModel } from '../../src/training/export/index.ts'
import type { ExportFormat, ModelToExport } from '../../src/training/export/index.ts'

/** Writes a verified model. @returns how many weights it has */
export async function exportVerified(
  { spec, document, model }: VerifiedModel,
  { format, out, facts }: { format: ExportFormat; out: string; facts: ModelToExport['facts'] },
): Promise<{ parameters: number }> {
  const described = describedModel(document)
  const layout = tensorLayout(described.tensors)
  if (format === 'onnx' || format === 'state_dict') await selectBackend('cpu')
  await writeModel(format, out, { document: described, layout, weights: dequantiseModel(layout, spec.tensors, model), facts })
  return { parameters: layout.parameters }
}

/** What the task document says of the model. Where members train with programs of their own, its training part is for those programs, and may have any form. */
function describedModel(text: string): ModelToExport['document'] {
  try {
    return parseTaskDocument(text)
  } catch (error) {
    if (!isQuorateError(error, 'SPEC_INVALID')) throw error
    const { name, tensors } = parseDocument(text)
    return { name, tensors, model: { kind: 'tensors' } }
  }
}

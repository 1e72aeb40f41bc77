import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import type { VerifiedModel } from '../../src/node/index.ts'
import { parseDocument } from '../../src/protocol/index.ts'
import { personalTensors } from '../../participant/personal-of.ts'
import { personalStore } from '../../participant/vector-store.ts'
import {
  dequantiseModel,
  parseTaskDocument,
  personalParts,
  selectBackend,
  tensorLayout,
  wholeTensors,
} from '../../src/training/index.ts'
import { writeModel } from '../../src/training/export/index.ts'
import type { ExportFormat, ModelToExport } from '../../src/training/export/index.ts'
import type { PersonalDocument } from '../../src/training/index.ts'

export interface ExportTarget {
  format: ExportFormat
  out: string
  facts: Readonly<Record<string, string>>
  /** Claims up to the model: it goes with the personal layers after so many trainings. */
  height: number
  /** State folder of the member whose personal layers go into the file; none if left out. */
  state?: string | undefined
}

/** What was written. */
export interface Exported {
  parameters: number
  /** Tensors that the file has from the member alone, in a task with personal layers. */
  personal: string[]
  /** Tensors that the model has and the file has not. */
  lacks: string[]
}

/**
 * Writes a verified model, with the personal layers of the member in whose state folder it lies.
 *
 * @throws QuorateError EXPORT_UNSUPPORTED for a network that lacks personal layers, in a format that holds whole networks; those of `writeModel`
 */
export async function exportVerified(
  { spec, document, model }: VerifiedModel,
  { format, out, facts, height, state }: ExportTarget,
): Promise<Exported> {
  const described = describedModel(document)
  const layout = tensorLayout(described.tensors)
  const weights = dequantiseModel(layout, spec.tensors, model)
  const parts = personalParts(described)
  const names = parts?.own.tensors.map(({ name }) => name) ?? []
  const load = async (kind: 'personal' | 'private-personal') =>
    parts && state !== undefined ? personalStore(state, { kind }).load(height + 1) : undefined
  const own = (await load('private-personal')) ?? (await load('personal'))
  if (format === 'onnx' || format === 'state_dict') await selectBackend('cpu')
  if (parts && own) {
    const whole = { ...described, tensors: wholeTensors(described) }
    const told = { ...facts, personal: names.join(', ') }
    await writeModel(format, out, { document: whole, layout: parts.whole, weights: parts.join(weights, own), facts: told })
    return { parameters: parts.whole.parameters, personal: names, lacks: [] }
  }
  if (parts && format !== 'safetensors')
    throw new QuorateError(
      'EXPORT_UNSUPPORTED',
      `the network needs its personal layers ${names.join(', ')}, which only a member has: name its state folder with --config or --state, or export the shared layers to safetensors`,
      { details: { format, lacks: names } },
    )
  const lacking = parts && { lacks: names.join(', ') }
  await writeModel(format, out, { document: described, layout, weights, facts: { ...facts, ...lacking } })
  return { parameters: layout.parameters, personal: [], lacks: names }
}

/** What the task document says of the model. Where members train with programs of their own, its training part is for those programs, and may have any form. */
function describedModel(text: string): ModelToExport['document'] & PersonalDocument {
  try {
    return parseTaskDocument(text)
  } catch (error) {
    if (!isQuorateError(error, 'SPEC_INVALID')) throw error
    const parts = parseDocument(text)
    const { name, tensors } = parts
    return { name, tensors, personal: personalTensors(parts), model: { kind: 'tensors' } }
  }
}

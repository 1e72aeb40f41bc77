import { modelOfBytes } from '../src/node/index.ts'
import type { ModelName, VerifiedModel } from '../src/node/index.ts'
import { fromHex, paddedLength } from '../src/protocol/index.ts'
import { askOperators } from './ask-operators.ts'
import type { AskOperatorsNeeds } from './ask-operators.ts'

/**
 * Downloads a model by its root from the operators that a member's configuration names, in turn. A false model is not taken.
 *
 * @throws QuorateError the error of the last operator: BLOB_NOT_FOUND when it does not keep the model any more, COORDINATOR_UNREACHABLE, CERTIFICATE_UNTRUSTED, SPEC_MISMATCH, MODEL_MISMATCH
 */
export async function fetchModel(name: ModelName, needs: Omit<AskOperatorsNeeds, 'task' | 'specHash'>): Promise<VerifiedModel> {
  const { task, specHash, modelRoot } = name
  const { signal } = needs
  return askOperators({ ...needs, task, specHash }, async (client, offer) => {
    const maxBytes = 4 * paddedLength(offer.spec)
    return modelOfBytes(offer, await client.getBlob(fromHex(modelRoot), { signal, maxBytes }), modelRoot)
  })
}

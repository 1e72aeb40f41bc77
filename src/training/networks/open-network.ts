import { QuorateError } from '../../core/errors.ts'
import type { TensorShape } from '../layout.ts'
import { modelByName } from '../models/index.ts'
import { wholeTensors } from '../personal/index.ts'
import type { TaskDocument } from '../tasks/task-document.ts'
import { builtinNetwork } from './builtin-network.ts'
import { layersNetwork } from './layers-network.ts'
import type { Network } from './network.ts'

/**
 * The network of a task document, after checking that the document lists its tensors.
 *
 * @throws QuorateError MODEL_MISMATCH; CONFIG_INVALID for an unknown model, and for one that tfjs does not train
 * @example using network = await openNetwork(parseTaskDocument(text))
 */
export async function openNetwork(document: Pick<TaskDocument, 'name' | 'model' | 'tensors' | 'personal'>): Promise<Network> {
  const tensors = wholeTensors(document)
  const network = await describedNetwork({ ...document, tensors })
  if (signature(tensors) !== signature(network.tensors)) {
    network[Symbol.dispose]()
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${network.name} has tensors ${signature(network.tensors)}, the document ${signature(tensors)}`,
    )
  }
  return network
}

async function describedNetwork({ name, model, tensors }: Pick<TaskDocument, 'name' | 'model' | 'tensors'>): Promise<Network> {
  if (typeof model === 'string') return builtinNetwork(modelByName(model))
  if (model.kind === 'layers') {
    const most = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
    return layersNetwork(name, model.topology, { most })
  }
  throw new QuorateError(
    'CONFIG_INVALID',
    `task ${name} names no model that this program trains: give it a trainer that knows the model, with --trainer`,
    { details: { model: model.kind } },
  )
}

function signature(tensors: readonly TensorShape[]): string {
  return tensors.map(({ name, shape }) => `${name}[${shape.join()}]`).join(' ')
}

import { QuorateError } from '../../core/errors.ts'

/** A format that cannot hold a layer. @param layer its name in the model */
export function unsupportedLayer(format: string, layer: string, problem: string): QuorateError {
  return new QuorateError('EXPORT_UNSUPPORTED', `layer ${layer} cannot be exported to ${format}: ${problem}`, {
    details: { format, layer },
  })
}

/** A format that needs to know the network, for a task that names tensors only. */
export function noNetwork(format: string, task: string): QuorateError {
  return new QuorateError(
    'EXPORT_UNSUPPORTED',
    `task ${task} lists tensors and no network, because its members train with programs of their own: ${format} cannot hold it`,
    { details: { format } },
  )
}

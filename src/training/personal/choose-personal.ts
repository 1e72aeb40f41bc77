import { QuorateError } from '../../core/errors.ts'
import type { TensorShape } from '../../protocol/task-document.ts'
import { MOST_PERSONAL } from './personal-tensors.ts'

export interface ChosenTensors {
  /** Places of the personal tensors among all, ascending. */
  places: number[]
  /** What the founder should know of the choice. */
  notes: string[]
}

/** The layer of a tensor: what stands before the last slash (tfjs) or dot (PyTorch) of its name. */
const layerOf = (tensor: string): string =>
  tensor.slice(0, Math.max(tensor.lastIndexOf('/'), tensor.lastIndexOf('.'), 0)) || tensor

/**
 * Finds the tensors that stay with members.
 *
 * @param tensors all tensors of the model
 * @param names of layers or of single tensors; a name of several levels takes all that is below it
 * @throws QuorateError CONFIG_INVALID with the field `model.personal`: an unknown name, nothing left to share, too many parameters
 * @example choosePersonal([hiddenKernel, hiddenBias, outputKernel, outputBias], ['output']).places // [2, 3]
 */
export function choosePersonal(tensors: readonly TensorShape[], names: readonly string[]): ChosenTensors {
  const takes = (name: string, tensor: string): boolean =>
    tensor === name || tensor.startsWith(`${name}/`) || tensor.startsWith(`${name}.`)
  const unknown = names.find((name) => !tensors.some((tensor) => takes(name, tensor.name)))
  const layers = [...new Set(tensors.map(({ name }) => layerOf(name)))]
  if (unknown !== undefined) throw invalid(`the model has no layer or tensor "${unknown}"; its layers are ${layers.join(', ')}`)
  const places = [...tensors.keys()].filter((place) => names.some((name) => takes(name, tensors[place]!.name)))
  if (places.length === tensors.length)
    throw invalid('every layer is personal, so the members share nothing: leave at least one layer out')
  const parameters = places.reduce((sum, place) => sum + tensors[place]!.shape.reduce((all, size) => all * size, 1), 0)
  if (parameters > MOST_PERSONAL)
    throw invalid(
      `the personal layers have ${parameters} parameters, and at most ${MOST_PERSONAL} may stay with members: name fewer or smaller layers`,
    )
  const last = tensors.findLast((_, place) => !places.includes(place))!
  const early = [
    ...new Set(places.filter((place) => place < tensors.indexOf(last)).map((place) => layerOf(tensors[place]!.name))),
  ]
  const notes = early
    .filter((layer) => layer !== layerOf(last.name))
    .map(
      (layer) =>
        `layer ${layer} is personal and stands before shared layer ${layerOf(last.name)}, which then sees other inputs at each member`,
    )
  return { places, notes }
}

function invalid(problem: string): QuorateError {
  return new QuorateError('CONFIG_INVALID', `model.personal: ${problem}`, { details: { field: 'model.personal', problem } })
}

import { QuorateError } from '../../core/errors.ts'
import { packInto, tensorLayout, unpack } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { valuesOf, wholeTensors } from './personal-tensors.ts'
import type { PersonalDocument } from './personal-tensors.ts'

/** A model in two parts: what all members share, and what each member keeps. */
export interface PersonalParts {
  /** Of all tensors, as a learner sees the model. */
  whole: Layout
  /** Of the tensors on chain. */
  shared: Layout
  /** Of the tensors that stay with the member. */
  own: Layout
  /** First values of the member's own tensors, in the layout `own`. A new array each time. */
  first(): Float32Array
  /** @returns both parts as one model in the layout `whole`, a new array. @throws QuorateError MODEL_MISMATCH for another length */
  join(shared: Float32Array, own: Float32Array): Float32Array
  /** @param whole in the layout `whole`. @returns the two parts, new arrays */
  split(whole: Float32Array): { shared: Float32Array; own: Float32Array }
}

/**
 * How the model of a task is cut into shared and personal layers (FedPer, Arivazhagan et al. 2019, "Federated Learning with Personalization Layers").
 *
 * @returns undefined for a task without personal layers
 * @throws QuorateError SPEC_INVALID for places that no model has, and for two tensors of one name
 * @example const whole = personalParts(document)!.join(weights, own)
 */
export function personalParts(document: PersonalDocument): PersonalParts | undefined {
  const { tensors, personal } = document
  if (!personal) return undefined
  const all = wholeTensors(document)
  const isOwn = new Set(personal.map(({ name }) => name))
  // INVARIANT: a name means one tensor, and a personal tensor stands where the document says.
  if (new Set(all.map(({ name }) => name)).size !== all.length || personal.some(({ name, place }) => all[place]?.name !== name))
    throw new QuorateError('SPEC_INVALID', 'field training.personal of the task document: the tensors do not make one model', {
      details: { field: 'training.personal' },
    })
  const [whole, shared, own] = [tensorLayout(all), tensorLayout(tensors), tensorLayout(personal)]
  return {
    whole,
    shared,
    own,
    first: () => packInto(own, personal.map(valuesOf), new Float32Array(own.paddedLength)),
    join(weights, kept) {
      check('model', weights, shared)
      check('personal part', kept, own)
      const [common, mine] = [unpack(shared, weights), unpack(own, kept)]
      const parts = all.map(({ name }) => (isOwn.has(name) ? mine : common).shift()!)
      return packInto(whole, parts, new Float32Array(whole.paddedLength))
    },
    split(values) {
      check('model', values, whole)
      const parts = unpack(whole, values)
      const of = (layout: Layout, mine: boolean): Float32Array =>
        packInto(
          layout,
          parts.filter((_, i) => isOwn.has(all[i]!.name) === mine),
          new Float32Array(layout.paddedLength),
        )
      return { shared: of(shared, false), own: of(own, true) }
    },
  }
}

function check(what: string, { length }: Float32Array, { paddedLength }: Layout): void {
  if (length !== paddedLength)
    throw new QuorateError('MODEL_MISMATCH', `a ${what} of ${length} values came instead of ${paddedLength}`)
}

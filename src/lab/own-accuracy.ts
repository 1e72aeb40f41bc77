import { dequantiseModel, packInto, tensorLayout, unpack } from '../training/index.ts'
import type { Backend, Evaluation, Learner } from '../training/index.ts'
import type { OwnAccuracy } from './cell-result.ts'
import type { Cohort, Seat } from './cohort.ts'

/** Measures weights as one member would use them. */
type Measure = (member: number, model: Int32Array, personal?: Float32Array) => Promise<Evaluation>

/**
 * Measures models on test samples like those of a member: of an affected member they are rotated, say, as its own samples are.
 *
 * @example const { accuracy } = await measureOf(cohort, backend)(0, model, personal)
 */
export function measureOf(
  { task, learning, test, testOf }: Pick<Cohort, 'task' | 'learning' | 'test' | 'testOf'>,
  backend: Backend,
  signal?: AbortSignal,
): Measure {
  const { document, tensors } = task
  const layout = tensorLayout(document.tensors)
  const evaluatorOf = (held: typeof test): Pick<Learner, 'evaluate'> =>
    learning.evaluator({ document, spec: task, test: held, backend })
  const common = evaluatorOf(test)
  const apart = new Map<number, Pick<Learner, 'evaluate'>>()
  return async (member, model, personal) => {
    const own = testOf(member)
    if (own && !apart.has(member)) apart.set(member, evaluatorOf(own))
    const { evaluate } = apart.get(member) ?? common
    return evaluate(dequantiseModel(layout, tensors, model), signal, personal)
  }
}

/**
 * The accuracy on samples in which the classes have other shares than in those that were measured: Σ share(c) · recall(c).
 *
 * @param mix share of each class, as the member's own samples have it; classes that were not measured are left out
 */
export function accuracyOfMix({ confusion = [] }: Pick<Evaluation, 'confusion'>, mix: readonly number[]): number {
  let [sum, total] = [0, 0]
  for (const [label, row] of confusion.entries()) {
    const count = row.reduce((all, one) => all + one, 0)
    if (count === 0) continue
    sum += (mix[label]! * row[label]!) / count
    total += mix[label]!
  }
  return sum / total
}

/** The mean accuracy of the affected members and of the other honest ones, each measured by itself on its own mix of classes. */
export async function ownAccuracy(
  { seats, mixOf, differs }: Pick<Cohort, 'seats' | 'mixOf' | 'differs'>,
  of: (seat: Seat) => Promise<Evaluation>,
): Promise<OwnAccuracy> {
  const honest = seats.filter(({ attacker }) => !attacker)
  const mean = async (chosen: readonly Seat[]): Promise<number> => {
    let sum = 0
    for (const seat of chosen) sum += accuracyOfMix(await of(seat), mixOf(seat.member))
    return sum / chosen.length
  }
  const affected = honest.filter(differs)
  return {
    others: await mean(honest.filter((seat) => !differs(seat))),
    ...(affected.length > 0 && { affected: await mean(affected) }),
  }
}

/**
 * A member that trains alone for so many rounds: as many local steps as in a task, on its own data, and nobody to average with.
 *
 * @param first int32[D], the model to begin with
 * @returns its model, measured on test samples like its own
 */
export async function trainAlone(
  { task, trainers }: Pick<Cohort, 'task' | 'trainers'>,
  { member }: Pick<Seat, 'member'>,
  { first, rounds, measure, signal }: { first: Int32Array; rounds: number; measure: Measure; signal?: AbortSignal },
): Promise<Evaluation> {
  const layout = tensorLayout(task.document.tensors)
  let model = first
  let carried: { residual?: Float32Array; momentum?: Float32Array; personal?: Float32Array } = {}
  for (let step = 1; step <= rounds; step++) {
    const { update, residual, momentum, personal } = await trainers[member]!.train({ model, step, ...carried, signal })
    carried = { residual, ...(momentum && { momentum }), ...(personal && { personal }) }
    const [before, changes] = [unpack(layout, model), unpack(layout, update)]
    model = packInto(
      layout,
      before.map((weights, t) => {
        // Units of the update in units of the model: a whole number in every task of the lab.
        const { updateExponent, modelExponent } = task.tensors[t]!
        const unit = 2 ** (updateExponent - modelExponent)
        return weights.map((weight, k) => weight + unit * changes[t]![k]!)
      }),
      new Int32Array(layout.paddedLength),
    )
  }
  return measure(member, model, carried.personal)
}

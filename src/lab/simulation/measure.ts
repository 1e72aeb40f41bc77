import type { Evaluation } from '../../training/index.ts'
import type { SimulatedMember, SimulatedRound, SimulationSetup } from './setup.ts'

/** A member, and what its own layers are after its last training; the first values if left out. */
export interface MeasuredMember {
  member: SimulatedMember
  personal?: Float32Array | undefined
}

/**
 * Measures a model. In a task with personal layers there is no one model: each honest member is measured with its own layers, and the score is the mean of
 * the members.
 *
 * @param weights float32[D]
 */
export async function measure(
  { evaluate, own, signal }: Pick<SimulationSetup, 'evaluate' | 'own' | 'signal'>,
  weights: Float32Array,
  members: readonly MeasuredMember[],
): Promise<Pick<SimulatedRound, 'evaluation' | 'each'>> {
  if (!own) return { evaluation: await evaluate(weights, signal) }
  const each: NonNullable<SimulatedRound['each']> = []
  for (const one of members.filter(({ member }) => member.attack === undefined))
    each.push({ member: one.member.name, evaluation: await evaluate(weights.slice(), signal, one) })
  return { evaluation: { ...meanEvaluation(each.map(({ evaluation }) => evaluation)), samples: own.records }, each }
}

/** The mean of every number; a metric counts where it was measured. Matrices of confusion are left out. */
export function meanEvaluation(evaluations: readonly Evaluation[]): Omit<Evaluation, 'confusion' | 'samples'> {
  const mean = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
  }
  const accuracy = mean(evaluations.map((one) => one.accuracy))
  const names = [...new Set(evaluations.flatMap(({ metrics = {} }) => Object.keys(metrics)))]
  return {
    loss: mean(evaluations.map(({ loss }) => loss)) ?? Number.NaN,
    ...(accuracy !== undefined && { accuracy }),
    metrics: Object.fromEntries(names.map((name) => [name, mean(evaluations.map(({ metrics }) => metrics?.[name]))!])),
  }
}

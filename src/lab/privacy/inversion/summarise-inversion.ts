import type { InversionCase, InversionResult } from './invert-case.ts'

/** All victims of one setting. */
export interface InversionSummary extends Omit<InversionCase, 'victim'> {
  victims: number
  /** Mean over images; `deviation` is that of the images. */
  similarity: number
  deviation: number
  /** Of the image that was recovered best. */
  best: number
  error: number
  /** What chance gives: mean and best. */
  control: number
  bestControl: number
  /** Share of the labels that the update tells. */
  labelsRight: number
  /** Mean cosine distance of what was recovered, and of the originals. */
  distance: number
  truth?: number
}

/** Results by setting, in the order in which settings were first met. */
export function summariseInversion(results: readonly InversionResult[]): InversionSummary[] {
  const groups = Map.groupBy(results, ({ case: one }) => JSON.stringify({ ...one, victim: undefined }))
  return [...groups.values()].map((group) => {
    const { victim: _, ...setting } = group[0]!.case
    const similarities = group.flatMap(({ similarity }) => similarity)
    const similarity = mean(similarities)
    const truths = group.flatMap(({ truth }) => truth ?? [])
    return {
      ...setting,
      victims: group.length,
      similarity,
      deviation: Math.sqrt(mean(similarities.map((value) => (value - similarity) ** 2))),
      best: Math.max(...similarities),
      error: mean(group.flatMap(({ error }) => error)),
      control: mean(group.flatMap(({ control }) => control)),
      bestControl: Math.max(...group.flatMap(({ control }) => control)),
      labelsRight: sum(group.map(({ labelsRight }) => labelsRight)) / sum(group.map(({ labels }) => labels)),
      distance: mean(group.map(({ distance }) => distance)),
      ...(truths.length > 0 && { truth: mean(truths) }),
    }
  })
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length

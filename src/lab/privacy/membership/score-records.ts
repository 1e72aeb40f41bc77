import { gradientOf, traceOf } from '../network/index.ts'
import type { LabelledImages, Layer, Values } from '../network/index.ts'
import { cosineOf } from '../inversion/cosine-distance.ts'

/** Cross-entropy of each image. */
export function lossesOf(layers: readonly Layer[], parameters: Values, { images, labels }: LabelledImages): number[] {
  return images.map((image, i) => -Math.log(Math.max(Number.MIN_VALUE, traceOf(layers, parameters, image).shares[labels[i]!]!)))
}

/**
 * By the final model alone: what was trained on has the smaller loss (Yeom et al. 2018, "Privacy Risk in Machine Learning"). Anybody who gets the model can do it.
 */
export function scoreByLoss(layers: readonly Layer[], model: Values, records: LabelledImages): number[] {
  return lossesOf(layers, model, records).map((loss) => -loss)
}

/** Scores of each record for each update, by what is seen of one round. */
export type ScoreOfRound = (
  layers: readonly Layer[],
  before: Values,
  seen: readonly Values[],
  records: LabelledImages,
) => number[][]

/**
 * How much an update lowers the loss of a record. What the loss was before takes out how hard a record is (Watson et al. 2022, "On the Importance of Difficulty Calibration
 * in Membership Inference Attacks").
 */
export const scoreByGain: ScoreOfRound = (layers, before, seen, records) => {
  const losses = lossesOf(layers, before, records)
  return seen.map((update) => {
    const moved = before.map((value, k) => value + update[k]!)
    return lossesOf(layers, moved, records).map((after, i) => losses[i]! - after)
  })
}

/**
 * How far an update points where the gradient of a record alone would push (Nasr et al. 2019, "Comprehensive Privacy Analysis of Deep Learning", looks at gradients
 * too).
 */
export const scoreByDirection: ScoreOfRound = (layers, before, seen, { images, labels }) => {
  const byRecord = images.map((image, i) => {
    const { gradient } = gradientOf(layers, before, { images: [image], labels: [labels[i]!] })
    return seen.map((update) => -cosineOf(gradient, update))
  })
  return seen.map((_, k) => byRecord.map((scores) => scores[k]!))
}

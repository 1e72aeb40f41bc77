import { canonicalJson } from '../../../protocol/index.ts'
import { createRandom, dequantiseModel } from '../../../training/index.ts'
import type { Backend, Dataset } from '../../../training/index.ts'
import { layersOf } from '../network/index.ts'
import type { Layer, Values } from '../network/index.ts'
import { membersSeen, parseView } from '../views.ts'
import { cosineDistance } from './cosine-distance.ts'
import { countRight, inferLabels } from './infer-labels.ts'
import { takeSteps } from './local-steps.ts'
import type { LocalSteps } from './local-steps.ts'
import { matchUpdate } from './match-update.ts'
import { recoverFromDense } from './recover-from-dense.ts'
import { packImages } from './pack-images.ts'
import { pairUp } from './pair-up.ts'
import { imagesOf, strangersOf, victimRecords, wantedImages } from './victim-records.ts'
import { seenUpdate, sideBySide, victimTask } from './victim.ts'

/** One attack on one victim: everything that decides its outcome, but for secret noise. */
export interface InversionCase {
  dataset: string
  model: string
  /** As `parseView` reads it. */
  view: string
  /** Images that the victim trained on, and that the attacker looks for. */
  images: number
  /** Further images that the victim trained on, of which the attacker does not know. */
  others: number
  /** Images of a step. */
  batchSize: number
  epochs: number
  /** `matching` searches images; `dense` reads them off a first dense layer. */
  attack: 'matching' | 'dense'
  labels: 'known' | 'inferred'
  /** Which victim. */
  victim: number
  iterations: number
  smoothness: number
  restarts: number
  clip: number
  delta: number
  seed: number
}

/** What became of it. Images are bytes in base64, one after the other. */
export interface InversionResult {
  key: string
  case: InversionCase
  /** Of each original with the recovered image that is most like it; with `others`, of each recovered image with the original that is most like it. */
  similarity: number[]
  error: number[]
  /** The same for other images of the same classes that nobody trained on: what chance gives. */
  control: number[]
  /** Cosine distance of what the recovered images would give from what was seen; the originals themselves have `truth`, where the attacker looks for all of them. */
  distance: number
  truth?: number
  /** How many of the labels the update tells. */
  labelsRight: number
  labels: number
  pictures: { original: string; recovered: string }
  seconds: number
}

export interface InversionParts {
  dataset: Dataset
  backend: Backend
  signal?: AbortSignal | undefined
  onIteration?: (() => Promise<void>) | undefined
}

/** Equal keys mean equal work. */
export function inversionKey(one: InversionCase): string {
  return canonicalJson({ ...one })
}

/**
 * Lets a victim train, and inverts what others see of it.
 *
 * @throws QuorateError CANCELLED, FLAG_INVALID, CONFIG_INVALID
 */
export async function invertCase(one: InversionCase, parts: InversionParts): Promise<InversionResult> {
  const started = performance.now()
  const { dataset, backend, signal, onIteration } = parts
  const view = parseView(one.view)
  const layers = layersOf(one.model)
  const local = { epochs: one.epochs, batchSize: one.batchSize, samples: 0, memberMomentum: 0, weightDecay: 0 }
  const { members, trial } = victimRecords(one, dataset.train, membersSeen(view))
  const task = await victimTask({ model: one.model, dataset: one.dataset, local, trial, backend })
  const seen = await seenUpdate({ ...task, ...one, view, members, backend, seed: `${one.seed}/${one.victim}` })
  const start = sideBySide(task.layout, dequantiseModel(task.layout, task.tensors, task.genesis))
  const { learningRate: rate, momentum } = task.document.local
  const wanted = wantedImages(one, members)
  const perStep = Math.min(one.batchSize, one.images) * membersSeen(view)
  const steps: LocalSteps = { layers, start, rate, momentum, batchSize: perStep, epochs: one.others === 0 ? one.epochs : 1 }
  const random = createRandom(one.seed, 'attacker', one.victim)
  const inferred = inferLabels({
    layers,
    parameters: start,
    gradient: seen.map((value) => -value / rate / membersSeen(view)),
    count: wanted.images.length,
    random,
  })
  const labels = one.labels === 'known' ? wanted.labels : inferred
  const recovered =
    one.attack === 'dense'
      ? readOff(layers, seen)
      : (
          await matchUpdate({
            steps,
            seen,
            labels,
            pixels: layers[0]!.inputs,
            iterations: one.iterations,
            smoothness: one.smoothness,
            restarts: one.restarts,
            random,
            signal,
            onIteration,
          })
        ).images
  // Rounding can leave nothing to read.
  const found = recovered.length === 0 ? [new Float64Array(layers[0]!.inputs)] : recovered
  const originals = one.others === 0 ? wanted.images : members.flatMap((records) => imagesOf(records))
  const pairs = pairUp(originals, found)
  const strangers = strangersOf(members, dataset.test, one)
  const distanceOf = (images: readonly Values[]): number =>
    cosineDistance(takeSteps(steps, { images, labels }).update, seen).distance
  return {
    key: inversionKey(one),
    case: one,
    similarity: pairs.map(({ similarity }) => similarity),
    error: pairs.map(({ error }) => error),
    control: pairUp(strangers, found).map(({ similarity }) => similarity),
    distance: distanceOf(one.attack === 'dense' ? pairs.map(({ recovered: image }) => image) : found),
    ...(one.others === 0 && { truth: distanceOf(wanted.images) }),
    labelsRight: countRight(inferred, wanted.labels),
    labels: wanted.labels.length,
    pictures: {
      original: packImages(pairs.map(({ original }) => original)),
      recovered: packImages(pairs.map(({ recovered: image }) => image)),
    },
    seconds: (performance.now() - started) / 1000,
  }
}

/** Off the first layer, whose kernel and bias come first. */
function readOff([first]: readonly Layer[], seen: Values): Values[] {
  const kernel = first!.inputs * first!.outputs
  return recoverFromDense({ kernel: seen.subarray(0, kernel), bias: seen.subarray(kernel, kernel + first!.outputs) })
}

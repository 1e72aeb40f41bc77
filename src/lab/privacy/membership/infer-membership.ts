import { canonicalJson } from '../../../protocol/index.ts'
import { createRandom, takeSamples } from '../../../training/index.ts'
import type { Backend, ClassSamples, Dataset } from '../../../training/index.ts'
import { victimTask } from '../inversion/victim.ts'
import { imagesOf } from '../inversion/victim-records.ts'
import { layersOf, traceOf } from '../network/index.ts'
import type { LabelledImages, Layer, Values } from '../network/index.ts'
import { parseView } from '../views.ts'
import { scoreByDirection, scoreByGain, scoreByLoss } from './score-records.ts'
import type { ScoreOfRound } from './score-records.ts'
import { separationOf } from './separation.ts'
import type { Separation } from './separation.ts'
import { watchRounds } from './watch-rounds.ts'
import type { WatchedRound } from './watch-rounds.ts'

/** One training that is watched: everything that decides its outcome, but for secret noise. */
export interface MembershipCase {
  dataset: string
  model: string
  view: string
  members: number
  /** Records of each member. */
  records: number
  rounds: number
  epochs: number
  batchSize: number
  clip: number
  delta: number
  seed: number
}

export const MEMBERSHIP_ATTACKS = ['loss', 'gain', 'direction'] as const
export type MembershipAttack = (typeof MEMBERSHIP_ATTACKS)[number]

export interface MembershipResult {
  key: string
  case: MembershipCase
  /** For each member, by each attack. */
  victims: Record<MembershipAttack, Separation>[]
  /** Of the final model, on records that nobody trained on and on those of all members. */
  accuracy: number
  trainAccuracy: number
  seconds: number
}

export interface MembershipParts {
  dataset: Dataset
  backend: Backend
  signal?: AbortSignal | undefined
  /** Called several times in each round. */
  onStep?: (() => Promise<void>) | undefined
}

/** Records that nobody trained on. */
const OTHERS = 200
/** Records that the accuracy is measured on. */
const TEST = 1000

export const membershipKey = (one: MembershipCase): string => canonicalJson({ ...one })

/**
 * Lets members train together, and asks of each record whether it was among those of a member.
 *
 * @throws QuorateError CANCELLED, FLAG_INVALID, CONFIG_INVALID
 */
export async function inferMembership(one: MembershipCase, parts: MembershipParts): Promise<MembershipResult> {
  const started = performance.now()
  const { dataset, backend, signal, onStep } = parts
  const view = parseView(one.view)
  const layers = layersOf(one.model)
  const { members, trial, others, test } = divide(one, dataset)
  const local = { epochs: one.epochs, batchSize: one.batchSize, samples: 0, memberMomentum: 0, weightDecay: 0 }
  const task = await victimTask({ model: one.model, dataset: one.dataset, local, trial, backend })
  const own = members.map(labelled)
  const tallies = { gain: tallyOf(scoreByGain, layers, own, others), direction: tallyOf(scoreByDirection, layers, own, others) }
  let final: Values = new Float64Array()
  for await (const round of watchRounds({ ...task, ...one, view, members, backend, signal })) {
    for (const tally of Object.values(tallies)) {
      tally.add(round)
      await onStep?.()
    }
    final = round.after
  }
  const [gain, direction] = [tallies.gain.separations(), tallies.direction.separations()]
  const byLoss = scoreByLoss(layers, final, others)
  const victims = own.map((records, i) => ({
    loss: separationOf(scoreByLoss(layers, final, records), byLoss),
    gain: gain[i]!,
    direction: direction[i]!,
  }))
  return {
    key: membershipKey(one),
    case: one,
    victims,
    accuracy: accuracyOf(layers, final, test),
    trainAccuracy: members.reduce((sum, records) => sum + accuracyOf(layers, final, labelled(records)), 0) / members.length,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Sums the scores of every member's records, and of others, over rounds. */
function tallyOf(
  score: ScoreOfRound,
  layers: readonly Layer[],
  own: readonly LabelledImages[],
  others: LabelledImages,
): { add: (round: WatchedRound) => void; separations: () => Separation[] } {
  const sums = own.map(({ images }) => ({ own: images.map(() => 0), others: others.images.map(() => 0) }))
  return {
    add({ before, seen }) {
      const ofOthers = score(layers, before, seen, others)
      for (const [i, sum] of sums.entries()) {
        const [ofOwn = []] = score(layers, before, [seen[i]!], own[i]!)
        sum.own = sum.own.map((value, k) => value + ofOwn[k]!)
        sum.others = sum.others.map((value, k) => value + ofOthers[i]![k]!)
      }
    },
    separations: () => sums.map((sum) => separationOf(sum.own, sum.others)),
  }
}

/** Records of the members and of the founder's trial, none twice; others from the test set. */
function divide(
  { members: count, records, seed }: MembershipCase,
  { train, test }: Dataset,
): { members: ClassSamples[]; trial: ClassSamples; others: LabelledImages; test: LabelledImages } {
  const random = createRandom(seed, 'membership')
  const draw = (total: number, wanted: number): Uint32Array => {
    const drawn = new Set<number>()
    while (drawn.size < wanted) drawn.add(random.below(total))
    return Uint32Array.from(drawn)
  }
  const drawn = draw(train.labels.length, (count + 1) * records)
  const parts = Array.from({ length: count + 1 }, (_, i) => takeSamples(train, drawn.subarray(i * records, (i + 1) * records)))
  const held = draw(test.labels.length, OTHERS + TEST)
  return {
    members: parts.slice(0, count),
    trial: parts.at(-1)!,
    others: labelled(takeSamples(test, held.subarray(0, OTHERS))),
    test: labelled(takeSamples(test, held.subarray(OTHERS))),
  }
}

const labelled = (records: ClassSamples): LabelledImages => ({ images: imagesOf(records), labels: records.labels })

function accuracyOf(layers: readonly Layer[], model: Values, { images, labels }: LabelledImages): number {
  const right = images.filter((image, i) => {
    const { shares } = traceOf(layers, model, image)
    return shares.indexOf(Math.max(...shares)) === labels[i]
  })
  return right.length / images.length
}

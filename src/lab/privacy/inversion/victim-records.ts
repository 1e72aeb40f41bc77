import { createRandom, takeSamples } from '../../../training/index.ts'
import type { ClassSamples } from '../../../training/index.ts'
import type { LabelledImages, Values } from '../network/index.ts'

/** How many images of a member the attacker looks for, how many others the member has, and which victim it is. */
export interface VictimNumbers {
  images: number
  others: number
  victim: number
  seed: number
}

/** Records of each member whose row is seen, and as many for the founder's trial. No record is drawn twice. */
export function victimRecords(
  { images, others, victim, seed }: VictimNumbers,
  train: ClassSamples,
  members: number,
): { members: ClassSamples[]; trial: ClassSamples } {
  const random = createRandom(seed, 'victim', victim)
  const each = images + others
  const drawn = new Set<number>()
  while (drawn.size < each * (members + 1)) drawn.add(random.below(train.labels.length))
  const all = Uint32Array.from(drawn)
  const parts = Array.from({ length: members + 1 }, (_, i) => takeSamples(train, all.subarray(i * each, (i + 1) * each)))
  return { members: parts.slice(0, members), trial: parts.at(-1)! }
}

/** The images that the attacker looks for, with their labels. */
export function wantedImages({ images }: VictimNumbers, members: readonly ClassSamples[]): LabelledImages & { labels: number[] } {
  return {
    images: members.flatMap((records) => imagesOf(records).slice(0, images)),
    labels: members.flatMap(({ labels }) => Array.from(labels.subarray(0, images))),
  }
}

/** Pixels 0…1. */
export function imagesOf({ inputs, labels }: ClassSamples): Values[] {
  const width = inputs.length / labels.length
  return Array.from({ length: labels.length }, (_, i) =>
    Float64Array.from(inputs.subarray(i * width, (i + 1) * width), (value) => value / 255),
  )
}

/** As many images of the same classes that nobody trained on. */
export function strangersOf(members: readonly ClassSamples[], test: ClassSamples, { victim, seed }: VictimNumbers): Values[] {
  const random = createRandom(seed, 'strangers', victim)
  const places = members.flatMap(({ labels }) =>
    Array.from(labels, (label) => {
      for (;;) {
        const place = random.below(test.labels.length)
        if (test.labels[place] === label) return place
      }
    }),
  )
  return imagesOf(takeSamples(test, Uint32Array.from(places)))
}

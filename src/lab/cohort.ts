import type { TaskSpec } from '../protocol/index.ts'
import { memberTensors, toHex } from '../protocol/index.ts'
import { mostValue } from '../masking/index.ts'
import { createRandom, createTfjsTrainer, createTrainer, takeSamples, trainerSettings } from '../training/index.ts'
import { isOmniscient, poisonedTrainer, trainingOf } from './attacks/index.ts'
import type { DefaultTask, ClassSamples, Trainer, TrainerFactory } from '../training/index.ts'
import type { LabParts } from './cell-result.ts'
import { circumstanceByName } from './circumstances/index.ts'
import { dealShares } from './deal-shares.ts'
import { mostOf } from './fewer-bytes/index.ts'
import type { Cell, LabSettings } from './grid.ts'
import { learningOf } from './learner/index.ts'
import type { Learning } from './learner/index.ts'
import { trainingIdentity } from './share-training.ts'
import { trainingWithin } from './privacy/noise/index.ts'
import { taskOf } from './task-of.ts'

/** One row of every round: whose it is, and what stake stands behind it. */
export interface Seat {
  member: number
  attacker: boolean
  /** Set apart by the circumstance of the cell. */
  odd: boolean
  /** First round it takes part in. */
  joins: number
  slot: number
  address: `0x${string}`
  stake: bigint
}

export interface Cohort {
  task: DefaultTask
  /** What members train with and models are measured with. */
  learning: Learning
  trainers: Trainer[]
  /** Trains on the public root set; for rules that ask for one. */
  root?: Trainer
  seats: Seat[]
  /** Test samples, root set excluded. */
  test: ClassSamples
  /** Test samples like those of a member; undefined where `test` is like them. */
  testOf(member: number): ClassSamples | undefined
  /** Whether the circumstance sets a member apart: with `none` it does so for nobody. */
  differs(seat: Seat): boolean
  /** Share of each class in the samples of a member. */
  mixOf(member: number): number[]
}

/** Tokens of a member; a whole number after a split into the identities of any attack. */
const STAKE = 1024n * 10n ** 18n

/** The members of a run: their shares of the data, their trainers, their seats. The first `odd` have odd circumstances, the last `byzantine` attack. */
export function cohortOf(cell: Cell, settings: LabSettings, { dataset, backend, attack, rule, shared }: LabParts): Cohort {
  const { members, byzantine, seed } = cell
  const circumstance = circumstanceByName(cell.circumstance)
  const task = taskOf(cell, settings, circumstance)
  const learning = learningOf(settings)
  const { train, classes, inputShape } = dataset
  const { labels } = train
  const attackers = attack ? byzantine : 0
  const dealt = dealShares(cell, { labels, classes, attackers })
  const odd = Array.from({ length: Math.min(settings.odd, members - byzantine) }, (_, member) => member)
  const random = createRandom(seed, 'circumstance', circumstance.name)
  const shares = circumstance.deal?.(dealt, { labels, classes, inputShape, odd, random }) ?? dealt
  const poison = attack && trainingOf(attack)
  const trainerFor = (
    dataOf: () => ClassSamples,
    name: string,
    { poisoned = false, local = task.document.local } = {},
  ): Trainer => {
    const create = (factory: TrainerFactory): Trainer =>
      factory({
        document: { ...task.document, local },
        spec: { tensors: memberTensors(task.tensors, settings.bucket) } satisfies Pick<TaskSpec, 'tensors'>,
        ...(settings.bucket !== undefined && { most: mostValue(settings.bucket) }),
        ...(settings.bits !== undefined && { most: mostOf(settings.bits) }),
        data: dataOf(),
        backend,
        seed: `${seed}/${name}`,
      })
    if (poisoned && poison) return create(poisonedTrainer(poison, learning.learner))
    if (settings.privacy) {
      const { privacy, rounds } = settings
      // Noise is never the same, so that no training stands for another one.
      return create((options) => createTfjsTrainer({ ...options, privacy: trainingWithin(privacy, options, rounds) }))
    }
    const honest = (): Trainer =>
      create((options) =>
        createTrainer({ ...trainerSettings(options), learner: learning.learner(options), compose: learning.compose }),
      )
    return shared?.trainer(trainingIdentity(cell, settings, name, attackers), honest) ?? honest()
  }
  const isAttacker = (member: number): boolean => member >= members - attackers
  /** Labels of members whose circumstance changed their samples. */
  const changed = new Map<number, Uint8Array>()
  const trainers = shares.map((share, i) => {
    const samplesOf = (): ClassSamples => takeSamples(train, share)
    const name = `member-${i}`
    if (!odd.includes(i)) return trainerFor(samplesOf, name, { poisoned: isAttacker(i) })
    // Drawn in any case: affected members share one source of chance.
    const own = circumstance.samples?.(samplesOf(), { classes, inputShape, random })
    if (own) changed.set(i, own.labels)
    return trainerFor(own ? () => own : samplesOf, name, { local: circumstance.local?.(task.document.local) })
  })
  const identities = attack && isOmniscient(attack) ? (attack.identities ?? 1) : 1
  const seats = shares
    .flatMap((_, member) => Array.from({ length: isAttacker(member) ? identities : 1 }, () => member))
    .map((member, slot) => {
      const attacker = isAttacker(member)
      const stake = attacker ? STAKE / BigInt(identities) : STAKE
      const isOdd = odd.includes(member)
      const joins = isOdd ? (circumstance.joins?.(settings.rounds) ?? 1) : 1
      return { member, attacker, odd: isOdd, joins, slot, address: addressOf(slot), stake }
    })
  const { rootSamples, testSamples } = settings
  const total = dataset.test.labels.length
  const range = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, i) => from + i)
  const root =
    rule.publicRow === 'root' ? trainerFor(() => takeSamples(dataset.test, range(total - rootSamples, total)), 'root') : undefined
  const test = takeSamples(dataset.test, range(0, Math.min(testSamples, total - rootSamples)))
  const testOf = (member: number): ClassSamples | undefined =>
    circumstance.unlike && odd.includes(member)
      ? circumstance.samples?.(test, { classes, inputShape, random: createRandom(seed, 'circumstance test', circumstance.name) })
      : undefined
  const mixOf = (member: number): number[] => {
    const own = changed.get(member) ?? Uint8Array.from(shares[member]!, (index) => labels[index]!)
    const mix = Array.from({ length: classes }, () => 0)
    for (const label of own) mix[label]! += 1 / own.length
    return mix
  }
  const differs = ({ odd: isOdd }: Seat): boolean => isOdd && circumstance.name !== 'none'
  return { task, learning, trainers, root, seats, test, testOf, mixOf, differs }
}

function addressOf(slot: number): `0x${string}` {
  const random = createRandom('address', slot)
  return toHex(Uint8Array.from({ length: 20 }, () => random.below(256)))
}

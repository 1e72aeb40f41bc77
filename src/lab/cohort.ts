import type { TaskSpec } from '../protocol/index.ts'
import { toHex } from '../protocol/index.ts'
import {
  createRandom,
  createTfjsTrainer,
  defaultTask,
  isOmniscient,
  parsePartition,
  partitionSamples,
  takeSamples,
} from '../training/index.ts'
import type { DefaultTask, Samples, Trainer } from '../training/index.ts'
import type { LabParts } from './cell-result.ts'
import type { Cell, LabSettings } from './grid.ts'

/** One row of every round: whose it is, and what stake stands behind it. */
export interface Seat {
  member: number
  attacker: boolean
  slot: number
  address: `0x${string}`
  stake: bigint
}

export interface Cohort {
  task: DefaultTask
  trainers: Trainer[]
  /** Trains on the public root set; for rules that ask for one. */
  root?: Trainer
  seats: Seat[]
  /** Test samples, root set excluded. */
  test: Samples
}

/** Tokens of a member; whole after a split into as many identities as any attack makes. */
const STAKE = 1024n * 10n ** 18n

/** The members of a run: their shares of the data, their trainers, their seats. The last `byzantine` of them attack. */
export function cohortOf(cell: Cell, settings: LabSettings, { dataset, backend, attack, rule }: LabParts): Cohort {
  const { members, byzantine, seed, partition } = cell
  const base = defaultTask({ model: settings.model, seed, partition })
  const task = {
    ...base,
    document: { ...base.document, dataset: cell.dataset, local: { ...base.document.local, samples: settings.samples } },
  }
  const { train } = dataset
  const { classes } = dataset
  const shares = partitionSamples({ partition: parsePartition(partition), labels: train.labels, classes, members, seed })
  const attackers = attack ? byzantine : 0
  const poison = attack && !isOmniscient(attack) ? attack : undefined
  const trainerFor = (data: Samples, name: string, poisoned = false): Trainer =>
    createTfjsTrainer({
      document: task.document,
      spec: { tensors: task.tensors } satisfies Pick<TaskSpec, 'tensors'>,
      data,
      backend,
      seed: `${seed}/${name}`,
      ...(poisoned && poison ? { attack: poison } : {}),
    })
  const isAttacker = (member: number): boolean => member >= members - attackers
  const trainers = shares.map((share, i) => trainerFor(takeSamples(train, share), `member-${i}`, isAttacker(i)))
  const identities = attack && isOmniscient(attack) ? (attack.identities ?? 1) : 1
  const seats = shares
    .flatMap((_, member) => Array.from({ length: isAttacker(member) ? identities : 1 }, () => member))
    .map((member, slot) => {
      const attacker = isAttacker(member)
      return { member, attacker, slot, address: addressOf(slot), stake: attacker ? STAKE / BigInt(identities) : STAKE }
    })
  const { rootSamples, testSamples } = settings
  const total = dataset.test.labels.length
  const range = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, i) => from + i)
  const root =
    rule.publicRow === 'root' ? trainerFor(takeSamples(dataset.test, range(total - rootSamples, total)), 'root') : undefined
  return { task, trainers, root, seats, test: takeSamples(dataset.test, range(0, Math.min(testSamples, total - rootSamples))) }
}

function addressOf(slot: number): `0x${string}` {
  const random = createRandom('address', slot)
  return toHex(Uint8Array.from({ length: 20 }, () => random.below(256)))
}

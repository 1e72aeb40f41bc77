import { join } from 'node:path'
import { QuorateError } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { poisonedSamples } from '../../src/lab/attacks/index.ts'
import { trainingWithin } from '../../src/lab/privacy/index.ts'
import type { LabPrivacy } from '../../src/lab/privacy/index.ts'
import type { MeasuredMember, SimulatedMember } from '../../src/lab/simulation/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import {
  createTfjsEvaluator,
  createTfjsLearner,
  keepPersonal,
  layoutOf,
  openNetwork,
  personalParts,
  selectBackend,
} from '../../src/training/index.ts'
import type { BackendChoice, Evaluation, Learner, PrivateTraining, Samples, TaskDocument } from '../../src/training/index.ts'
import { createProcessLearner, splitCommand } from '../../src/training/process/index.ts'
import type { TrialLearner } from '../../coordinator/task-file/index.ts'
import { divideData, memberPlaces } from './divide-data.ts'
import type { DividedData, DivideOptions } from './divide-data.ts'
import { castMembers } from './options.ts'
import type { AttackShare } from './options.ts'

export interface CastOptions extends DivideOptions {
  attacks: readonly AttackShare[]
  /** Command of a program that trains in place of the built-in learner. */
  trainer?: string
  /** Honest members train with differential privacy; with batches of the task where none are given. */
  privacy?: Omit<LabPrivacy, 'batch'> & { batch?: number | undefined }
  /** Rounds that a budget of privacy is to last. */
  rounds: number
  backend: BackendChoice
  logger: Logger
}

/** Every member with what trains for it, and what measures models. Dispose of it. */
export interface Cast extends Disposable {
  /** For people: where members train. */
  backend: string
  members: SimulatedMember[]
  /** Of a member with its own layers, on the records that it holds out, where it has any. */
  evaluate: (weights: Float32Array, signal?: AbortSignal, of?: MeasuredMember) => Promise<Evaluation>
  /** Records that all are measured on; 0 where programs of the members measure. */
  records: number
}

const MEMBERS = 10

/** Makes the members of a simulation. Data are read once, whoever asks first. */
export class Casting {
  readonly #options: CastOptions
  #data: Promise<DividedData> | undefined

  constructor(options: CastOptions) {
    this.#options = options
  }

  /** The trial of the founder, who has the data of the first member. */
  readonly trial: TrialLearner = async (document, spec) => {
    const { trainer } = this.#options
    if (trainer !== undefined) return this.#program(document, spec, { index: 0, members: await this.#count() })
    const { members } = await this.#divided(document)
    return createTfjsLearner({
      document,
      spec,
      data: members[0]!.samples,
      backend: await selectBackend(this.#options.backend),
      seed: document.seed,
    })
  }

  /** @throws QuorateError FLAG_INVALID, DATASET_NOT_FOUND, DATA_…, BACKEND_UNAVAILABLE, MODEL_MISMATCH, CONFIG_INVALID */
  async cast(document: TaskDocument, spec: TaskSpec): Promise<Cast> {
    return this.#options.trainer === undefined ? this.#learners(document, spec) : this.#programs(document, spec)
  }

  async #learners(document: TaskDocument, spec: TaskSpec): Promise<Cast> {
    const { attacks, seed } = this.#options
    const { members, test } = await this.#divided(document)
    const parts = castMembers(attacks, members.length)
    const backend = await selectBackend(this.#options.backend)
    const cast = members.map(({ name, samples }, index): SimulatedMember => {
      const attack = parts[index]
      const own = `${seed}/${name}`
      const data = attack ? poisonedSamples(attack, samples, document, own) : samples
      const privacy = attack === undefined ? this.#privacyOf(document, data) : undefined
      const learner = createTfjsLearner({ document, spec, data, backend, seed: own, privacy })
      return { name, ...(attack && { attack }), samples: samples.labels.length, learner }
    })
    const network = openNetwork(document)
    const evaluatorOf = (held: Samples): Pick<Learner, 'evaluate'> =>
      createTfjsEvaluator({ document, spec, test: held, backend, network })
    const common = evaluatorOf(test)
    const apart = new Map(members.flatMap(({ name, test: own }) => (own ? [[name, evaluatorOf(own)] as const] : [])))
    return {
      backend: `${backend.name} (${backend.detail})`,
      members: cast,
      async evaluate(weights, signal, of) {
        const evaluator = (of && apart.get(of.member.name)) ?? common
        return evaluator.evaluate(weights, signal, of?.personal)
      },
      records: apart.size > 0 ? members.reduce((sum, { test: own }) => sum + (own?.labels.length ?? 0), 0) : test.labels.length,
      [Symbol.dispose]() {
        for (const { learner } of cast) learner.dispose()
        void network.then(
          (one) => one[Symbol.dispose](),
          () => {},
        )
      },
    }
  }

  #privacyOf(document: TaskDocument, data: Samples): PrivateTraining | undefined {
    const { privacy, rounds } = this.#options
    if (!privacy) return undefined
    return trainingWithin({ ...privacy, batch: privacy.batch ?? document.local.batchSize }, { document, data }, rounds)
  }

  async #programs(document: TaskDocument, spec: TaskSpec): Promise<Cast> {
    const { attacks } = this.#options
    const count = await this.#count()
    const places = await this.#places()
    const parts = castMembers(attacks, count)
    const wrong = parts.find((attack) => attack?.poisonLabels ?? attack?.poisonSamples)
    if (wrong)
      throw new QuorateError(
        'FLAG_INVALID',
        `--attack ${wrong.name}: the samples belong to the program of --trainer; choose an attack on updates`,
      )
    const members: SimulatedMember[] = []
    const dispose = (): void => {
      for (const { learner } of members) learner.dispose()
    }
    try {
      for (const [index, attack] of parts.entries()) {
        const learner = await this.#program(document, spec, { index, members: count })
        members.push({ name: places?.[index] ?? `member-${index}`, ...(attack && { attack }), learner })
      }
    } catch (error) {
      dispose()
      throw error
    }
    return {
      backend: 'programs of the members',
      members,
      evaluate: async (weights, signal, of) => (of?.member ?? members[0]!).learner.evaluate(weights, signal, of?.personal),
      records: 0,
      [Symbol.dispose]: dispose,
    }
  }

  async #program(
    document: TaskDocument,
    spec: Pick<TaskSpec, 'tensors'>,
    of: { index: number; members: number },
  ): Promise<Learner> {
    const { trainer, folder, logger, seed } = this.#options
    const places = await this.#places()
    const data = places ? join(folder!, places[of.index]!) : folder
    const values: Record<string, string> = {
      index: String(of.index),
      members: String(of.members),
      ...(data !== undefined && { data }),
    }
    const { name: _name, tensors: _tensors, genesis: _genesis, ...training } = document
    const parts = personalParts(document)
    const learner = await createProcessLearner({
      command: splitCommand(trainer!).map((word) => word.replaceAll(/\{(\w+)\}/g, (found, key: string) => values[key] ?? found)),
      layout: parts?.whole ?? layoutOf(document, spec.tensors),
      training: JSON.stringify(training),
      seed: `${seed}/${of.index}`,
      logger: logger.child({ member: of.index }),
    })
    return keepPersonal(learner, parts)
  }

  async #count(): Promise<number> {
    return (await this.#places())?.length ?? this.#options.members ?? MEMBERS
  }

  /** Names of the members' folders or files, where each has one. */
  async #places(): Promise<string[] | undefined> {
    return this.#options.division?.kind === 'folders' ? memberPlaces(this.#options) : undefined
  }

  async #divided(document: Pick<TaskDocument, 'data' | 'dataset'>): Promise<DividedData> {
    return (this.#data ??= divideData(document, this.#options))
  }
}

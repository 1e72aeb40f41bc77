import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keepMeasured } from './measured.ts'
import { sharedMetrics } from './shared-metrics.ts'
import type { Logger, Metrics } from '../src/core/index.ts'
import { shareEvaluation, shareSpending, tellDamage } from '../src/node/index.ts'
import type { DutyNeeds, NodeEvents, RoundDuties, TaskNode } from '../src/node/index.ts'
import { memberUnits } from '../src/protocol/index.ts'
import type { Hash, TaskSpec } from '../src/protocol/index.ts'
import { grantedMembers } from '../src/replay/index.ts'
import { train } from './duties/train.ts'
import type { MemberTrainer, MemberTraining, TrainingNeeds } from './member-data.ts'
import type { MaskedRows } from './masking/masked-rows.ts'
import { PrivacyLedger } from './privacy/privacy-ledger.ts'
import { serialTrainer } from './serial-trainer.ts'
import { personalStore, VectorStore } from './vector-store.ts'

/**
 * What a member that trains has besides a node. What this file imports may load the machine-learning library: a
 * watching node never imports it.
 */
export interface TrainingDuty {
  backend: string
  /** Its device, and why it was chosen. */
  detail?: string
  samples?: number
  /** @param masked in a task with buckets, the member's rows under masks */
  duty(needs: DutyNeeds, masked?: Pick<MaskedRows, 'commitTo'>): RoundDuties['train']
  /** Measures every verified model on the member's test samples, if the configuration asks for it. */
  evaluate(node: Pick<TaskNode, 'ports' | 'evaluations'>, events: NodeEvents, signal: AbortSignal): void
  /** Tells the peers what each sealed update spent of the privacy budget, if the member trains privately and wants to tell it. */
  stateSpending(node: Pick<TaskNode, 'ports' | 'rounds' | 'spendings'>): void
  dispose(): void
}

/** @throws QuorateError DATASET_NOT_FOUND, DATASET_CORRUPT, BACKEND_UNAVAILABLE, MODEL_MISMATCH, CONFIG_INVALID, SPEC_INVALID */
export async function openTraining(
  training: MemberTraining,
  needs: {
    spec: TaskSpec
    document: string
    secret: Hash
    dataFolder: string
    logger: Logger
    metrics: Metrics
    signal?: AbortSignal
  },
): Promise<TrainingDuty> {
  const { dataFolder, logger } = needs
  const { tensors, most } = memberUnits(needs.spec)
  const units = { spec: { ...needs.spec, tensors }, ...(most !== undefined && { most }) }
  const prepared = await prepare(training, { ...needs, ...units })
  const trainer = serialTrainer(prepared.trainer)
  const tell = tellDamage(needs)
  const { privacy } = training
  const vectors = (name: string): VectorStore => new VectorStore(join(dataFolder, privacy ? `private-${name}` : name), tell(name))
  const [residuals, momenta] = [vectors('residuals'), vectors('momenta')]
  const personal = personalStore(dataFolder, { kind: privacy ? 'private-personal' : 'personal', onDamaged: tell('personal') })
  if (privacy) await removeVectors(dataFolder)
  let ledger: PrivacyLedger | undefined
  return {
    backend: prepared.backend,
    ...(prepared.detail !== undefined && { detail: prepared.detail }),
    samples: prepared.samples,
    duty({ ports, events, journal, sender }, masked) {
      const { planned } = prepared
      ledger =
        privacy && new PrivacyLedger({ journal, path: privacy.ledger, budget: privacy, planned, folder: dataFolder, logger })
      const granted = grantedMembers(sender.chain, ports.task)
      const isGranted =
        granted &&
        (async (openedAt: number, abort: AbortSignal) =>
          (await granted({ members: [ports.voice.owner], openedAt, signal: abort })) === 1n)
      return train({
        ...ports,
        trainer,
        residuals,
        momenta,
        personal,
        privacy: ledger,
        isGranted,
        events,
        ...(masked && { masked }),
      })
    },
    evaluate({ ports, evaluations }, events, signal) {
      if (!training.evaluate) return
      const shared = sharedMetrics(needs.document)
      events.on('replayed', ({ round, claimHash }) => {
        void (async () => {
          const state = await ports.stores.states.load(claimHash)
          if (!state) return
          // The own layers after the training that this model came from.
          const own = await personal.load(state.height + 1)
          const evaluation = await trainer.evaluate(state.model, signal, own)
          await keepMeasured(join(dataFolder, 'measured'), round, evaluation)
          // A confusion matrix is for its owner, and not for a stream of events.
          const { confusion: _, ...measured } = evaluation
          events.emit({ event: 'evaluated', round, ...measured })
          if (!training.shareEvaluation) return
          const { loss, accuracy, samples, metrics = {} } = measured
          const values = { ...metrics, loss, ...(accuracy !== undefined && { accuracy }) }
          const named = Object.fromEntries(Object.entries(values).filter(([name]) => shared.includes(name)))
          await shareEvaluation(ports, evaluations, { round, modelRoot: state.claim.modelRoot, samples, metrics: named })
        })().catch((error: unknown) => logger.debug({ round, error: String(error) }, 'could not evaluate the model'))
      })
    },
    stateSpending({ ports, rounds, spendings }) {
      if (!privacy || privacy.shareSpending === false) return
      let said: string | undefined
      rounds.onChange((state) => {
        const { plan, own, seal } = state
        const update = own && `${plan.round}/${own.salt}`
        if (!seal || !own || update === said) return
        said = update
        const cost = ledger?.costOf(plan.base, own.updateRoot)
        if (!cost) return
        shareSpending(ports, spendings, state, cost).catch((error: unknown) => {
          // The next change of the round tries again.
          said = undefined
          logger.warn({ round: plan.round, error: String(error) }, 'the members do not hear what this update spent')
        })
      })
    },
    dispose() {
      ledger?.[Symbol.dispose]()
      trainer.dispose()
    },
  }
}

/** What was made of records without noise before privacy was switched on. It would reach others with the next update, and no budget counts it. */
async function removeVectors(dataFolder: string): Promise<void> {
  for (const name of ['residuals', 'momenta']) await rm(join(dataFolder, name), { recursive: true, force: true })
}

/** Only what trains in this process loads a machine-learning library. */
async function prepare(training: MemberTraining, needs: TrainingNeeds & { dataFolder: string }): Promise<MemberTrainer> {
  if (training.ready) return training.ready
  if (training.trainer)
    return (await import('./process-training.ts')).prepareProcessTraining({ ...training, trainer: training.trainer }, needs)
  if (training.ownProcess && !training.createTrainer)
    return (await import('./tfjs-process.ts')).prepareTfjsProcess(training, needs)
  return (await import('./member-data.ts')).prepareTraining(training, needs)
}

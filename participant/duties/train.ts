import { randomBytes } from 'node:crypto'
import { admissionFault, createWasmKernels } from '../../src/aggregation/index.ts'
import { ERRORS, isQuorateError, QuorateError } from '../../src/core/index.ts'
import type { Logger, Metrics } from '../../src/core/index.ts'
import { emptyChecks, takeChecks } from '../../src/engine/index.ts'
import { bucketTerms, chunkHashes, longestInBucket, SEGMENT, toHex } from '../../src/protocol/index.ts'
import type { Hash, OwnUpdate, RoundEvent, TaskSpec } from '../../src/protocol/index.ts'
import type { DutyHandlers, NodeEvents, Stores } from '../../src/node/index.ts'
import { admittedNorm, longestUpdate } from '../../src/training/clip-update.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { MaskedRows } from '../masking/masked-rows.ts'
import type { PrivacyLedger } from '../privacy/privacy-ledger.ts'
import type { VectorStore } from '../vector-store.ts'
import { progressLog } from './progress-log.ts'
import { trainingDeadline } from './training-deadline.ts'

/** Exit code of errors about data, model and training. */
const OF_TRAINING = 5

export interface TrainNeeds {
  task: { spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq' | 'committee'> }
  stores: {
    states: Pick<Stores['states'], 'waitFor'>
    updates: Pick<Stores['updates'], 'put' | 'has' | 'delete'>
    leaves: Pick<Stores['leaves'], 'add'>
  }
  trainer: Pick<Trainer, 'train'>
  residuals: Pick<VectorStore, 'load' | 'save'>
  momenta: Pick<VectorStore, 'load' | 'save'>
  /** The member's own layers, for tasks with personal layers. */
  personal: Pick<VectorStore, 'load' | 'save'>
  /** Where the member's records are private: what each update costs. */
  privacy?: Pick<PrivacyLedger, 'made' | 'reserve' | 'charge' | 'forfeit' | 'report'>
  /** In a task that asks for grants of data: whether this member had one when the round opened. */
  isGranted?: ((openedAt: number, signal: AbortSignal) => Promise<boolean>) | undefined
  /** In a task with buckets, the member's rows under masks: an update is masked once, and nobody gets it without masks. */
  masked?: Pick<MaskedRows, 'commitTo'>
  events: Pick<NodeEvents, 'emit'>
  logger: Pick<Logger, 'info' | 'warn'>
  metrics: Pick<Metrics, 'observe' | 'count'>
  /** Seconds, for the log of a long training; the time since the process started if left out. */
  now?: () => number
}

/**
 * Trains: the trainer makes an update from the base model, this member's own data and what its last update left over.
 * The update and the state for the next training, personal layers among it, are on disk before the round gets the update, so a crash costs at most
 * one training: it is repeated from the state before. An update with forbidden values or padding is not stored: its member would pay for it.
 *
 * A training that fails for the model, the data or the program that trains would fail again: the member then sends no update in that round, and the next
 * round trains again. A restart of the node may train again in the same round. What fails for the disk is tried again by the runner of duties.
 *
 * In a task that asks for grants of data, a member without one sends no update: nobody would say that it holds the update.
 *
 * Where the records are private, an update is charged before the round gets it. A round that opens again on the same model then gets the update that was charged.
 */
export function train(needs: TrainNeeds): DutyHandlers<'train'> {
  const {
    stores,
    trainer,
    residuals,
    momenta,
    personal,
    privacy,
    isGranted,
    masked,
    events,
    logger,
    metrics,
    now = () => performance.now() / 1000,
  } = needs
  const kernels = createWasmKernels()
  let skipped: bigint | undefined
  const skip = (round: bigint, { code, message }: QuorateError): [] => {
    skipped = round
    metrics.count('round_effect_failures_total', { effect: 'train', code })
    logger.warn({ round, code }, `no update in this round: ${message}. ${ERRORS[code].advice}`)
    events.emit({ event: 'trainingSkipped', round, code, reason: message })
    return []
  }
  const commitTo = (own: Omit<OwnUpdate, 'salt'>): RoundEvent[] => [{ type: 'trained', ...own, salt: toHex(randomBytes(32)) }]
  /** Stores an update where others fetch it. */
  const keep = async (update: Int8Array): Promise<Hash> => {
    const bytes = new Uint8Array(update.buffer, update.byteOffset, update.byteLength)
    const checks = emptyChecks(bytes.length / SEGMENT)
    takeChecks(checks, bytes)
    const root = stores.leaves.add(chunkHashes(bytes), checks)
    await stores.updates.put(root, bytes, { verify: false })
    return root
  }
  return {
    async train(_effect, state, signal) {
      const { round, base, openedAt } = state.plan
      if (round === skipped) return []
      if (isGranted && !(await isGranted(openedAt, signal)))
        return skip(
          round,
          new QuorateError(
            'GRANT_MISSING',
            'no owner of data that the task names had granted this member access when the round opened',
          ),
        )
      // What was under masks in one round has no other masks in the next: the row is made anew.
      const made = masked ? undefined : privacy?.made(base)
      if (made !== undefined && (await stores.updates.has(made))) {
        logger.info(
          { round, updateRoot: made },
          'the update that was made on this model is sent again: another one would cost more privacy',
        )
        return commitTo({ updateRoot: made })
      }
      const refused = await ofTraining(async () => privacy?.reserve())
      if (isQuorateError(refused)) return skip(round, refused)
      const { model, height, medianNorm } = await stores.states.waitFor(base, signal)
      // By height, not by round number: a round that opens again after a void or a rejection gets the same training.
      const step = height + 1
      const residual = await residuals.load(step)
      const momentum = await momenta.load(step)
      const own = await personal.load(step)
      const { spec } = needs.task
      const longest = Math.min(longestUpdate(medianNorm) ?? Infinity, admittedNorm(spec.maxNormSq))
      const terms = bucketTerms(spec)
      const maxNorm = terms ? longestInBucket(longest, terms.size) : longest
      const onProgress = progressLog({ logger, events, round, now })
      const deadline = trainingDeadline(state, Date.now())
      const input = { model, step, round, deadline, residual, momentum, personal: own, maxNorm, signal, onProgress }
      const trained = await ofTraining(async () => trainer.train(input))
      if (isQuorateError(trained)) {
        if (trained.code === 'TRAINING_DIVERGED') await privacy?.forfeit()
        return skip(round, trained)
      }
      const { update, metrics: facts } = trained
      // INVARIANT: a node never commits to what would cost its member stake (`proveGarbage`).
      const fault = admissionFault(kernels, spec, update)
      if (fault && fault.code !== 'UPDATE_NORM') {
        await privacy?.forfeit()
        return skip(round, new QuorateError(fault.code, `the trainer made an update that no task takes: ${fault.message}`))
      }
      const committed = masked
        ? await ofMasks(async () => masked.commitTo(state.plan, update))
        : { updateRoot: await keep(update) }
      if (isQuorateError(committed)) return skip(round, committed)
      // INVARIANT: nobody sees an update, or anything made of it, that no budget paid for.
      const unpaid = await ofTraining(async () => privacy?.charge(base, committed.updateRoot, trained.spent))
      if (isQuorateError(unpaid)) {
        if (!masked) await stores.updates.delete(committed.updateRoot)
        return skip(round, unpaid)
      }
      await residuals.save(step, trained.residual)
      if (trained.momentum) await momenta.save(step, trained.momentum)
      if (trained.personal) {
        await personal.save(step, trained.personal)
        if (!own && residual)
          logger.warn(
            { round },
            'the personal layers of earlier rounds are not here: they began again with the first values of the task',
          )
      }
      const { loss, samples, clipped, seconds } = facts
      metrics.observe('training_seconds', seconds)
      logger.info({ round, loss, samples, seconds }, 'trained')
      events.emit({ event: 'trained', round, loss, samples, clipped, seconds })
      if (privacy) events.emit({ event: 'privacySpent', round, ...privacy.report })
      return commitTo(committed)
    },
  }
}

/** The same of masks: without a key that gives secrets, a member sits the epoch out. */
async function ofMasks<T>(work: () => Promise<T>): Promise<T | QuorateError> {
  return work().catch((error: unknown) => {
    if (isQuorateError(error, 'MASK_KEY_INVALID') || isQuorateError(error, 'UPDATE_VALUE')) return error
    throw error
  })
}

/** What the work gives, or the error of data, model, training or budget that it ends with: such an error costs the round and not the node. */
async function ofTraining<T>(work: () => Promise<T>): Promise<T | QuorateError> {
  return work().catch((error: unknown) => {
    if (isQuorateError(error) && ERRORS[error.code].exit === OF_TRAINING) return error
    throw error
  })
}

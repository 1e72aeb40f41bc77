import { QuorateError } from '../../core/errors.ts'
import { fromHex, toHex } from '../bytes.ts'
import type { EvaluationSchema } from '../gen/quorate/v1/messages_pb.ts'
import { keccak } from '../hash.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore, late, repeated } from './verdict.ts'
import type { Objection } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** A number that a member measured: loss, accuracy, f1, … In millionths, so that it has one form. */
export interface Metric {
  name: string
  /** −10^12…10^12 */
  millionths: bigint
}

/** What a member measured of the model of a round on test samples of its own. It stands beside the protocol: no claim depends on it. */
export interface EvaluationMessage extends RoundMessage, Signed {
  kind: 'evaluation'
  member: Address
  modelRoot: Hash
  /** Test samples, at least one. */
  samples: number
  /** Ascending by name, each name once. */
  metrics: readonly Metric[]
}

export const METRIC_LIMITS = { metrics: 16, nameLength: 32, most: 10n ** 12n } as const

/** Names of metrics: of code, and of no text. */
export const METRIC_NAME = /^[a-z][a-z0-9_.-]{0,31}$/

/** What an evaluation is judged by. */
export interface ModelWorld {
  /** Model root of the claim of the round that stands; undefined where the round has none that is recent. */
  modelRoot: Hash | undefined
  /** The newest round with a claim that stands; 0 before the first. */
  newest: bigint
  /** The evaluation of the member that is known, by its digest. */
  known: Hash | undefined
}

/** What speaks against an evaluation, signature and membership aside. The first one of a member counts. */
export function judgeEvaluation(message: EvaluationMessage, { modelRoot, newest, known }: ModelWorld): Objection | undefined {
  if (modelRoot === undefined) return message.round > newest ? early(message) : late(message)
  if (modelRoot !== message.modelRoot)
    return ignore('MESSAGE_EARLY', `the evaluation is of another model than the one that stands in round ${message.round}`)
  return known === undefined ? undefined : repeated(message, known === evaluationDigest(message))
}

/** Hash of the numbers: a line `name=millionths` for each. */
export function metricsHash(metrics: readonly Metric[]): Hash {
  const text = metrics.map(({ name, millionths }) => `${name}=${millionths}`).join('\n')
  return toHex(keccak(new TextEncoder().encode(text)))
}

/** Tells two evaluations of one member and model apart. */
export function evaluationDigest({ samples, metrics }: Pick<EvaluationMessage, 'samples' | 'metrics'>): Hash {
  return metricsHash([...metrics, { name: 'samples', millionths: BigInt(samples) }])
}

/**
 * Metrics in their form: bounded, ascending, without names that are no names. Numbers that have no place in it are left out.
 *
 * @example metricsOf({ loss: 0.25 }) // [{ name: 'loss', millionths: 250000n }]
 */
export function metricsOf(values: Readonly<Record<string, number>>): Metric[] {
  return Object.entries(values)
    .filter(([name, value]) => METRIC_NAME.test(name) && Math.abs(value) <= Number(METRIC_LIMITS.most / 1_000_000n))
    .map(([name, value]) => ({ name, millionths: BigInt(Math.round(value * 1e6)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, METRIC_LIMITS.metrics)
}

/** Metrics as numbers. */
export function metricValues(metrics: readonly Metric[]): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name, millionths }) => [name, Number(millionths) / 1e6]))
}

/** @throws QuorateError MESSAGE_MALFORMED */
export function checkMetrics(metrics: readonly Metric[]): Metric[] {
  const malformed = (problem: string): QuorateError => new QuorateError('MESSAGE_MALFORMED', `metrics: ${problem}`)
  if (metrics.length > METRIC_LIMITS.metrics)
    throw malformed(`${metrics.length} metrics, and at most ${METRIC_LIMITS.metrics} are taken`)
  return metrics.map(({ name, millionths }, index) => {
    if (!METRIC_NAME.test(name)) throw malformed(`${JSON.stringify(name.slice(0, 40))} is no name of a metric`)
    if (index > 0 && metrics[index - 1]!.name >= name) throw malformed('the names do not ascend')
    if (millionths < -METRIC_LIMITS.most || millionths > METRIC_LIMITS.most) throw malformed(`${name} is out of bounds`)
    return { name, millionths }
  })
}

export const EVALUATION = {
  name: 'Evaluation',
  fields: { task: 'uint256', round: 'uint64', model: 'bytes32', samples: 'uint32', metrics: 'bytes32' },
} as const satisfies TypedData

export const evaluation = {
  typed: EVALUATION,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, modelRoot, samples, metrics }) => ({
    task,
    round,
    model: modelRoot,
    samples,
    metrics: metricsHash(metrics),
  }),
  // A model outlives its round, and so do its evaluations: `judgeEvaluation` judges them by the claim.
  judge: () => undefined,
  event: () => undefined,
  known: () => [],
  wire: {
    from({ task, round, member, modelRoot, samples, metrics, signature }) {
      if (samples === 0) throw new QuorateError('MESSAGE_MALFORMED', 'samples is 0')
      return {
        kind: 'evaluation',
        task,
        round,
        member: addressField(member, 'member'),
        modelRoot: hashField(modelRoot, 'model_root'),
        samples,
        metrics: checkMetrics(metrics),
        signature: signatureField(signature),
      }
    },
    to: ({ task, round, member, modelRoot, samples, metrics, signature }) => ({
      task,
      round,
      member: fromHex(member),
      modelRoot: fromHex(modelRoot),
      samples,
      metrics: metrics.map(({ name, millionths }) => ({ name, millionths })),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<EvaluationMessage, typeof EvaluationSchema, typeof EVALUATION>

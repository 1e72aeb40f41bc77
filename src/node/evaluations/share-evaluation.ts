import { metricsOf, STATEMENTS } from '../../protocol/index.ts'
import type { EvaluationMessage, Hash } from '../../protocol/index.ts'
import type { NodePorts } from '../ports.ts'
import type { Evaluations } from './evaluations.ts'

export interface OwnEvaluation {
  round: bigint
  modelRoot: Hash
  samples: number
  /** Numbers that may leave the member, by name. */
  metrics: Readonly<Record<string, number>>
}

/**
 * Signs what this member measured and tells its peers. Said once: a second measurement of the same model is kept to itself.
 *
 * @returns what was said; undefined where this node was no member of the round, or has said it
 */
export async function shareEvaluation(
  { task, voice }: Pick<NodePorts, 'task' | 'voice'>,
  evaluations: Pick<Evaluations, 'validate' | 'take'>,
  { round, modelRoot, samples, metrics: values }: OwnEvaluation,
): Promise<EvaluationMessage | undefined> {
  const metrics = metricsOf(values)
  if (samples < 1 || metrics.length === 0) return undefined
  const unsigned = { kind: 'evaluation', task: task.id, round, member: voice.owner, modelRoot, samples, metrics } as const
  const signature = await voice.sign('Evaluation', STATEMENTS.evaluation.body({ ...unsigned, signature: '0x' }))
  const message: EvaluationMessage = { ...unsigned, signature }
  if ((await evaluations.validate(message)).verdict !== 'accept') return undefined
  evaluations.take(message)
  await voice.publish(message)
  return message
}

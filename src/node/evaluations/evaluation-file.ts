import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { checkMetrics } from '../../protocol/index.ts'
import type { EvaluationMessage } from '../../protocol/index.ts'
import type { RoundFileKind } from '../stores/round-files.ts'

const hex = (bytes: number) => z.templateLiteral(['0x', z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))])
const digits = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform(BigInt)
const uint64 = digits.refine((value) => BigInt.asUintN(64, value) === value)
const fileSchema = z.strictObject({
  round: uint64,
  evaluations: z
    .array(
      z.strictObject({
        task: uint64,
        member: hex(20),
        modelRoot: hex(32),
        samples: z
          .int()
          .min(1)
          .max(2 ** 32 - 1),
        metrics: z.array(z.strictObject({ name: z.string(), millionths: digits })),
        signature: hex(65),
      }),
    )
    .max(1024),
})

/** Evaluations in files. */
export const EVALUATION_FILES: RoundFileKind<EvaluationMessage> = {
  name: 'evaluations',
  format: formatEvaluations,
  parse: parseEvaluations,
}

/** The evaluations in the text of a file. @throws QuorateError STORAGE_FAILED for a text that the node did not write, or one of another round */
export function parseEvaluations(text: string, round: bigint): EvaluationMessage[] {
  try {
    const { round: found, evaluations } = fileSchema.parse(JSON.parse(text))
    if (found !== round) throw new TypeError(`it is of round ${found}`)
    return evaluations.map(({ metrics, ...rest }) => ({ kind: 'evaluation', round, ...rest, metrics: checkMetrics(metrics) }))
  } catch (cause) {
    throw new QuorateError('STORAGE_FAILED', `the evaluations of round ${round} are damaged: delete the file`, { cause })
  }
}

/** The text of a file. */
export function formatEvaluations(round: bigint, evaluations: readonly EvaluationMessage[]): string {
  const written = evaluations.map(({ task, member, modelRoot, samples, metrics, signature }) => ({
    task: task.toString(),
    member,
    modelRoot,
    samples,
    signature,
    metrics: metrics.map(({ name, millionths }) => ({ name, millionths: millionths.toString() })),
  }))
  return JSON.stringify({ round: round.toString(), evaluations: written })
}

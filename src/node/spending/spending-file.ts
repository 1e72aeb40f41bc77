import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { checkSpending } from '../../protocol/index.ts'
import type { SpendingMessage } from '../../protocol/index.ts'
import type { RoundFileKind } from '../stores/round-files.ts'

const hex = (bytes: number) => z.templateLiteral(['0x', z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))])
const uint64 = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
  .refine((value) => BigInt.asUintN(64, value) === value)
const schema = z.strictObject({
  round: uint64,
  spendings: z
    .array(
      z.strictObject({
        task: uint64,
        member: hex(20),
        commitment: hex(32),
        epsilon: uint64,
        total: uint64,
        delta: uint64,
        steps: z.array(z.strictObject({ noise: uint64, rate: uint64, steps: uint64 })),
        signature: hex(65),
      }),
    )
    .max(1024),
})

/** Spendings in files. */
export const SPENDING_FILES: RoundFileKind<SpendingMessage> = {
  name: 'spendings',
  format: formatSpendings,
  parse: parseSpendings,
}

/** The spendings in the text of a file. @throws QuorateError STORAGE_FAILED for a text that the node did not write, or one of another round */
export function parseSpendings(text: string, round: bigint): SpendingMessage[] {
  try {
    const { round: found, spendings } = schema.parse(JSON.parse(text))
    if (found !== round) throw new TypeError(`it is of round ${found}`)
    return spendings.map((one) => checkSpending({ kind: 'spending', round, ...one }))
  } catch (cause) {
    throw new QuorateError('STORAGE_FAILED', `the spendings of round ${round} are damaged: delete the file`, { cause })
  }
}

/** The text of a file. */
export function formatSpendings(round: bigint, spendings: readonly SpendingMessage[]): string {
  const written = spendings.map(({ task, member, commitment, epsilon, total, delta, steps, signature }) => ({
    task,
    member,
    commitment,
    epsilon,
    total,
    delta,
    steps,
    signature,
  }))
  return JSON.stringify({ round, spendings: written }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

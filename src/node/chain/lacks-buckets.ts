import { readCurrentRound, readTaskBuckets } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import { bucketTerms } from '../../protocol/index.ts'
import type { TaskSpec } from '../../protocol/index.ts'

const WAITING = 'waiting for the buckets of the next rounds to be drawn, among members that registered keys for masks'

/**
 * What a seat has to wait for in a task with buckets: a round that opens before its buckets are drawn is lost. Undefined once the next round or the one after it has them: a round that cannot have
 * any more is worth losing.
 */
export function lacksBuckets(
  chain: Chain,
  { ledger, vault, task, spec }: Pick<Contracts, 'ledger' | 'vault'> & { task: bigint; spec: Pick<TaskSpec, 'committee'> },
): (signal: AbortSignal) => Promise<string | undefined> {
  return async (signal) => {
    if (!bucketTerms(spec)) return undefined
    const { round } = await readCurrentRound(chain, { ledger, task, signal })
    for (const number of [round, round + 1n])
      if (await readTaskBuckets(chain, { ledger, vault, task, round: number, spec, signal })) return undefined
    return WAITING
  }
}

import { zeroAddress } from 'viem'
import { isRepeated } from '../../aggregation/index.ts'
import { encodeProof, estimateProof, proveFraud, readJudge, toLedgerEvent } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError } from '../../core/index.ts'
import { buildOutlierProof } from '../../judge/index.ts'
import type { ClaimParts } from '../../judge/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { NodeEvents } from '../events/index.ts'

export interface OutlierNeeds {
  contracts: Pick<Contracts, 'ledger'>
  sender: TransactionSender
  events: Pick<NodeEvents, 'emit'>
  signal?: AbortSignal
}

/** Slots of the members whose quarantine began in this round and is not their first within memory. */
export function outliersOf({ ledger, round }: Pick<ClaimParts, 'ledger' | 'round'>): number[] {
  return [...ledger].flatMap(([slot, leaf]) => (isRepeated(leaf, round) ? [slot] : [])).sort((a, b) => a - b)
}

/** Paid already, out of the ring, or not final. */
const OVER = ['AlreadyPenalised', 'NotFinal', 'NoClaim']

/**
 * Has the outliers of a final claim pay the fault penalty, all of which is burned: `proveOutlier` for each. Those who paid, and rounds the ledger has
 * forgotten, are passed over. Sender: anyone; there is nothing to earn.
 *
 * @throws QuorateError those of every write
 */
export async function penaliseOutliers(parts: ClaimParts, { contracts, sender, events, signal }: OutlierNeeds): Promise<void> {
  const { task, round } = parts
  const { ledger } = contracts
  for (const slot of outliersOf(parts)) {
    const judge = await readJudge(sender.chain, { ledger, task, round, signal })
    if (sameAddress(judge, zeroAddress)) return
    const member = lowerHex(parts.ledger.get(slot)!.member)
    const data = encodeProof(buildOutlierProof(parts, slot))
    try {
      await estimateProof(sender.chain, { judge, data, account: sender.address, signal })
      const result = await proveFraud(sender, { judge, data, task, round, subject: `outlier:${member}`, signal })
      const logs = result.logs.map((log) => toLedgerEvent(log as never, { ledger }))
      const fine = logs.find((event) => event?.type === 'penalised')
      const penalty = fine?.type === 'penalised' ? fine.penalty : 0n
      const { gasUsed: gas, hash: transaction } = result
      events.emit({
        event: 'penalised',
        round,
        signer: member,
        kind: 'outlier',
        proof: 'proveOutlier',
        gas,
        transaction,
        penalty,
        burned: penalty,
      })
    } catch (error) {
      if (!isQuorateError(error) || !OVER.includes(String(error.details['error']))) throw error
    }
  }
}

import { zeroAddress } from 'viem'
import { encodeProof, estimateProof, proveFraud, readJudge, toLedgerEvent } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError } from '../../core/index.ts'
import { buildGarbageProof } from '../../judge/index.ts'
import type { ClaimParts } from '../../judge/index.ts'
import { lowerHex, Reason, sameAddress } from '../../protocol/index.ts'
import type { RoundRecord } from '../../protocol/index.ts'
import type { NodeEvents } from '../events/index.ts'

export interface GarbageNeeds {
  contracts: Pick<Contracts, 'ledger'>
  sender: TransactionSender
  events: Pick<NodeEvents, 'emit'>
  signal?: AbortSignal
}

/** Rows whose member committed to an update that no node makes: forbidden values, or padding that is not zero. */
export function garbageIn({ rows }: Pick<ClaimParts, 'rows'>): number[] {
  return rows.flatMap(({ reason }, row) => (reason === Reason.value ? [row] : []))
}

/** Paid already, not signed by the member's key or not any more, out of the ring, or not final. */
const OVER = ['AlreadyPenalised', 'NoFault', 'NotFinal', 'NoClaim']

/**
 * Has the members of a final claim that committed to garbage pay the fault penalty, all of which is burned: `proveGarbage` for each.
 * Those who paid, and rounds the ledger has forgotten, are passed over. Sender: anyone; there is nothing to earn.
 *
 * @param record of the round: it has the members' signatures and salts
 * @throws QuorateError those of every write
 */
export async function penaliseGarbage(
  parts: ClaimParts,
  record: Pick<RoundRecord, 'rows'>,
  { contracts, sender, events, signal }: GarbageNeeds,
): Promise<void> {
  const { task, round } = parts
  const { ledger } = contracts
  for (const row of garbageIn(parts)) {
    const { source, reveal } = record.rows[row]!
    // A commitment that was forced on chain bears no signature.
    if (source.via === 'chain' || !reveal) continue
    const judge = await readJudge(sender.chain, { ledger, task, signal })
    if (sameAddress(judge, zeroAddress)) return
    const member = lowerHex(parts.rows[row]!.member)
    const proof = buildGarbageProof(parts, row, { salt: reveal.salt, signature: source.signature })
    const data = encodeProof(proof)
    try {
      await estimateProof(sender.chain, { judge, data, account: sender.address, signal })
      const result = await proveFraud(sender, { judge, data, task, round, subject: `garbage:${member}`, signal })
      const logs = result.logs.map((log) => toLedgerEvent(log as never, { ledger }))
      const fine = logs.find((event) => event?.type === 'penalised')
      const penalty = fine?.type === 'penalised' ? fine.penalty : 0n
      const { gasUsed: gas, hash: transaction } = result
      events.emit({
        event: 'penalised',
        round,
        signer: member,
        kind: 'garbage',
        proof: proof.functionName,
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

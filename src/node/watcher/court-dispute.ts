import { zeroAddress } from 'viem'
import { expireRequest, readCourtOfJudge, readJudge, readRequests, requestNode } from '../../chain/index.ts'
import type { Contracts, CourtCase, TransactionSender } from '../../chain/index.ts'
import { isQuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { CourtTree, lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { NodeEvent } from '../node-event.ts'
import type { Dispute, Finding } from './dispute.ts'
import { rejectionIn } from './send-proof.ts'

export interface CourtDisputeOptions {
  contracts: Pick<Contracts, 'ledger' | 'token'>
  task: bigint
  spec: TaskSpec
  /** Puts up the bonds. */
  sender: TransactionSender
  /** Where to begin looking for requests. */
  fromBlock: bigint
  /** Chain time, unix seconds. */
  now: () => number
  onEvent?: (event: NodeEvent) => void
  logger: Logger
  /** How long off-chain sources get before a bond is put up, ms. */
  patienceMs?: number
}

/** What is asked for, one after the other: whoever serves nothing cannot answer the first. */
const QUESTIONS = [CourtTree.members, CourtTree.transition, CourtTree.model, CourtTree.ledger]

/**
 * Disputes about what is withheld: asks the court for the top of one tree of the claim after the other, and lets the claim expire once a request was not answered in
 * time. Requests live on chain, so a restarted watcher finds its own, and nobody asks twice.
 */
export class CourtDispute {
  readonly #options: CourtDisputeOptions
  /** When a dispute was first brought here, ms, by claim. */
  readonly #since = new Map<string, number>()

  constructor(options: CourtDisputeOptions) {
    this.#options = options
  }

  /** Does what is due now; safe to repeat. @throws QuorateError TOKEN_BALANCE_TOO_LOW, INSUFFICIENT_FUNDS, RPC_UNREACHABLE, … */
  async step(dispute: Dispute, finding: Extract<Finding, { kind: 'withheld' | 'unproved' }>, signal: AbortSignal): Promise<void> {
    const { contracts, task, sender, fromBlock, patienceMs = 5000 } = this.#options
    const { round, claimHash } = dispute
    const { chain } = sender
    const judge = await readJudge(chain, { ledger: contracts.ledger, task, round, signal })
    const court = await readCourtOfJudge(chain, { judge, signal })
    if (sameAddress(court, zeroAddress)) return
    const asked = (await readRequests(chain, { court, task, round, fromBlock, signal })).filter(
      ({ target }) => target.claimHash === lowerHex(claimHash),
    )
    const open = asked.filter(({ status }) => status === 'open')
    for (const request of open) if (this.#options.now() >= request.deadline) return this.#expire(court, dispute, request, signal)
    if (open.length > 0 || finding.kind !== 'withheld') return
    // Peers may be slow, and a bond that is answered is gone.
    const since = this.#since.get(claimHash) ?? performance.now()
    this.#since.set(claimHash, since)
    if (performance.now() - since >= patienceMs) await this.#ask(court, dispute, asked, signal)
  }

  async #ask(court: Address, dispute: Dispute, asked: readonly CourtCase[], signal: AbortSignal): Promise<void> {
    const { contracts, task, spec, sender, onEvent, logger } = this.#options
    const { round, claim, claimHash } = dispute
    const tree = QUESTIONS.find((one) => !asked.some(({ target }) => target.tree === one))
    if (tree === undefined) return
    try {
      const { id, deadline } = await requestNode(sender, {
        court,
        token: contracts.token,
        task,
        round,
        claim,
        spec,
        tree,
        level: 0,
        index: 0n,
        signal,
      })
      logger.warn({ round, claimHash, tree, id, deadline }, 'asked the court for what is withheld')
      onEvent?.({ event: 'courtRequest', round, claimHash, id, tree, deadline })
    } catch (error) {
      // Another watcher asked the same: its request serves as well.
      if (!isQuorateError(error) || error.details['error'] !== 'AlreadyRequested') throw error
    }
  }

  async #expire(court: Address, dispute: Dispute, { id, target, requester }: CourtCase, signal: AbortSignal): Promise<void> {
    const { contracts, sender, onEvent, logger } = this.#options
    const { round, claimHash, operator } = dispute
    const result = await expireRequest(sender, { court, target, signal })
    const { penalty = 0n, bounty = 0n } = rejectionIn(result, contracts.ledger) ?? {}
    this.#since.delete(claimHash)
    logger.warn({ round, claimHash, operator, id, transaction: result.hash }, 'nothing was opened: the claim is rejected')
    onEvent?.({
      event: 'fraud',
      round,
      claimHash,
      operator: lowerHex(operator),
      proof: 'rejectWithheld',
      by: lowerHex(sender.address),
      recipient: lowerHex(requester),
      gas: result.gasUsed,
      estimatedGas: result.gasUsed,
      transaction: result.hash,
      block: result.blockNumber,
      operatorSlashed: penalty,
      bounty,
      burned: penalty - bounty,
    })
  }
}

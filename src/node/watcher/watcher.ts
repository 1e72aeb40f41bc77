import { zeroAddress } from 'viem'
import { readFinality, readJudge, readRound } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, QuorateError, systemClock } from '../../core/index.ts'
import type { Logger, Metrics, Service } from '../../core/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { NodeEvent } from '../node-event.ts'
import type { CourtDispute } from './court-dispute.ts'
import type { Dispute, Finding, Investigator } from './dispute.ts'
import { sendProof } from './send-proof.ts'

export interface WatcherOptions {
  contracts: Pick<Contracts, 'ledger'>
  task: bigint
  /** Pays for the proofs. */
  sender: TransactionSender
  /** Who gets the bounties. */
  recipient: Address
  investigate: Investigator
  /** How long to leave the proof to others, ms: watchers that take turns do not pay for transactions that fail because another was first. */
  turn?: (claimHash: Hash) => number
  /** Makes the operator open on chain what it withholds. */
  court?: Pick<CourtDispute, 'step' | 'settle'>
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>
  onEvent?: (event: NodeEvent) => void
  logger: Logger
  metrics: Metrics
  /** Pause before a dispute that is not over is taken up again, ms; it doubles up to eightfold. */
  retryMs?: number
}

const PREFIX = 'dispute/'
const MAX_DOUBLINGS = 3
const NO_JUDGE = 'no judge'
/** The judge's words for a claim that does not stand any more. */
const GONE = ['NotDisputable', 'WrongClaim']

/**
 * Disputes false claims until they are rejected: finds the fault, proves it on chain, has withheld data opened. A dispute is on disk before anything is done about it,
 * so a killed watcher takes it up again; every step finds out first what the chain already knows. Another watcher being faster is a good end.
 *
 * @example
 * const watcher = new Watcher({ contracts, task, sender, recipient: member, investigate, journal, logger, metrics })
 * await watcher.start()
 * watcher.dispute({ round, claimHash, claim, operator })
 */
export class Watcher implements Service {
  readonly name = 'watcher'
  readonly #options: WatcherOptions
  readonly #running = new Map<Hash, Promise<void>>()
  readonly #abort = new AbortController()
  readonly #judges = new Map<bigint, Address>()
  /** What was said last of a dispute, so that retries do not repeat it. */
  readonly #said = new Map<Hash, string>()

  constructor(options: WatcherOptions) {
    this.#options = options
  }

  /** Takes up the disputes that an earlier run left open. */
  async start(): Promise<void> {
    for (const [, dispute] of this.#options.journal.entries<Dispute>(PREFIX)) this.#take(dispute)
  }

  /** Leaves open disputes to the next start. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.settled()
  }

  /** Opens a dispute; once per claim. */
  dispute(dispute: Dispute): void {
    if (this.#abort.signal.aborted || this.#running.has(dispute.claimHash)) return
    const known = this.#options.journal.get<Dispute>(keyOf(dispute)) ?? dispute
    this.#options.journal.set(keyOf(dispute), known)
    this.#take(known)
  }

  /** Resolves when no dispute is open. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
  }

  #take(dispute: Dispute): void {
    const { claimHash, round } = dispute
    this.#options.logger.info({ round, claimHash, operator: dispute.operator }, 'looking into a claim')
    const running = this.#run(dispute)
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.#options.logger.error({ claimHash, error: String(error) }, 'a dispute broke off')
      })
      .finally(() => {
        this.#running.delete(claimHash)
        this.#said.delete(claimHash)
      })
    this.#running.set(claimHash, running)
  }

  async #run(dispute: Dispute): Promise<void> {
    const { turn, retryMs = 1000 } = this.#options
    const { signal } = this.#abort
    let waited = turn === undefined
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted()
      try {
        const over = await this.#outcome(dispute)
        if (over) {
          if (over !== NO_JUDGE) await this.#options.court?.settle(dispute, signal)
          return this.#end(dispute, over)
        }
        const finding: Finding = dispute.proof
          ? { kind: 'proof', proof: dispute.proof }
          : await this.#options.investigate(dispute, signal)
        if (finding.kind === 'sound') return this.#end(dispute, 'sound')
        if (finding.kind === 'proof' && !dispute.proof) {
          // What was found may need what only this run knows, such as the round as it was lived through.
          dispute = { ...dispute, proof: finding.proof }
          this.#options.journal.set(keyOf(dispute), dispute)
        }
        if (!waited) {
          waited = true
          await systemClock.sleep(turn!(dispute.claimHash), signal)
          continue
        }
        if (finding.kind === 'proof') await this.#prove(dispute, finding)
        else await this.#unproved(dispute, finding)
      } catch (error) {
        if (signal.aborted) throw error
        // Somebody was faster, in the same block perhaps: that the transaction failed is no trouble then.
        if (!(await this.#gone(dispute)))
          this.#trouble(dispute, isQuorateError(error) ? error : new QuorateError('INTERNAL', String(error), { cause: error }))
      }
      await systemClock.sleep(retryMs * 2 ** Math.min(tries, MAX_DOUBLINGS), signal)
    }
  }

  /** How the dispute ended, if the claim does not stand or can no longer be disputed. */
  async #outcome({ round, claimHash }: Dispute): Promise<string | undefined> {
    const { contracts, task, sender } = this.#options
    const { signal } = this.#abort
    const now = await readRound(sender.chain, { ledger: contracts.ledger, task, round, signal })
    if (now.status === 'open' || now.status === 'none' || now.status === 'void') return 'rejected'
    if (lowerHex(now.claimHash) !== lowerHex(claimHash)) return now.status === 'pruned' ? 'final' : 'rejected'
    const { final } = await readFinality(sender.chain, { ledger: contracts.ledger, task, round, signal })
    if (final) return 'final'
    return sameAddress(await this.#judge(round), zeroAddress) ? NO_JUDGE : undefined
  }

  /** Whether the dispute is over, as far as the chain can be asked. */
  async #gone(dispute: Dispute): Promise<boolean> {
    return this.#outcome(dispute).then(
      (over) => over !== undefined,
      () => false,
    )
  }

  /** The judge that the round opened with; voters may have named another one for later rounds. */
  async #judge(round: bigint): Promise<Address> {
    const { contracts, task, sender } = this.#options
    const known = this.#judges.get(round)
    if (known) return known
    const judge = await readJudge(sender.chain, { ledger: contracts.ledger, task, round, signal: this.#abort.signal })
    this.#judges.set(round, judge)
    return judge
  }

  async #prove(dispute: Dispute, { proof }: Extract<Finding, { kind: 'proof' }>): Promise<void> {
    const { contracts, task, sender, recipient, logger, metrics, onEvent } = this.#options
    const { round, claimHash, operator } = dispute
    const { ledger } = contracts
    const { result, estimated, rejected } = await sendProof({
      sender,
      ledger,
      judge: await this.#judge(round),
      task,
      recipient,
      round,
      subject: claimHash,
      proof,
      signal: this.#abort.signal,
    })
    const { penalty = 0n, bounty = 0n } = rejected ?? {}
    const { functionName } = proof
    metrics.count('fraud_proofs_total', { proof: functionName })
    logger.warn(
      { round, claimHash, operator, proof: functionName, gas: result.gasUsed, transaction: result.hash },
      'fault proved: the claim is rejected',
    )
    onEvent?.({
      event: 'fraud',
      round,
      claimHash,
      operator: lowerHex(operator),
      proof: functionName,
      by: lowerHex(sender.address),
      recipient: lowerHex(recipient),
      gas: result.gasUsed,
      estimatedGas: estimated,
      transaction: result.hash,
      block: result.blockNumber,
      operatorSlashed: penalty,
      bounty,
      burned: penalty - bounty,
    })
  }

  async #unproved(dispute: Dispute, finding: Extract<Finding, { kind: 'withheld' | 'unproved' }>): Promise<void> {
    const { court, logger, onEvent } = this.#options
    const reason = finding.kind === 'withheld' ? `nobody serves the ${finding.what}` : finding.reason
    if (this.#news(dispute, reason)) {
      logger.warn({ round: dispute.round, claimHash: dispute.claimHash, reason }, 'a false claim is not proved wrong yet')
      onEvent?.({ event: 'disputed', round: dispute.round, claimHash: dispute.claimHash, reason })
    }
    const proof = await court?.step(dispute, finding, this.#abort.signal)
    // What it was found from is on chain: a restarted watcher finds it again.
    if (proof) await this.#prove(dispute, { kind: 'proof', proof })
  }

  /** Says what stands in the way, once, and lets the dispute go on. */
  #trouble(dispute: Dispute, error: QuorateError): void {
    const { logger, metrics, onEvent, sender } = this.#options
    const { round, claimHash } = dispute
    metrics.count('dispute_failures_total', { code: error.code })
    if (GONE.includes(String(error.details['error']))) return
    if (!this.#news(dispute, error.message)) return
    logger.warn({ round, claimHash, code: error.code, ...error.details }, `${error.message}; will be tried again`)
    if (error.code === 'INSUFFICIENT_FUNDS' || error.code === 'TOKEN_BALANCE_TOO_LOW')
      onEvent?.({ event: 'unfunded', round, claimHash, code: error.code, address: lowerHex(sender.address) })
  }

  #news({ claimHash }: Dispute, text: string): boolean {
    if (this.#said.get(claimHash) === text) return false
    this.#said.set(claimHash, text)
    return true
  }

  #end(dispute: Dispute, outcome: string): void {
    const { journal, logger, onEvent } = this.#options
    const { round, claimHash } = dispute
    journal.delete(keyOf(dispute))
    const level = outcome === 'final' || outcome === NO_JUDGE ? 'error' : 'info'
    logger[level]({ round, claimHash, outcome }, 'dispute ended')
    onEvent?.({ event: 'disputeEnded', round, claimHash, outcome })
  }
}

function keyOf({ claimHash }: Pick<Dispute, 'claimHash'>): string {
  return `${PREFIX}${lowerHex(claimHash)}`
}

import { zeroAddress } from 'viem'
import { readFinality, readJudge, readRound } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, systemClock } from '../../core/index.ts'
import type { QuorateError, Logger, Metrics, Service } from '../../core/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'
import { DurableJobs } from '../durable-jobs.ts'
import type { NodeEvents } from '../events/index.ts'
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
  /** Whether the claim stands as far as the node has followed the chain; default never. A back end that lags has not seen it yet. */
  stands?: (dispute: Pick<Dispute, 'round' | 'claimHash'>) => boolean
  /** How long to leave the proof to others, ms: watchers that take turns do not pay for transactions that fail because another was first. */
  turn?: (claimHash: Hash) => number
  /** Makes the operator open withheld data on chain. */
  court?: Pick<CourtDispute, 'step' | 'settle'>
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>
  /** Resolves when history and rounds are read: a dispute that an earlier run left open is not looked into before. */
  ready?: Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  metrics: Metrics
  /** Pause before a dispute that is not over is taken up again, ms; it doubles up to eightfold. */
  retryMs?: number
}

const NO_JUDGE = 'no judge'
/** Different things that are said of one dispute: errors may carry numbers that change. */
const MOST_SAID = 32
/** The judge's words for a claim that does not stand any more. */
const GONE = ['NotDisputable', 'WrongClaim']

/**
 * Disputes false claims until they are rejected: finds the fault, proves it on chain, has withheld data opened. A
 * dispute is on disk before anything is done about it, so a killed watcher takes it up again; every step first reads
 * the state of the chain. When another watcher was faster, the dispute ends.
 *
 * @example
 * const watcher = new Watcher({ contracts, task, sender, recipient: member, investigate, journal, events, logger, metrics })
 * await watcher.start()
 * watcher.dispute({ round, claimHash, claim, operator })
 */
export class Watcher implements Service {
  readonly name = 'watcher'
  readonly #options: WatcherOptions
  readonly #jobs: DurableJobs<Dispute>
  readonly #abort = new AbortController()
  readonly #judges = new Map<bigint, Address>()
  /** Claims whose turn has been waited for. */
  readonly #waited = new Set<Hash>()
  /** What was said of a dispute, so that retries do not repeat it. */
  readonly #said = new Map<Hash, Set<string>>()

  constructor(options: WatcherOptions) {
    this.#options = options
    const { journal, ready, logger, retryMs } = options
    this.#jobs = new DurableJobs({
      name: 'disputes',
      prefix: 'dispute/',
      journal,
      keyOf: ({ claimHash }) => lowerHex(claimHash),
      attempt: async (dispute, signal) => this.#attempt(dispute, signal),
      onTrouble: async (dispute, error) => {
        // Somebody was faster, in the same block perhaps: that the transaction failed is no trouble then.
        if (!(await this.#gone(dispute))) this.#trouble(dispute, error)
      },
      ready,
      logger,
      retryMs,
    })
  }

  /** Takes up the disputes that an earlier run left open. */
  async start(): Promise<void> {
    await this.#jobs.start()
  }

  /** Leaves open disputes to the next start. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#jobs.stop()
  }

  /** Opens a dispute; once per claim. */
  dispute(dispute: Dispute): void {
    this.#jobs.add(dispute)
  }

  /** Resolves when no dispute is open. */
  async settled(): Promise<void> {
    await this.#jobs.settled()
  }

  async #attempt(dispute: Dispute, signal: AbortSignal): Promise<'over' | { goOnWith: Dispute; later?: boolean } | undefined> {
    const { turn, logger, court, investigate, stands = () => false } = this.#options
    const { round, claimHash, operator } = dispute
    if (!this.#said.has(claimHash)) {
      this.#said.set(claimHash, new Set())
      logger.info({ round, claimHash, operator }, 'checking a claim that the node could not replay')
    }
    const over = await this.#outcome(dispute)
    if (over === 'rejected' && stands(dispute)) return { goOnWith: dispute, later: true }
    if (over) {
      if (over !== NO_JUDGE) await court?.settle(dispute, signal)
      return this.#end(dispute, over)
    }
    const finding: Finding = dispute.proof ? { kind: 'proof', proof: dispute.proof } : await investigate(dispute, signal)
    if (finding.kind === 'sound') return this.#end(dispute, 'sound')
    if (finding.kind === 'waiting') {
      if (this.#news(dispute, finding.for)) logger.info({ round, claimHash, for: finding.for }, 'a dispute waits')
      return undefined
    }
    // What was found may need what only this run knows, such as the round as it was lived through.
    if (finding.kind === 'proof' && !dispute.proof) return { goOnWith: { ...dispute, proof: finding.proof } }
    if (turn && !this.#waited.has(claimHash)) {
      this.#waited.add(claimHash)
      await systemClock.sleep(turn(claimHash), signal)
      return { goOnWith: dispute }
    }
    if (finding.kind !== 'proof') await this.#unproved(dispute, finding)
    else if (!(await this.#proved(dispute, finding))) return { goOnWith: { ...dispute, proof: undefined }, later: true }
    return undefined
  }

  /** Sends the proof. @returns false when the judge finds no fault in the proof; the claim is then investigated again */
  async #proved(dispute: Dispute, finding: Extract<Finding, { kind: 'proof' }>): Promise<boolean> {
    try {
      await this.#prove(dispute, finding)
      return true
    } catch (error) {
      if (!isQuorateError(error) || error.details['error'] !== 'NoFault') throw error
      if (!(await this.#gone(dispute))) this.#trouble(dispute, error)
      return false
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
    const judge = await readJudge(sender.chain, { ledger: contracts.ledger, task, signal: this.#abort.signal })
    this.#judges.set(round, judge)
    return judge
  }

  async #prove(dispute: Dispute, { proof }: Extract<Finding, { kind: 'proof' }>): Promise<void> {
    const { contracts, task, sender, recipient, logger, metrics, events } = this.#options
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
      'proved a fault: the claim is rejected',
    )
    events.emit({
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
    const { court, logger, events } = this.#options
    const reason = finding.kind === 'withheld' ? `no peer serves the ${finding.what}` : finding.reason
    if (this.#news(dispute, reason)) {
      logger.warn({ round: dispute.round, claimHash: dispute.claimHash, reason }, 'a false claim is not proved false yet')
      events.emit({ event: 'disputed', round: dispute.round, claimHash: dispute.claimHash, reason })
    }
    const proof = await court?.step(dispute, finding, this.#abort.signal)
    // What it was found from is on chain: a restarted watcher finds it again.
    if (proof) await this.#prove(dispute, { kind: 'proof', proof })
  }

  /** Says what stands in the way, once, and lets the dispute go on. */
  #trouble(dispute: Dispute, error: QuorateError): void {
    const { logger, metrics, events, sender } = this.#options
    const { round, claimHash } = dispute
    metrics.count('dispute_failures_total', { code: error.code })
    if (GONE.includes(String(error.details['error']))) return
    if (!this.#news(dispute, error.message)) return
    logger.warn({ round, claimHash, code: error.code, ...error.details }, `${error.message}; the node will retry`)
    if (error.code === 'INSUFFICIENT_FUNDS' || error.code === 'TOKEN_BALANCE_TOO_LOW')
      events.emit({ event: 'unfunded', round, claimHash, code: error.code, address: lowerHex(sender.address) })
  }

  #news({ claimHash }: Dispute, text: string): boolean {
    const said = this.#said.get(claimHash) ?? new Set()
    this.#said.set(claimHash, said)
    if (said.has(text) || said.size >= MOST_SAID) return false
    said.add(text)
    return true
  }

  #end(dispute: Dispute, outcome: string): 'over' {
    const { logger, events } = this.#options
    const { round, claimHash } = dispute
    this.#said.delete(claimHash)
    this.#waited.delete(claimHash)
    const level = outcome === 'final' || outcome === NO_JUDGE ? 'error' : 'info'
    logger[level]({ round, claimHash, outcome }, 'dispute ended')
    events.emit({ event: 'disputeEnded', round, claimHash, outcome })
    return 'over'
  }
}

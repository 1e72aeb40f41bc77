import { zeroAddress } from 'viem'
import { readJudge, toLedgerEvent } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, systemClock } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { buildEquivocationProof } from '../../judge/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Conflict, Hash } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'
import { DurableJobs } from '../durable-jobs.ts'
import type { NodeEvents } from '../events/index.ts'
import { sendProof } from './send-proof.ts'

export interface OffencesOptions {
  contracts: Pick<Contracts, 'ledger'>
  task: bigint
  sender: TransactionSender
  recipient: Address
  /** How long to leave it to others, ms. */
  turn?: (lot: Hash) => number
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries'>
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  /** Pause before a failed attempt is repeated, ms; it doubles up to 32-fold. */
  retryMs?: number
}

/** Nothing more can come of it: fined already, out of reach, or no offence. */
const OVER = ['AlreadyPenalised', 'NoFault', 'NotDisputable', 'NoClaim']

/** Has members fined for two contradictory statements. Begun offences are on disk, so a restarted node goes on with them. */
export class Offences implements Service {
  readonly name = 'offences'
  readonly #options: OffencesOptions
  readonly #jobs: DurableJobs<Conflict>
  /** Conflicts whose turn has come, and conflicts with a reported failure. */
  readonly #waited = new Set<string>()
  readonly #troubled = new Set<string>()

  constructor(options: OffencesOptions) {
    this.#options = options
    const { journal, logger, retryMs } = options
    this.#jobs = new DurableJobs({
      name: 'offences',
      prefix: 'offence/',
      journal,
      keyOf,
      attempt: async (conflict, signal) => this.#attempt(conflict, signal),
      onTrouble: (conflict, error) => {
        const { round, signer } = conflict
        if (!this.#troubled.has(keyOf(conflict)))
          logger.warn({ round, signer, code: error.code }, `${error.message}; the node will retry`)
        this.#troubled.add(keyOf(conflict))
      },
      logger,
      retryMs,
      maxDoublings: 5,
    })
  }

  async start(): Promise<void> {
    await this.#jobs.start()
  }

  async stop(): Promise<void> {
    await this.#jobs.stop()
  }

  /** Resolves when nothing is left to prove. */
  async settled(): Promise<void> {
    await this.#jobs.settled()
  }

  /** Proves an offence, once. */
  prove(conflict: Conflict): void {
    this.#jobs.add(conflict)
  }

  async #attempt(conflict: Conflict, signal: AbortSignal): Promise<'over' | undefined> {
    const { turn } = this.#options
    const key = keyOf(conflict)
    if (turn && !this.#waited.has(key)) {
      this.#waited.add(key)
      await systemClock.sleep(turn(conflict.second.root), signal)
    }
    try {
      await this.#send(conflict, signal)
    } catch (error) {
      if (!isQuorateError(error) || !OVER.includes(String(error.details['error']))) throw error
    }
    this.#waited.delete(key)
    this.#troubled.delete(key)
    return 'over'
  }

  async #send(conflict: Conflict, signal: AbortSignal): Promise<void> {
    const { contracts, task, sender, recipient, events, logger } = this.#options
    const { ledger } = contracts
    const { round, signer, kind } = conflict
    const judge = await readJudge(sender.chain, { ledger, task, round, signal })
    if (sameAddress(judge, zeroAddress)) return
    const proof = buildEquivocationProof({ ...conflict, task })
    const subject = subjectOf(conflict)
    const { result } = await sendProof({ sender, ledger, judge, task, recipient, round, subject, proof, signal })
    const logs = result.logs.map((log) => toLedgerEvent(log as never, { ledger }))
    const fine = logs.find((event) => event?.type === 'penalised')
    const { penalty = 0n, bounty = 0n } = fine?.type === 'penalised' ? fine : {}
    logger.warn(
      { round, signer, kind, transaction: result.hash, penalty },
      'proved two conflicting statements: their signer is fined',
    )
    events.emit({
      event: 'penalised',
      round,
      signer: lowerHex(signer),
      kind,
      proof: proof.functionName,
      by: lowerHex(sender.address),
      gas: result.gasUsed,
      transaction: result.hash,
      penalty,
      bounty,
      burned: penalty - bounty,
    })
  }
}

function subjectOf({ kind, signer }: Conflict): string {
  return `${kind}:${lowerHex(signer)}`
}

function keyOf(conflict: Conflict): string {
  return `${conflict.round}/${subjectOf(conflict)}`
}

import { zeroAddress } from 'viem'
import { readJudge, toLedgerEvent } from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, systemClock } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { buildEquivocationProof } from '../../judge/index.ts'
import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { NodeEvent } from '../node-event.ts'
import type { Conflict } from './conflicts.ts'
import { sendProof } from './send-proof.ts'

export interface OffencesOptions {
  contracts: Pick<Contracts, 'ledger'>
  task: bigint
  sender: TransactionSender
  recipient: Address
  /** How long to leave it to others, ms. */
  turn?: (lot: Hash) => number
  journal: Pick<Journal, 'set' | 'delete' | 'entries'>
  onEvent?: (event: NodeEvent) => void
  logger: Logger
  /** Pause before a failed attempt is repeated, ms; it doubles up to 32-fold. */
  retryMs?: number
}

const PREFIX = 'offence/'
/** Nothing more can come of it: fined already, out of reach, or no offence. */
const OVER = ['AlreadyPenalised', 'NoFault', 'NotDisputable', 'NoClaim']

/** Has members fined for two contradictory statements. Begun offences are on disk, so a restarted node goes on with them. */
export class Offences implements Service {
  readonly name = 'offences'
  readonly #options: OffencesOptions
  readonly #running = new Map<string, Promise<void>>()
  readonly #abort = new AbortController()

  constructor(options: OffencesOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    for (const [, conflict] of this.#options.journal.entries<Conflict>(PREFIX)) this.prove(conflict)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.settled()
  }

  /** Resolves when nothing is left to prove. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  /** Proves an offence, once. */
  prove(conflict: Conflict): void {
    const subject = `${conflict.kind}:${lowerHex(conflict.signer)}`
    const key = `${PREFIX}${conflict.round}/${subject}`
    if (this.#running.has(key) || this.#abort.signal.aborted) return
    const { journal, logger } = this.#options
    journal.set(key, conflict)
    const running = this.#run(conflict, subject)
      .then(() => void journal.delete(key))
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) logger.error({ key, error: String(error) }, 'an offence was not proved')
      })
      .finally(() => this.#running.delete(key))
    this.#running.set(key, running)
  }

  async #run(conflict: Conflict, subject: string): Promise<void> {
    const { turn, logger, retryMs = 1000 } = this.#options
    const { signal } = this.#abort
    const { round, signer } = conflict
    if (turn) await systemClock.sleep(turn(conflict.second.root), signal)
    for (let tries = 0; ; tries++) {
      try {
        return await this.#send(conflict, subject)
      } catch (error) {
        if (signal.aborted || !isQuorateError(error)) throw error
        if (OVER.includes(String(error.details['error']))) return
        if (tries === 0) logger.warn({ round, signer, code: error.code }, `${error.message}; will be tried again`)
      }
      await systemClock.sleep(retryMs * 2 ** Math.min(tries, 5), signal)
    }
  }

  async #send(conflict: Conflict, subject: string): Promise<void> {
    const { contracts, task, sender, recipient, onEvent, logger } = this.#options
    const { ledger } = contracts
    const { signal } = this.#abort
    const { round, signer, kind } = conflict
    const judge = await readJudge(sender.chain, { ledger, task, round, signal })
    if (sameAddress(judge, zeroAddress)) return
    const proof = buildEquivocationProof({ ...conflict, task })
    const { result } = await sendProof({ sender, ledger, judge, task, recipient, round, subject, proof, signal })
    const events = result.logs.map((log) => toLedgerEvent(log as never, { ledger }))
    const fine = events.find((event) => event?.type === 'penalised')
    const { penalty = 0n, bounty = 0n } = fine?.type === 'penalised' ? fine : {}
    logger.warn({ round, signer, kind, transaction: result.hash, penalty }, 'a contradiction is proved: its signer is fined')
    onEvent?.({
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

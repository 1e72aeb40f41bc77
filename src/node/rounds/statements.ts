import { isQuorateError, Poll, QuorateError } from '../../core/index.ts'
import type { Clock, Logger, Service } from '../../core/index.ts'
import type { PeerKey, RoundSync } from '../../network/index.ts'
import { isByKey, keyOf, lowerHex, maySpeak, mustEnd, ownCommitment, sameAddress } from '../../protocol/index.ts'
import type { Address, Message, RoundState, SigningDomain, Validation } from '../../protocol/index.ts'
import type { LedgerEvent, ReorgEvent } from '../../chain/index.ts'
import type { SentTransactions } from '../chain/sent-transactions.ts'
import type { NodeEvents } from '../events/index.ts'
import type { Rounds } from './rounds.ts'

export interface StatementsOptions {
  domain: SigningDomain
  /** Owner address of this node. */
  owner: Address
  /** Whether the node commits or seals. One that only watches may run beside another one of the same member. */
  speaks: boolean
  rounds: Pick<Rounds, 'state' | 'states' | 'dispatch' | 'onChange'>
  /** Whether the journal has everything that this node said and sent in the round. */
  covers: (round: bigint) => boolean
  sync: Pick<RoundSync, 'ask'>
  sent: Pick<SentTransactions, 'has'>
  /** Connected members of the task. */
  peers: () => readonly PeerKey[]
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  clock?: Pick<Clock, 'sleep'>
  /** Time between two attempts to ask, ms; default 1000. */
  everyMs?: number
  /** Attempts without an answer after which a node takes itself to be alone; default 10. */
  patience?: number
}

/** What a node says, once a round, when it keeps silent in it. */
const SILENT = {
  STATEMENTS_UNKNOWN: 'this node may have spoken in the round before its journal began, so it says nothing in it',
  KEY_IN_USE_ELSEWHERE: 'another process speaks with the key of this node, so this node says nothing any more',
} as const

type Silence = keyof typeof SILENT

/**
 * Decides in which rounds this node may speak. A journal may be lost, or restored from an old copy, and a second process may run with the
 * same key: then the journal does not have all that the key said, and what the node adds may contradict it. Other nodes are the
 * witnesses, and the chain. Peers are asked for the key's own statements in every round that opened before this process, before it says
 * anything there. Whatever comes by gossip is compared with the journal, and so is what the chain has by the key.
 *
 * - A statement that is unknown, in a round that opened before this process: the node keeps silent until the next round.
 * - In a round that opened later: another process has the key. The node keeps silent until it is started again.
 *
 * A holder of the seat whose journal lacks a statement ends its round (`mustEnd`).
 */
export class Statements implements Service {
  readonly name = 'statements'
  readonly #options: StatementsOptions
  readonly #poll: Poll
  readonly #tries = new Map<bigint, number>()
  readonly #told = new Set<string>()
  #elsewhere = false
  #live = false
  /** Whether nobody has the seat: then the key that takes it opens the next round. */
  #empty = false

  constructor(options: StatementsOptions) {
    this.#options = options
    const { everyMs = 1000, clock, rounds } = options
    this.#poll = new Poll({
      name: this.name,
      everyMs,
      look: async (signal) => this.look(signal),
      ...(clock && { clock }),
    })
    rounds.onChange((state) => this.#follow(state))
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Asks once, about each round in which the node waits for it. */
  async look(signal: AbortSignal): Promise<void> {
    const { speaks, rounds, sync, peers, logger, patience = 10 } = this.#options
    if (!speaks) return
    for (const { plan } of rounds.states().filter(mustAsk)) {
      const { round } = plan
      const { answered } = await sync.ask(round, { peers: peers(), signal }).catch((error: unknown) => {
        if (!isQuorateError(error, 'CANCELLED')) throw error
        return { answered: 0 }
      })
      if (signal.aborted) return
      const tries = (this.#tries.get(round) ?? 0) + 1
      this.#tries.set(round, tries)
      if (answered === 0 && tries < patience) continue
      const about = { round, peers: answered }
      if (answered > 0) logger.info(about, 'asked peers what this node said in the open round')
      else logger.warn(about, 'no peer answered what this node said in the open round: it goes on by its journal')
      this.#tries.delete(round)
      rounds.dispatch(round, { type: 'asked' })
    }
  }

  /**
   * Compares a statement with what this node said; call it with every message and its verdict, before the message is taken.
   *
   * @param verdict a second statement of one signer is dropped before its signature is checked, so it is checked here
   */
  async hear(message: Message, verdict: Validation): Promise<void> {
    const { speaks, rounds } = this.#options
    const state = rounds.state(message.round)
    if (!speaks || !state || state.foreign || state.posted || !this.#isForeign(message, state)) return
    if (verdict.verdict !== 'accept' && !(await this.#isSigned(message, state))) return
    this.#met(message.round, state.plan.resumed ? 'before' : 'elsewhere')
  }

  /**
   * Compares what the chain has by the node's key with what this node sent; call it with every event that comes while the node runs, before
   * rounds follow it.
   */
  onEvent(event: LedgerEvent | ReorgEvent): void {
    const taken = event.type === 'opened' && this.#empty
    if (event.type === 'emptied') this.#empty = true
    // What a reorganisation undid is not known here: rather miss a seat that another process took than see one that nobody took.
    if (event.type === 'waiting' || event.type === 'opened' || event.type === 'reorg') this.#empty = false
    if (!this.#live || !this.#options.speaks) return
    // Only the holder of the seat seals and posts, and only an operator takes a seat for itself. A seat that waited is opened by anybody.
    if (event.type === 'sealed' || event.type === 'posted' || (event.type === 'opened' && taken)) this.#compare(event)
  }

  /** Events that come from now on happen while this node runs. */
  begin(): void {
    this.#live = true
  }

  /** @throws QuorateError KEY_IN_USE_ELSEWHERE */
  assertAlone(): void {
    if (this.#elsewhere) throw silence('KEY_IN_USE_ELSEWHERE')
  }

  /**
   * Before the holder of the seat gives a receipt, which binds it.
   *
   * @throws QuorateError KEY_IN_USE_ELSEWHERE, STATEMENTS_UNKNOWN
   */
  assertMayPromise(state: RoundState): void {
    this.assertAlone()
    if (state.foreign === 'elsewhere') throw silence('KEY_IN_USE_ELSEWHERE')
    if (!maySpeak(state) || mustEnd(state)) throw silence('STATEMENTS_UNKNOWN')
  }

  #follow(state: RoundState): void {
    const { plan, posted, foreign } = state
    if (posted) return
    if (this.#elsewhere && !foreign) return this.#options.rounds.dispatch(plan.round, { type: 'foreign', since: 'elsewhere' })
    if (foreign || plan.lost) this.#tell(plan.round, foreign === 'elsewhere' ? 'KEY_IN_USE_ELSEWHERE' : 'STATEMENTS_UNKNOWN')
  }

  #compare(event: LedgerEvent & { type: 'sealed' | 'posted' | 'opened' }): void {
    const { owner, rounds, sent } = this.#options
    const operator = event.type === 'sealed' ? rounds.state(event.round)?.plan.operator : event.operator
    if (!operator || !sameAddress(operator, owner) || sent.has(event.transactionHash)) return
    // What an earlier process sent, and the journal still has, may be mined now.
    this.#met(event.round, this.#options.covers(event.round) ? 'elsewhere' : 'before')
  }

  /** The key spoke in a round, and this node did not. */
  #met(round: bigint, since: NonNullable<RoundState['foreign']>): void {
    if (since === 'elsewhere') this.#elsewhere = true
    this.#options.rounds.dispatch(round, { type: 'foreign', since })
  }

  #isForeign(message: Message, state: RoundState): boolean {
    const { owner } = this.#options
    switch (message.kind) {
      case 'commitment':
        return sameAddress(message.member, owner) && message.commitment !== ownCommitment(state, lowerHex(owner))
      case 'receiptNotice':
        // Its own receipts are in the journal before they leave.
        return (
          sameAddress(state.plan.operator, owner) &&
          sameAddress(message.operatorKey, state.plan.operatorKey) &&
          state.receipts.get(lowerHex(message.member))?.commitment !== message.commitment
        )
      default:
        // Nothing else binds: a member attests and agrees to what it holds, and reveals what it committed to.
        return false
    }
  }

  async #isSigned(message: Message, { plan }: RoundState): Promise<boolean> {
    const key = keyOf({ members: plan.members, seat: plan }, this.#options.owner)
    return key !== undefined && isByKey(this.#options.domain, message, key)
  }

  #tell(round: bigint, code: Silence): void {
    const about = `${round} ${code}`
    if (this.#told.has(about)) return
    this.#told.add(about)
    const { logger, events } = this.#options
    const reason = SILENT[code]
    logger[code === 'KEY_IN_USE_ELSEWHERE' ? 'error' : 'warn']({ round, code }, reason)
    events.emit({ event: 'silent', round, code, reason })
  }
}

function mustAsk({ plan, asked, foreign, posted }: RoundState): boolean {
  return plan.resumed === true && !asked && !foreign && !posted
}

function silence(code: Silence): QuorateError {
  return new QuorateError(code, SILENT[code])
}

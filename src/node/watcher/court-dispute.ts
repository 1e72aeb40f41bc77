import { zeroAddress } from 'viem'
import {
  isUnanswered,
  approve,
  expireRequest,
  readCourt,
  readCourtOfJudge,
  readJudge,
  readMayAsk,
  readRequests,
  refundRequest,
  requestLeaf,
  requestNode,
  requestOwnSums,
  requestRows,
  requestStakes,
  requestSums,
} from '../../chain/index.ts'
import type { Contracts, CourtCase, CourtRequestResult, TransactionSender } from '../../chain/index.ts'
import { isQuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { OpenedClaim, openRows, searchClaim } from '../../judge/index.ts'
import type { CourtQuestion, JudgeProof, OpenedRow } from '../../judge/index.ts'
import { COURT_MAX_UNITS, CourtKind, CourtTree, courtUnits, lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { NodeEvents } from '../events/index.ts'
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
  events: Pick<NodeEvents, 'emit'>
  /** Told once of every members row that the court opened: its member signed that commitment. */
  onRow?: (round: bigint, opened: OpenedRow) => void
  logger: Logger
  /** How long off-chain sources get before a bond is put up, ms. */
  patienceMs?: number
  /** Requests that this account pays for about one claim. */
  maxRequests?: number
}

type Withheld = Extract<Finding, { kind: 'withheld' }>

/** A bond goes to the party that answers, even a dishonest one, so the number of bonds per claim is limited. */
const MAX_REQUESTS = 48

/**
 * Disputes about withheld data. Searches the claim for its first wrong leaf, requests one part after the other in the
 * court, and ends with the proof against that leaf. If the record is missing, the members rows are opened first, and
 * the round is replayed over them. A request that was not answered in time has the claim rejected. Requests and answers
 * of all parties are read from the chain, so a restarted watcher continues, and no request is sent twice.
 */
export class CourtDispute {
  readonly #options: CourtDisputeOptions
  /** When a dispute was first brought here, ms, by claim. */
  readonly #since = new Map<string, number>()
  /** Court of a round: its judge does not change. */
  readonly #courts = new Map<bigint, Address>()
  readonly #told = new Map<string, string>()
  /** Requests whose opened row was passed on. */
  readonly #rows = new Set<string>()

  constructor(options: CourtDisputeOptions) {
    this.#options = options
  }

  /**
   * Takes the due steps; safe to repeat.
   *
   * @returns the proof, once the opened data leads to one
   * @throws QuorateError TOKEN_BALANCE_TOO_LOW, INSUFFICIENT_FUNDS, RPC_UNREACHABLE, …
   */
  async step(
    dispute: Dispute,
    finding: Extract<Finding, { kind: 'withheld' | 'unproved' }>,
    signal: AbortSignal,
  ): Promise<JudgeProof | undefined> {
    const { round } = dispute
    const court = await this.#court(round, signal)
    if (sameAddress(court, zeroAddress)) return undefined
    const asked = await this.#asked(court, dispute, signal)
    const open = asked.filter(({ status }) => status === 'open')
    const due = open.find(({ deadline }) => this.#options.now() >= deadline)
    if (due) await this.#expire(court, dispute, due, signal)
    if (due || finding.kind !== 'withheld') return undefined
    const next = await this.#next(dispute, finding, asked)
    if ('functionName' in next) return next
    const questions = next.filter((question) => !open.some((request) => isAbout(request, question)))
    if (questions.length === 0) return undefined
    // Peers may be slow, and an answered request costs its bond, so wait before asking.
    const since = this.#since.get(dispute.claimHash) ?? performance.now()
    this.#since.set(dispute.claimHash, since)
    if (performance.now() - since < (this.#options.patienceMs ?? 5000)) return undefined
    if (!(await this.#mayAsk(court, dispute, signal))) return undefined
    const mine = asked.filter(({ requester }) => sameAddress(requester, this.#options.sender.address))
    const own = mine.length
    if (own + questions.length <= (this.#options.maxRequests ?? MAX_REQUESTS))
      await this.#ask(court, dispute, withRoom(questions, mine), signal)
    else
      this.#tell(
        dispute,
        `${own} requests about this claim exist, and ${questions.length} more would exceed the limit of one claim`,
      )
    return undefined
  }

  /** Whether this account belongs to the round's committee: the court takes requests from nobody else. */
  async #mayAsk(court: Address, dispute: Dispute, signal: AbortSignal): Promise<boolean> {
    const { sender, task } = this.#options
    const may = await readMayAsk(sender.chain, { court, task, round: dispute.round, caller: sender.address, signal })
    if (!may) this.#tell(dispute, `only members of round ${dispute.round} may ask the court, and ${sender.address} is none`)
    return may
  }

  /** Takes back the bonds of requests that need no answer any more, because the claim was rejected or is final. */
  async settle(dispute: Dispute, signal: AbortSignal): Promise<void> {
    const { sender, logger } = this.#options
    const { round, claimHash } = dispute
    this.#since.delete(claimHash)
    this.#told.delete(claimHash)
    const court = await this.#court(round, signal)
    if (sameAddress(court, zeroAddress)) return
    const asked = await this.#asked(court, dispute, signal)
    for (const { id, status, requester, target } of asked) {
      if (status !== 'open' || !sameAddress(requester, sender.address)) continue
      try {
        await refundRequest(sender, { court, target, signal })
        logger.info({ round, claimHash, id }, 'took back the bond of a request that needs no answer any more')
      } catch (error) {
        if (signal.aborted || !isQuorateError(error) || isUnanswered(error)) throw error
        logger.warn({ round, claimHash, id, code: error.code }, `could not take back a bond: ${error.message}`)
      }
    }
  }

  async #court(round: bigint, signal: AbortSignal): Promise<Address> {
    const known = this.#courts.get(round)
    if (known) return known
    const { contracts, task, sender } = this.#options
    const judge = await readJudge(sender.chain, { ledger: contracts.ledger, task, signal })
    const court = sameAddress(judge, zeroAddress) ? zeroAddress : await readCourtOfJudge(sender.chain, { judge, signal })
    this.#courts.set(round, court)
    return court
  }

  async #asked(court: Address, { round, claimHash }: Dispute, signal: AbortSignal): Promise<CourtCase[]> {
    const { sender, task, fromBlock } = this.#options
    const requests = await readRequests(sender.chain, { court, task, round, fromBlock, signal })
    return requests.filter(({ target }) => target.claimHash === lowerHex(claimHash))
  }

  /** What to ask next, or the proof. */
  async #next(dispute: Dispute, finding: Withheld, asked: readonly CourtCase[]): Promise<CourtQuestion[] | JudgeProof> {
    const { own: honest, replayed, rowProof, replayOver } = finding
    const opened = new OpenedClaim(asked)
    this.#tellRows(dispute, opened)
    const known = { claim: dispute.claim, opened, rowProof }
    let result = await (replayed ? searchClaim : openRows)({ ...known, honest })
    if (result.kind === 'rows') {
      const over = await replayOver?.(result.rows)
      if (over) result = await searchClaim({ ...known, honest: over })
    }
    if (result.kind === 'proof') return result.proof
    if (result.kind === 'ask') return result.questions
    this.#tell(dispute, result.kind === 'rows' ? 'the round cannot be replayed over the rows that were posted' : result.reason)
    return []
  }

  async #ask(court: Address, dispute: Dispute, questions: readonly CourtQuestion[], signal: AbortSignal): Promise<void> {
    const { contracts, task, sender } = this.#options
    if (questions.length > 1) {
      // One allowance for all of them, so that they can go out together.
      const { unitBond } = await readCourt(sender.chain, { court, task, signal })
      const units = questions.reduce((sum, question) => sum + unitsOf(question), 0)
      await approve(sender, { token: contracts.token, spender: court, amount: unitBond * BigInt(units), signal })
    }
    const sent = await Promise.allSettled(questions.map(async (question) => this.#request(court, dispute, question, signal)))
    for (const one of sent) if (one.status === 'rejected') throw one.reason
  }

  async #request(court: Address, dispute: Dispute, question: CourtQuestion, signal: AbortSignal): Promise<void> {
    const { events, logger } = this.#options
    const { round, claimHash } = dispute
    try {
      const { id, deadline, target } = await this.#send(court, dispute, question, signal)
      const { kind, tree, level, index } = target
      logger.warn({ round, claimHash, kind, tree, level, index, id, deadline }, 'requested withheld data in the court')
      events.emit({ event: 'courtRequest', round, claimHash, id, kind, tree, level, index, deadline })
    } catch (error) {
      // Another watcher asked the same: its request serves as well.
      if (!isQuorateError(error) || error.details['error'] !== 'AlreadyRequested') throw error
    }
  }

  #send(court: Address, { round, claim }: Dispute, question: CourtQuestion, signal: AbortSignal): Promise<CourtRequestResult> {
    const { contracts, task, spec, sender } = this.#options
    const about = { court, token: contracts.token, task, round, claim, spec, signal }
    if (question.kind === 'stakes') return requestStakes(sender, about)
    const index = BigInt(question.index)
    if (question.kind === 'rows') return requestRows(sender, { ...about, group: index })
    if (question.kind === 'sums') return requestSums(sender, { ...about, pair: question.pair, level: question.level, index })
    if (question.kind === 'ownSums')
      return requestOwnSums(sender, { ...about, member: question.member, level: question.level, index })
    const { tree, stakes } = question
    const place = { ...about, tree, index, ...(stakes && { stakes }) }
    return question.kind === 'leaf' ? requestLeaf(sender, place) : requestNode(sender, { ...place, level: question.level })
  }

  async #expire(court: Address, dispute: Dispute, { id, target, requester }: CourtCase, signal: AbortSignal): Promise<void> {
    const { contracts, sender, events, logger } = this.#options
    const { round, claimHash, operator } = dispute
    const result = await expireRequest(sender, { court, target, signal })
    const { penalty = 0n, bounty = 0n } = rejectionIn(result, contracts.ledger) ?? {}
    logger.warn(
      { round, claimHash, operator, id, transaction: result.hash },
      'the operator did not answer a request in time: the claim is rejected',
    )
    events.emit({
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

  #tellRows({ round, claimHash }: Dispute, { rows }: OpenedClaim): void {
    for (const [i, opened] of rows) {
      const key = `${claimHash} ${i}`
      if (!this.#rows.has(key)) this.#options.onRow?.(round, opened)
      this.#rows.add(key)
    }
  }

  #tell({ round, claimHash }: Dispute, reason: string): void {
    if (this.#told.get(claimHash) === reason) return
    this.#told.set(claimHash, reason)
    this.#options.logger.warn({ round, claimHash, reason }, 'stopped requesting data in the court')
    this.#options.events.emit({ event: 'disputed', round, claimHash, reason })
  }
}

const KINDS = {
  stakes: CourtKind.stakes,
  node: CourtKind.node,
  leaf: CourtKind.leaf,
  rows: CourtKind.rows,
  sums: CourtKind.sums,
  ownSums: CourtKind.sums,
} as const

/** The first of the questions, as many as the court takes from one account before it gets answers. */
function withRoom(questions: readonly CourtQuestion[], mine: readonly CourtCase[]): CourtQuestion[] {
  const open = mine.filter(({ status }) => status === 'open')
  let units = open.reduce((sum, { target }) => sum + courtUnits(target.kind, target.tree), 0)
  return questions.filter((question) => (units += unitsOf(question)) <= COURT_MAX_UNITS)
}

function unitsOf(question: CourtQuestion): number {
  const tree = 'tree' in question ? question.tree : CourtTree.trace
  return courtUnits(KINDS[question.kind], tree)
}

function isAbout({ target }: CourtCase, question: CourtQuestion): boolean {
  if (target.kind !== KINDS[question.kind]) return false
  if (question.kind === 'stakes') return true
  if (target.index !== BigInt(question.index)) return false
  if (question.kind === 'rows') return true
  if (question.kind === 'sums') return target.level === question.level && target.root === question.pair.hash
  if (question.kind === 'ownSums')
    return target.level === question.level && target.root === lowerHex(question.member.leaf.reasonArg)
  return target.tree === question.tree && (question.kind === 'leaf' || target.level === question.level)
}

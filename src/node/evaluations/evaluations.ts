import {
  evaluationDigest,
  judgeEvaluation,
  lowerHex,
  MAX_MEMBERS,
  metricValues,
  sameAddress,
  STATEMENTS,
  validateSigned,
} from '../../protocol/index.ts'
import type { Address, EvaluationMessage, Hash, SigningDomain, Validation } from '../../protocol/index.ts'
import type { ClaimHistory, PostedRound } from '../../replay/index.ts'
import { claimsInView } from '../agreements/claims-in-view.ts'
import type { SnapshotOf, StakeSnapshot } from '../agreements/snapshot-of.ts'
import type { NodeEvents } from '../events/index.ts'
import type { RoundFiles } from '../stores/round-files.ts'

export interface EvaluationsOptions {
  domain: SigningDomain
  task: bigint
  history: Pick<ClaimHistory, 'claims' | 'events'>
  /** Keys that count for a round. */
  snapshotOf: SnapshotOf
  files: Pick<RoundFiles<EvaluationMessage>, 'put' | 'recover'>
  events: Pick<NodeEvents, 'emit'>
}

/** Claims whose models are still evaluated, the newest: a start reads the stake snapshot of each that has evaluations. */
export const EVALUATED_CLAIMS = 16

/** The evaluations of one model. */
interface Collected {
  posted: PostedRound
  byMember: Map<Address, EvaluationMessage>
  snapshot?: Promise<StakeSnapshot>
}

/**
 * What members measured of the models of the newest claims that stand. The first evaluation of a member and model counts. Nothing in the
 * protocol depends on them: a node that has none replays, agrees and is paid as any other.
 *
 * @example
 * if ((await evaluations.validate(message)).verdict === 'accept') evaluations.take(message)
 */
export class Evaluations {
  readonly #options: EvaluationsOptions
  readonly #inView: ReturnType<typeof claimsInView>
  readonly #models = new Map<Hash, Collected>()
  /** What came before the evaluations of an earlier run were read; undefined from then on. */
  #early: EvaluationMessage[] | undefined = []

  constructor(options: EvaluationsOptions) {
    this.#options = options
    this.#inView = claimsInView(options.history)
  }

  /** Takes up what an earlier run kept. Call it when the history is complete. */
  async begin(): Promise<void> {
    const rounds = this.#claims().map(({ round }) => round)
    for (const message of await this.#options.files.recover(rounds))
      if ((await this.validate(message)).verdict === 'accept') this.#keep(message)
    const early = this.#early ?? []
    this.#early = undefined
    for (const message of early) this.take(message)
  }

  /** Judges an evaluation. Never throws: while the chain cannot be asked for the snapshot, the evaluation is ignored. */
  async validate(message: EvaluationMessage): Promise<Validation> {
    const { domain, task } = this.#options
    if (message.task !== task)
      return { verdict: 'reject', code: 'MESSAGE_WRONG_TASK', reason: `task ${message.task} instead of ${task}` }
    const posted = this.#standing(message.round)
    const known = posted && this.#models.get(posted.claimHash)?.byMember.get(lowerHex(message.member))
    const objection = judgeEvaluation(message, {
      modelRoot: posted?.claim.modelRoot,
      newest: this.#inView(0n).newest,
      known: known && evaluationDigest(known),
    })
    if (objection || !posted) return objection!
    let key: Address | undefined
    try {
      key = (await this.#snapshot(posted)).members.find(({ member }) => sameAddress(member, message.member))?.operatorKey
    } catch (error) {
      return { verdict: 'ignore', code: 'RPC_UNREACHABLE', reason: `the stake snapshot cannot be read: ${String(error)}` }
    }
    if (key) return validateSigned(domain, STATEMENTS.evaluation, message, key, undefined as never)
    const reason = `${message.member} is not a member of round ${message.round}`
    return { verdict: 'reject', code: 'MEMBER_UNKNOWN', reason }
  }

  /** Keeps an evaluation that `validate` accepted. */
  take(message: EvaluationMessage): void {
    if (this.#early) {
      if (this.#early.length < MAX_MEMBERS) this.#early.push(message)
      return
    }
    const posted = this.#keep(message)
    if (!posted) return
    this.#options.files.put(message.round, this.messages(message.round))
    const { round, member, samples, metrics } = message
    this.#options.events.emit({
      event: 'memberEvaluated',
      round,
      member: lowerHex(member),
      samples,
      metrics: metricValues(metrics),
    })
  }

  /** The newest round with a model, if there is one. */
  newest(): bigint[] {
    const { newest } = this.#inView(0n)
    return newest === 0n ? [] : [newest]
  }

  /** The evaluations of the model of a round, for a peer that missed them. */
  messages(round: bigint): EvaluationMessage[] {
    const posted = this.#standing(round)
    return posted ? [...(this.#models.get(posted.claimHash)?.byMember.values() ?? [])] : []
  }

  /** @returns the claim whose model it is of; undefined where nothing was kept */
  #keep(message: EvaluationMessage): PostedRound | undefined {
    const posted = this.#standing(message.round)
    if (posted?.claim.modelRoot !== message.modelRoot) return undefined
    const { byMember } = this.#collected(posted)
    const member = lowerHex(message.member)
    if (byMember.has(member)) return undefined
    byMember.set(member, { ...message, member })
    return posted
  }

  #standing(round: bigint): PostedRound | undefined {
    return this.#claims().find((posted) => posted.round === round)
  }

  #claims(): readonly PostedRound[] {
    return this.#inView(0n).open.slice(-EVALUATED_CLAIMS)
  }

  #collected(posted: PostedRound): Collected {
    const known = this.#models.get(posted.claimHash) ?? { posted, byMember: new Map<Address, EvaluationMessage>() }
    this.#models.set(posted.claimHash, known)
    if (this.#models.size > EVALUATED_CLAIMS) this.#prune()
    return known
  }

  /** Forgets claims that do not stand any more, or are too old. */
  #prune(): void {
    const standing = new Set(this.#claims().map(({ claimHash }) => claimHash))
    for (const claimHash of this.#models.keys()) if (!standing.has(claimHash)) this.#models.delete(claimHash)
  }

  /** Read once for each claim; again after a failure. */
  async #snapshot(posted: PostedRound): Promise<StakeSnapshot> {
    const collected = this.#collected(posted)
    collected.snapshot ??= this.#options.snapshotOf(posted)
    try {
      return await collected.snapshot
    } catch (error) {
      delete collected.snapshot
      throw error
    }
  }
}

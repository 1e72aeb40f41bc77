import type { Logger } from '../../core/index.ts'
import { judgeAgreement, lowerHex, reachesQuorum, sameAddress, STATEMENTS, validateSigned } from '../../protocol/index.ts'
import type { Address, AgreementMessage, Hash, Hex, SigningDomain, SnapshotMember, Validation } from '../../protocol/index.ts'
import type { ClaimHistory, PostedRound } from '../../replay/index.ts'
import type { Journal } from '../../storage/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { AgreementFiles } from '../stores/agreement-file.ts'
import { claimsInView } from './claims-in-view.ts'
import type { ClaimsInView } from './claims-in-view.ts'
import { newestFinal } from './newest-final.ts'
import type { SnapshotOf, StakeSnapshot } from './snapshot-of.ts'

export interface AgreementsOptions {
  domain: SigningDomain
  task: bigint
  /** Share of the stake that makes a claim final, as the ledger has it. */
  quorumBps: number
  journal: Pick<Journal, 'set' | 'delete' | 'entries' | 'transaction' | 'lazily'>
  history: Pick<ClaimHistory, 'claims' | 'events'>
  /** Stake and keys that the agreements of a round count by. */
  snapshotOf: SnapshotOf
  /** Whether a claim can no longer be rejected. */
  isFinal: (round: bigint, signal: AbortSignal) => Promise<boolean>
  files: Pick<AgreementFiles, 'put' | 'drop' | 'recover'>
  events: Pick<NodeEvents, 'emit'>
  logger: Pick<Logger, 'info'>
}

const PREFIX = 'agreement/'

const NOTHING: ClaimsInView = { open: [], newest: 0n }

/** The agreements to one claim. */
interface Collected {
  signatures: Map<Address, Hex>
  /** Being read, and read. */
  reading?: Promise<StakeSnapshot>
  snapshot?: StakeSnapshot
  quorate: boolean
}

/**
 * The agreements to every claim that stands and is not final. They are stored by claim and member and outlive the
 * round. A restarted node keeps its agreements, and accepts agreements of rounds that it no longer runs.
 *
 * An *open* claim is one that stands, is not final and is in the ledger's ring. What makes a claim stop being open (finality, a rejection, a
 * reorganisation of the chain, age) drops its agreements.
 *
 * @example
 * const agreements = new Agreements({ … })
 * await agreements.begin()
 * if ((await agreements.validate(message)).verdict === 'accept') agreements.take(message)
 * agreements.of(claimHash) // [{ member, signature }]
 */
export class Agreements {
  readonly #options: AgreementsOptions
  readonly #inView: (final: bigint) => ClaimsInView
  readonly #claims = new Map<Hash, Collected>()
  readonly #listeners = new Set<(round: bigint) => void>()
  #live = false
  /** The newest round known to be final. */
  #final = 0n
  /** Number of reorganisations. Chain data that was read before a reorganisation is void after it. */
  #reorgs = 0

  constructor(options: AgreementsOptions) {
    this.#options = options
    this.#inView = claimsInView(options.history)
    for (const [key, signature] of options.journal.entries<Hex>(PREFIX)) {
      const [claimHash, member] = key.slice(PREFIX.length).split('/') as [Hash, Address]
      this.#collected(claimHash).signatures.set(member, signature)
    }
  }

  /** Told of a round whenever an agreement to its claim came in. @returns ends the subscription */
  onChange(listener: (round: bigint) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * The history is complete from now on: agreements are validated against it, and agreements of claims that are not
   * open are deleted.
   */
  async begin(): Promise<void> {
    for (const claimHash of await this.#options.files.recover()) this.#collected(claimHash)
    this.#live = true
    this.follow()
    for (const { claimHash } of this.open()) this.#write(claimHash)
  }

  /** The open claims, oldest first. */
  open(): readonly PostedRound[] {
    return this.#view().open
  }

  /**
   * Drops agreements to claims that the history no longer contains. Call it whenever the history changed; `reorg`:
   * blocks were undone, and a final claim may not be final any more.
   */
  follow({ reorg = false } = {}): void {
    if (reorg) {
      this.#final = 0n
      this.#reorgs++
    }
    if (!this.#live) return
    const open = new Set(this.open().map(({ claimHash }) => claimHash))
    for (const claimHash of this.#claims.keys()) if (!open.has(claimHash)) this.#drop(claimHash)
  }

  /**
   * Reads the new final claims from the chain, and counts the agreements of earlier runs.
   *
   * @throws QuorateError RPC_UNREACHABLE, CANCELLED: call it again later
   */
  async settle(signal: AbortSignal): Promise<void> {
    const reorgs = this.#reorgs
    const final = await newestFinal(this.open(), async (round) => this.#options.isFinal(round, signal))
    if (final !== undefined && reorgs === this.#reorgs) this.#final = final
    this.follow()
    for (const posted of this.open()) {
      const collected = this.#claims.get(posted.claimHash)
      if (!collected || collected.quorate) continue
      if (!collected.snapshot) await this.#snapshot(posted)
      this.#count(posted)
    }
  }

  /** Judges an agreement. Never throws: while the chain cannot be asked for the snapshot, the agreement is ignored. */
  async validate(message: AgreementMessage): Promise<Validation> {
    const { domain, task } = this.#options
    if (message.task !== task)
      return { verdict: 'reject', code: 'MESSAGE_WRONG_TASK', reason: `task ${message.task} instead of ${task}` }
    const posted = this.#openClaim(message.round)
    const objection = judgeAgreement(message, {
      claimHash: posted?.claimHash,
      newest: this.#view().newest,
      agreed: posted !== undefined && this.has(posted.claimHash, message.member),
    })
    if (objection || !posted) return objection!
    let member: SnapshotMember | undefined
    try {
      member = await this.memberOf(posted, message.member)
    } catch (error) {
      return { verdict: 'ignore', code: 'RPC_UNREACHABLE', reason: `the stake snapshot cannot be read: ${String(error)}` }
    }
    if (member) return validateSigned(domain, STATEMENTS.agreement, message, member.operatorKey, undefined as never)
    const reason = `${message.member} is not a member of round ${message.round}`
    return { verdict: 'reject', code: 'MEMBER_UNKNOWN', reason }
  }

  /** Keeps an agreement that `validate` accepted, or that this node made. */
  take({ round, claimHash, member, signature }: AgreementMessage): void {
    const posted = this.#openClaim(round)
    if (posted?.claimHash !== claimHash || this.has(claimHash, member)) return
    const address = lowerHex(member)
    const { journal } = this.#options
    // Whoever signed it signs the same again, this node too.
    journal.lazily(() => journal.set(`${PREFIX}${claimHash}/${address}`, signature))
    const collected = this.#collected(claimHash)
    collected.signatures.set(address, signature)
    this.#write(claimHash)
    this.#count(posted)
    for (const listener of this.#listeners) listener(round)
  }

  has(claimHash: Hash, member: Address): boolean {
    return this.#claims.get(claimHash)?.signatures.has(lowerHex(member)) ?? false
  }

  /** Signatures under a claim, by lower-case member. */
  of(claimHash: Hash): ReadonlyMap<Address, Hex> {
    return this.#claims.get(claimHash)?.signatures ?? new Map<Address, Hex>()
  }

  /** How many members are known to have agreed to the open claim of a round. */
  count(round: bigint): number {
    const posted = this.#openClaim(round)
    return posted ? this.of(posted.claimHash).size : 0
  }

  /** The agreements to the open claim of a round, for a peer that missed them. */
  messages(round: bigint): AgreementMessage[] {
    const posted = this.#openClaim(round)
    if (!posted) return []
    const { claimHash } = posted
    const { task } = this.#options
    return [...this.of(claimHash)].map(([member, signature]) => ({
      kind: 'agreement',
      task,
      round,
      member,
      claimHash,
      signature,
    }))
  }

  /**
   * Rounds whose agreements are worth asking peers for, newest first. A quorum under one claim makes every claim before it final, so nothing older is.
   */
  wanted(): bigint[] {
    const rounds: bigint[] = []
    for (const { round, claimHash } of this.open().toReversed()) {
      if (this.#claims.get(claimHash)?.quorate) break
      rounds.push(round)
    }
    return rounds
  }

  /** The newest open claim with a quorum: with it, all claims before it can be made final. */
  newestQuorate(): PostedRound | undefined {
    return this.open().findLast(({ claimHash }) => this.#claims.get(claimHash)?.quorate)
  }

  /** The member of the stake snapshot that counts for a claim. @throws QuorateError RPC_UNREACHABLE, CANCELLED */
  async memberOf(posted: PostedRound, member: Address): Promise<SnapshotMember | undefined> {
    const { members } = await this.#snapshot(posted)
    return members.find((candidate) => sameAddress(candidate.member, member))
  }

  #view(): ClaimsInView {
    return this.#live ? this.#inView(this.#final) : NOTHING
  }

  #openClaim(round: bigint): PostedRound | undefined {
    return this.open().find((posted) => posted.round === round)
  }

  #collected(claimHash: Hash): Collected {
    const known = this.#claims.get(claimHash) ?? { signatures: new Map<Address, Hex>(), quorate: false }
    this.#claims.set(claimHash, known)
    return known
  }

  /** Read once for each claim; again after a failure. */
  async #snapshot(posted: PostedRound): Promise<StakeSnapshot> {
    const collected = this.#collected(posted.claimHash)
    collected.reading ??= this.#options.snapshotOf(posted)
    try {
      return (collected.snapshot = await collected.reading)
    } catch (error) {
      collected.reading = undefined
      throw error
    }
  }

  /**
   * Says once that a claim has its quorum. Whoever validated an agreement has read the snapshot; `settle` counts the
   * agreements of earlier runs.
   */
  #count({ round, claimHash }: PostedRound): void {
    const { events, logger, quorumBps } = this.#options
    const collected = this.#claims.get(claimHash)
    if (!collected?.snapshot) return
    const { members, totalStake } = collected.snapshot
    const { signatures } = collected
    const stake = members.reduce((sum, member) => (signatures.has(lowerHex(member.member)) ? sum + member.stake : sum), 0n)
    if (collected.quorate || !reachesQuorum(stake, totalStake, quorumBps)) return
    collected.quorate = true
    logger.info({ round, claimHash, members: signatures.size }, 'a quorum agrees to the claim')
    events.emit({ event: 'agreed', round, claimHash, members: signatures.size, stake, totalStake, quorumBps })
  }

  #write(claimHash: Hash): void {
    const signatures = [...this.of(claimHash)].map(([member, signature]) => ({ member, signature }))
    if (signatures.length > 0) this.#options.files.put(claimHash, signatures)
  }

  #drop(claimHash: Hash): void {
    const { journal, files } = this.#options
    const members = [...this.of(claimHash).keys()]
    if (members.length > 0)
      journal.transaction(() => {
        for (const member of members) journal.delete(`${PREFIX}${claimHash}/${member}`)
      })
    this.#claims.delete(claimHash)
    files.drop(claimHash)
  }
}

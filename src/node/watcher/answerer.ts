import { zeroAddress } from 'viem'
import {
  answerRequest,
  answerRequests,
  encodeAnswer,
  fitsInBatch,
  readCourt,
  readCourtOfJudge,
  readFinality,
  readJudge,
  readRequests,
  readRound,
} from '../../chain/index.ts'
import type { Contracts, CourtCase, EncodedAnswer, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, keepOnly, Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { buildAnswer, decodeOpening } from '../../judge/index.ts'
import type { ClaimParts, CourtAnswer, EvidenceOf } from '../../judge/index.ts'
import { CourtKind, courtRequestId, CourtTree, lowerHex, RING, sameAddress, ZERO_HASH } from '../../protocol/index.ts'
import type { Address, Hash, RoundRecord } from '../../protocol/index.ts'
import { claimBaseOf } from '../../replay/index.ts'
import type { ModelState, PostedRound } from '../../replay/index.ts'
import { obtainUpdate } from '../claims/fetch-update.ts'
import { obtainRecord } from '../claims/obtain-record.ts'
import { isDisk, outcomeOf, own, valueOf } from '../claims/outcome.ts'
import type { ReplayPorts } from '../ports.ts'

export interface AnswererOptions {
  ports: Pick<ReplayPorts, 'task' | 'stores' | 'supply' | 'metrics'>
  contracts: Pick<Contracts, 'ledger'>
  sender: TransactionSender
  /** Claims that stand. */
  claims: () => readonly PostedRound[]
  /** Computes a claim again and keeps its opening, where the disk lost it: a claim that is not answered for is rejected. */
  restore?: (posted: PostedRound, base: ModelState, signal: AbortSignal) => Promise<unknown>
  /**
   * Makes a claim final, and with it every claim before it, where the agreements of a quorum are known. False: none is. A final claim cannot be rejected: this is the
   * last resort of a claim whose answers are late.
   */
  settle?: (posted: PostedRound, signal: AbortSignal) => Promise<boolean>
  /** Owner whose claims are answered for at once; for others the first half of the window is theirs. */
  self: Address
  fromBlock: bigint
  /** Chain time, unix seconds. */
  now: () => number
  logger: Logger
  /** How often the court is looked at, ms. */
  everyMs?: number
}

/** Blocks that a reorganisation may undo: requests in them are read again. */
const UNSETTLED_BLOCKS = 64n

/** Kinds of requests about leaves. */
const ROWS: ReadonlySet<CourtKind> = new Set([CourtKind.leaf, CourtKind.rows])

/** Updates that are in memory at once for the chunks that are asked for. */
const UPDATES_AT_ONCE = 4

/**
 * Answers requests to the court about claims that this node computed or replayed, from the stored opening: the oldest
 * first, many in one transaction, several transactions at once. An operator that runs this cannot lose an honest claim
 * to requests, however many there are; a member that runs it answers for an operator that sleeps, and earns the bonds.
 * In the last quarter of the window it makes the claim final instead, if a quorum has agreed to it.
 */
export class Answerer implements Service {
  readonly name = 'answerer'
  readonly #options: AnswererOptions
  readonly #poll: Poll
  /** What does not change about a claim, by hash: read once. */
  readonly #known = new Map<Hash, Promise<{ court: Address | undefined; challengeEnd: number }>>()
  /** By court, a block before which no request is open. */
  readonly #settled = new Map<Address, bigint>()
  /** Claims that nobody can ask about any more. */
  readonly #over = new Set<Hash>()
  /** Requests whose answer the court did not take. Each is tried by itself, so that its fault is found before it is sent. */
  readonly #failed = new Set<string>()
  readonly #told = new Set<string>()

  constructor(options: AnswererOptions) {
    this.#options = options
    const { everyMs = 5000, logger } = options
    const failed = (error: unknown): void => logger.warn({ error: String(error) }, 'could not read the requests to the court')
    this.#poll = new Poll({ name: this.name, everyMs, look: async () => this.answerAll(), failed })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Answers the open requests. */
  async answerAll(): Promise<void> {
    const { ports, sender, self, claims } = this.#options
    const { chain } = sender
    const { signal } = this.#poll
    const task = ports.task.id
    const answering: Promise<void>[] = []
    const asked = new Map<Address, readonly CourtCase[]>()
    const recent = claims().slice(-RING)
    // Where a quorum makes claims final, that is long before their challenge window ends.
    const hashes = new Set(recent.map(({ claimHash }) => claimHash))
    for (const kept of [this.#known, this.#over]) keepOnly<Hash>(kept, hashes)
    for (const posted of recent) {
      const { round, claimHash, operator } = posted
      const canAnswer = ports.stores.openings.own(claimHash) !== ZERO_HASH
      if (this.#over.has(claimHash) || (!canAnswer && !this.#options.settle)) continue
      const { court, challengeEnd } = await this.#about(posted)
      if (!court) continue
      if (this.#options.now() >= challengeEnd) {
        // A pause of the ledger may have moved the end.
        const { final } = await readFinality(chain, { ledger: this.#options.contracts.ledger, task, round, signal })
        if (final) this.#over.add(claimHash)
        this.#known.delete(claimHash)
        continue
      }
      const requests = asked.get(court) ?? (await this.#openRequests(court))
      asked.set(court, requests)
      const open = requests.filter(({ target }) => target.claimHash === lowerHex(claimHash))
      if (open.length === 0) continue
      const { answerWindow } = await readCourt(chain, { court, task, signal })
      const isLate = open.some(({ deadline }) => this.#options.now() >= deadline - Number(answerWindow) / 4)
      if ((isLate && (await this.#isSettled(posted))) || !canAnswer) continue
      const othersTurn = Number(answerWindow) / 2
      const due = sameAddress(operator, self) ? open : open.filter(({ deadline }) => this.#options.now() >= deadline - othersTurn)
      if (due.length > 0) answering.push(this.#answerClaim(court, posted, due))
    }
    const ended = await Promise.allSettled(answering)
    for (const one of ended) if (one.status === 'rejected') throw one.reason
  }

  /** Makes a claim final if a quorum agrees to it. Returns whether it is final. */
  async #isSettled(posted: PostedRound): Promise<boolean> {
    const { ports, sender, contracts, settle, logger } = this.#options
    const { signal } = this.#poll
    const { round, claimHash } = posted
    const about = { ledger: contracts.ledger, task: ports.task.id, round, signal }
    try {
      // Another node may have been faster.
      if ((await readFinality(sender.chain, about)).final) return true
      if (!settle || !(await settle(posted, signal))) return false
    } catch (error) {
      if (signal.aborted) throw error
      logger.warn(
        { round, claimHash, error: String(error) },
        'could not make a claim final whose answers to the court are late; the node answers',
      )
      return false
    }
    logger.warn({ round, claimHash }, 'made a claim final by its quorum, because answers to the court were late')
    return true
  }

  /** All open requests about the task: one reading for all claims. */
  async #openRequests(court: Address): Promise<readonly CourtCase[]> {
    const { ports, sender, fromBlock } = this.#options
    const { signal } = this.#poll
    const toBlock = await sender.chain.publicClient.getBlockNumber()
    const from = this.#settled.get(court) ?? fromBlock
    const requests = await readRequests(sender.chain, { court, task: ports.task.id, fromBlock: from, toBlock, signal })
    const open = requests.filter(({ status }) => status === 'open')
    if (open.length === 0 && toBlock > from + UNSETTLED_BLOCKS) this.#settled.set(court, toBlock - UNSETTLED_BLOCKS)
    return open
  }

  async #about({ round, claimHash }: PostedRound): Promise<{ court: Address | undefined; challengeEnd: number }> {
    const known = this.#known.get(claimHash)
    if (known) return known
    const reading = this.#readAbout(round)
    this.#known.set(claimHash, reading)
    reading.catch(() => this.#known.delete(claimHash))
    return reading
  }

  async #readAbout(round: bigint): Promise<{ court: Address | undefined; challengeEnd: number }> {
    const { sender, contracts, ports } = this.#options
    const { signal } = this.#poll
    const about = { ledger: contracts.ledger, task: ports.task.id, round, signal }
    const [judge, { challengeEnd }] = await Promise.all([readJudge(sender.chain, about), readRound(sender.chain, about)])
    const court = sameAddress(judge, zeroAddress) ? zeroAddress : await readCourtOfJudge(sender.chain, { judge, signal })
    return { court: sameAddress(court, zeroAddress) ? undefined : court, challengeEnd }
  }

  /** Answers requests about one claim: its opening is read once, and transactions are on their way while the next is built. */
  async #answerClaim(court: Address, posted: PostedRound, due: readonly CourtCase[]): Promise<void> {
    const parts = await this.#partsOf(posted)
    if (!parts) return
    // Only members rows need the record, which shows their statements.
    const wanted = due.some(({ target: { kind, tree } }) => tree === CourtTree.members && ROWS.has(kind))
    const evidenceOf: EvidenceOf = wanted ? await this.#evidenceOf(posted) : () => undefined
    const sending: Promise<void>[] = []
    let waiting: EncodedAnswer[] = []
    const sendNext = (): void => {
      const count = fitsInBatch(waiting)
      sending.push(this.#send(court, posted, waiting.slice(0, count)))
      waiting = waiting.slice(count)
    }
    for (const group of groups(due.toSorted((a, b) => a.deadline - b.deadline))) {
      const updates = await this.#updatesOf(group)
      for (const { id, target } of group) {
        const answer = this.#build({ ...parts, updates }, posted, target, evidenceOf)
        if (answer && this.#failed.has(id)) sending.push(this.#sendAlone(court, posted, id, answer))
        else if (answer) waiting.push(encodeAnswer(answer))
      }
      while (fitsInBatch(waiting) < waiting.length) sendNext()
    }
    if (waiting.length > 0) sendNext()
    const ended = await Promise.allSettled(sending)
    for (const one of ended) if (one.status === 'rejected') throw one.reason
  }

  #build(
    parts: ClaimParts,
    { round }: PostedRound,
    target: CourtCase['target'],
    evidenceOf: EvidenceOf,
  ): CourtAnswer | undefined {
    try {
      return buildAnswer(parts, target, evidenceOf)
    } catch (error) {
      // One request that cannot be answered must not keep the others from their answers.
      this.#tell(round, courtRequestId(target), error)
      return undefined
    }
  }

  async #send(court: Address, { round }: PostedRound, answers: readonly EncodedAnswer[]): Promise<void> {
    const { sender, logger } = this.#options
    const { signal } = this.#poll
    const ids = answers.map(({ target }) => courtRequestId(target))
    try {
      const { hash, gasUsed, answered } = await answerRequests(sender, { court, answers, signal })
      for (const id of ids) if (!answered.has(id)) this.#failed.add(id)
      logger.info({ round, requests: answered.size, transaction: hash, gasUsed }, 'answered requests to the court')
    } catch (error) {
      if (signal.aborted || !isQuorateError(error)) throw error
      if (error.details['error'] === 'NothingDone') for (const id of ids) this.#failed.add(id)
      else this.#tell(round, ids[0]!, error)
    }
  }

  async #sendAlone(court: Address, { round }: PostedRound, id: Hash, answer: CourtAnswer): Promise<void> {
    const { sender, logger } = this.#options
    const { signal } = this.#poll
    try {
      const { hash, gasUsed } = await answerRequest(sender, { court, answer, signal })
      logger.info({ round, id, transaction: hash, gasUsed }, 'answered a request to the court')
    } catch (error) {
      if (signal.aborted || !isQuorateError(error)) throw error
      this.#tell(round, id, error)
    }
  }

  #tell(round: bigint, id: Hash, error: unknown): void {
    if (this.#told.has(id)) return
    this.#told.add(id)
    const code = isQuorateError(error) ? error.code : undefined
    this.#options.logger.warn({ round, id, code, error: String(error) }, 'could not answer a request to the court')
  }

  async #partsOf(posted: PostedRound): Promise<ClaimParts | undefined> {
    const { round, claim, claimHash } = posted
    const { restore } = this.#options
    const { id, spec } = this.#options.ports.task
    const { states, documents, openings } = this.#options.ports.stores
    const base = await states.load(claim.parent)
    const hash = openings.own(claimHash)
    if (!base) return undefined
    const read = async (): Promise<Uint8Array | undefined> => orNothing(async () => documents.get(hash), this.#poll.signal)
    let opening = await read()
    if (!opening && restore) {
      await restore(posted, base, this.#poll.signal)
      opening = await read()
    }
    if (!opening) return undefined
    const known = { ...claimBaseOf(id, spec, base), round, claimHash }
    return decodeOpening(opening, { ...known, updates: new Map() })
  }

  /** The updates whose chunks are asked for, by root. */
  async #updatesOf(group: readonly CourtCase[]): Promise<Map<Hash, Int8Array>> {
    const { ports } = this.#options
    const { updates: kept } = ports.stores
    const { signal } = this.#poll
    const updates = new Map<Hash, Int8Array>()
    for (const root of rootsOf(group)) {
      const read = async (): Promise<Uint8Array> => kept.get(root)
      const fetched = async (): Promise<Uint8Array> => obtainUpdate(ports, root, signal).then(read)
      // A chunk that the disk changed is no answer, and the claim would be lost: what is damaged or gone is fetched again.
      const bytes = (await orNothing(read, signal)) ?? (await orNothing(fetched, signal))
      if (bytes) updates.set(root, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    }
    return updates
  }

  /** Statements of members, from the record; none where it cannot be had, so that the other requests are still answered. */
  async #evidenceOf({ claim }: PostedRound): Promise<EvidenceOf> {
    const { ports } = this.#options
    const { signal } = this.#poll
    const obtained = await outcomeOf(async () => obtainRecord(ports, claim.evidence, signal), signal)
    if (obtained.kind !== 'have') return () => undefined
    const { record } = obtained.value
    return (member) => {
      const row: RoundRecord['rows'][number] | undefined = record.rows.find((one) => one.member === lowerHex(member))
      const attestation = record.attestations.find((one) => one.member === lowerHex(member))
      return row && { source: row.source, attestation: attestation?.signature ?? '0x', salt: row.reveal?.salt ?? ZERO_HASH }
    }
  }
}

/** Undefined for what neither this node nor a peer has. */
async function orNothing(get: () => Promise<Uint8Array>, signal: AbortSignal): Promise<Uint8Array | undefined> {
  return valueOf(await outcomeOf(async () => own(get, isDisk), signal))
}

function rootsOf(group: readonly CourtCase[]): Set<Hash> {
  return new Set(group.filter(({ target }) => target.kind === CourtKind.chunk).map(({ target }) => target.root))
}

/** Requests in their order, so few in a group that the updates they need fit into memory. */
function* groups(requests: readonly CourtCase[]): Generator<CourtCase[]> {
  let group: CourtCase[] = []
  for (const request of requests) {
    if (rootsOf([...group, request]).size > UPDATES_AT_ONCE) {
      yield group
      group = []
    }
    group.push(request)
  }
  if (group.length > 0) yield group
}

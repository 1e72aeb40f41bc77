import { zeroAddress } from 'viem'
import {
  answerRequest,
  readCourt,
  readCourtOfJudge,
  readFinality,
  readJudge,
  readRequests,
  readRound,
} from '../../chain/index.ts'
import type { Contracts, CourtCase, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, systemClock } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { buildAnswer, decodeOpening } from '../../judge/index.ts'
import type { ClaimParts, EvidenceOf } from '../../judge/index.ts'
import { CourtKind, CourtTree, lowerHex, sameAddress, ZERO_HASH } from '../../protocol/index.ts'
import type { Address, Hash, RoundRecord } from '../../protocol/index.ts'
import { claimBaseOf } from '../../replay/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import { obtainRecord } from '../claims/obtain-record.ts'
import type { ReplayPorts } from '../ports.ts'

export interface AnswererOptions {
  ports: Pick<ReplayPorts, 'task' | 'stores' | 'supply'>
  contracts: Pick<Contracts, 'ledger'>
  sender: TransactionSender
  /** Claims that stand. */
  claims: () => readonly PostedRound[]
  /** Owner whose claims are answered for at once; for others the first half of the window is theirs. */
  self: Address
  fromBlock: bigint
  /** Chain time, unix seconds. */
  now: () => number
  logger: Logger
  /** How often the court is looked at, ms. */
  everyMs?: number
}

/** Claims that are looked at: more are never undecided at once unless rounds take a small part of the challenge window. */
const NEWEST = 32

/**
 * Answers requests to the court about claims that this node computed or replayed, from the stored opening. An operator
 * that runs this cannot lose an honest claim to a request; a member that runs it answers for an operator that sleeps,
 * and earns the bond.
 */
export class Answerer implements Service {
  readonly name = 'answerer'
  readonly #options: AnswererOptions
  readonly #abort = new AbortController()
  /** What does not change about a claim, by hash: read once. */
  readonly #known = new Map<Hash, Promise<{ court: Address | undefined; challengeEnd: number }>>()
  /** Claims that nobody can ask about any more. */
  readonly #over = new Set<Hash>()
  readonly #failed = new Set<string>()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: AnswererOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { everyMs = 5000, logger } = this.#options
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.answerAll()
      } catch (error) {
        if (!signal.aborted) logger.warn({ error: String(error) }, 'could not read the requests to the court')
      }
      await systemClock.sleep(everyMs, signal).catch(() => {})
    }
  }

  /** Answers the open requests. */
  async answerAll(): Promise<void> {
    const { ports, sender, self, fromBlock, claims } = this.#options
    const { chain } = sender
    const { signal } = this.#abort
    const task = ports.task.id
    for (const posted of claims().slice(-NEWEST)) {
      const { round, claimHash, operator } = posted
      if (this.#over.has(claimHash) || ports.stores.openings.own(claimHash) === ZERO_HASH) continue
      const { court, challengeEnd } = await this.#about(posted)
      if (!court) continue
      if (this.#options.now() >= challengeEnd) {
        // A pause of the ledger may have moved the end.
        const { final } = await readFinality(chain, { ledger: this.#options.contracts.ledger, task, round, signal })
        if (final) this.#over.add(claimHash)
        this.#known.delete(claimHash)
        continue
      }
      const requests = await readRequests(chain, { court, task, round, fromBlock, signal })
      const open = requests.filter(({ status, target }) => status === 'open' && target.claimHash === lowerHex(claimHash))
      if (open.length === 0) continue
      const { answerWindow } = await readCourt(chain, { court, task, signal })
      const turn = sameAddress(operator, self) ? Number(answerWindow) : Number(answerWindow) / 2
      for (const request of open) if (this.#options.now() >= request.deadline - turn) await this.#answer(court, posted, request)
    }
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
    const { signal } = this.#abort
    const about = { ledger: contracts.ledger, task: ports.task.id, round, signal }
    const [judge, { challengeEnd }] = await Promise.all([readJudge(sender.chain, about), readRound(sender.chain, about)])
    const court = sameAddress(judge, zeroAddress) ? zeroAddress : await readCourtOfJudge(sender.chain, { judge, signal })
    return { court: sameAddress(court, zeroAddress) ? undefined : court, challengeEnd }
  }

  async #answer(court: Address, posted: PostedRound, { id, target }: CourtCase): Promise<void> {
    const { sender, logger } = this.#options
    const { signal } = this.#abort
    try {
      const parts = await this.#partsOf(posted, target)
      // Only a members row needs the record, which shows its statements.
      const wanted = target.kind === CourtKind.leaf && target.tree === CourtTree.members
      const evidenceOf: EvidenceOf = wanted ? await this.#evidenceOf(posted) : () => undefined
      const answer = parts && buildAnswer(parts, target, evidenceOf)
      if (!answer) return
      const { hash, gasUsed } = await answerRequest(sender, { court, answer, signal })
      logger.info({ round: posted.round, id, transaction: hash, gasUsed }, 'answered a request to the court')
    } catch (error) {
      if (signal.aborted || !isQuorateError(error)) throw error
      if (!this.#failed.has(id)) logger.warn({ round: posted.round, id, code: error.code }, error.message)
      this.#failed.add(id)
    }
  }

  async #partsOf({ round, claim, claimHash }: PostedRound, target: CourtCase['target']): Promise<ClaimParts | undefined> {
    const { id, spec } = this.#options.ports.task
    const { states, documents, openings, updates: kept } = this.#options.ports.stores
    const base = await states.load(claim.parent)
    const hash = openings.own(claimHash)
    if (!base || !(await documents.has(hash))) return undefined
    const known = { ...claimBaseOf(id, spec, base), round, claimHash }
    const updates = new Map<Hash, Int8Array>()
    if (target.kind === CourtKind.chunk && (await kept.has(target.root))) {
      const bytes = await kept.get(target.root, { verify: false })
      updates.set(target.root, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    }
    return decodeOpening(await documents.get(hash), { ...known, updates })
  }

  async #evidenceOf({ claim }: PostedRound): Promise<EvidenceOf> {
    const { record } = await obtainRecord(this.#options.ports, claim.evidence, this.#abort.signal)
    return (member) => {
      const row: RoundRecord['rows'][number] | undefined = record.rows.find((one) => one.member === lowerHex(member))
      const attestation = record.attestations.find((one) => one.member === lowerHex(member))
      return row && { source: row.source, attestation: attestation?.signature ?? '0x', salt: row.reveal?.salt ?? ZERO_HASH }
    }
  }
}

import { isQuorateError } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import { findFraud, membersFraud } from '../../../src/judge/index.ts'
import type { ClaimParts, JudgeProof, KnownAttestation } from '../../../src/judge/index.ts'
import { knownRound, withAttestations } from '../../../src/node/watcher/known-round.ts'
import { recordOfRows } from '../../../src/node/watcher/record-of-rows.ts'
import { availableRoots, checkRecord, recordOf, useOf, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, MemberLeaf, RecordFacts, RoundRecord, RoundState } from '../../../src/protocol/index.ts'
import { claimBaseOf, claimComputer } from '../../../src/replay/index.ts'
import type { ComputedClaim, ModelState } from '../../../src/replay/index.ts'
import type { ChainView } from '../chain/chain-view.ts'
import { DOCUMENT, GENESIS, SPEC, TASK } from '../task.ts'
import type { Updates } from './updates.ts'

/** What an operator serves of its claim. Either may be missing, and neither need be true. */
export interface Served {
  record?: RoundRecord
  opening?: ClaimParts
}

/** What a watcher needs to search a claim whose opening nobody serves. */
export interface Withheld {
  kind: 'withheld'
  own: ClaimParts
  replayed: boolean
  rowProof: (parts: ClaimParts, attestations: readonly KnownAttestation[]) => Promise<JudgeProof | undefined>
  replayOver: (rows: readonly MemberLeaf[]) => Promise<ClaimParts | undefined>
}

export type Finding = { kind: 'sound' | 'unproved' | 'unknown base' } | { kind: 'proof'; proof: JudgeProof } | Withheld

/** Computes, replays and investigates claims as nodes do, with one memory for all of them: every honest node gets the same result. */
export class Claims {
  readonly #chain: ChainView
  readonly #updates: Updates
  readonly #compute
  readonly #states = new Map<Hash, ModelState>([[GENESIS.claimHash, GENESIS]])
  readonly #computed = new Map<string, Promise<ComputedClaim | undefined>>()
  readonly #served = new Map<Hash, Served>()
  readonly #checked = new Map<string, Promise<string[]>>()
  readonly #parts = new Map<Hash, { parts: ClaimParts; record: RoundRecord }>()
  readonly #honest = new Set<Hash>([GENESIS.claimHash])
  computations = 0

  constructor(chain: ChainView, updates: Updates, engine = createEngine()) {
    this.#chain = chain
    this.#updates = updates
    this.#compute = claimComputer(engine)
  }

  state(claimHash: Hash): ModelState | undefined {
    return this.#states.get(claimHash)
  }

  /** The claim that a record gives; undefined while its base or an update is missing, or when no claim of it is true. */
  async compute(record: RoundRecord): Promise<ComputedClaim | undefined> {
    const key = `${record.base} ${useOf(record).recordHash}`
    const known = this.#computed.get(key)
    if (known) return known
    const making = this.#fresh(record)
    const made = await making
    // What is missing may come.
    if (made) this.#computed.set(key, making)
    return made
  }

  async #fresh(record: RoundRecord): Promise<ComputedClaim | undefined> {
    const base = this.#states.get(record.base)
    if (!base) return undefined
    const updates = new Map<Hash, Int8Array>()
    for (const root of availableRoots(record, SPEC)) {
      const bytes = root && this.#updates.isServed(root) ? this.#updates.bytes(root) : undefined
      if (bytes) updates.set(root!, bytes)
    }
    try {
      this.computations++
      const computed = await this.#compute({ task: TASK, spec: SPEC, document: DOCUMENT, base, record, updates })
      this.#states.set(computed.claimHash, computed.state)
      this.#parts.set(computed.claimHash, { parts: computed.parts, record })
      return computed
    } catch (error) {
      if (isQuorateError(error) && ['BLOB_NOT_FOUND', 'ROUND_UNCERTIFIED', 'CLAIM_MISMATCH'].includes(error.code))
        return undefined
      throw error
    }
  }

  serve({ claimHash, parts }: Pick<ComputedClaim, 'claimHash' | 'parts'>, record: RoundRecord | undefined, _by?: Address): void {
    this.serveAs(claimHash, { ...(record && { record }), opening: parts })
  }

  serveAs(claimHash: Hash, served: Served): void {
    this.#served.set(claimHash, served)
  }

  servedOf(claimHash: Hash): Served | undefined {
    return this.#served.get(claimHash)
  }

  /** Faults of a record by the chain of now. */
  async #faults(record: RoundRecord, round: bigint, base: Hash): Promise<string[]> {
    const facts = await this.#chain.factsOf(round, base)
    const key = `${useOf(record).recordHash} ${facts.seal.digest} ${facts.timepoint} ${facts.forced.size}`
    const known = this.#checked.get(key) ?? checkRecord(record, facts)
    this.#checked.set(key, known)
    return known
  }

  /** Whether the claim follows from the record that its operator serves; undefined when that record, or what it needs, cannot be had. */
  async replays(round: bigint, claim: Claim, claimHash: Hash): Promise<boolean | undefined> {
    const record = this.#served.get(claimHash)?.record
    if (!record) return undefined
    if ((await this.#faults(record, round, claim.parent)).length > 0) return false
    const computed = await this.compute(record)
    return computed && computed.claimHash === claimHash
  }

  /** As the investigator of a node: the operator's evidence and opening, and what the node itself saw. */
  async investigate(
    { round, claim, claimHash }: { round: bigint; claim: Claim; claimHash: Hash },
    own: RoundState | undefined,
  ): Promise<Finding> {
    if (!this.#states.has(claim.parent)) return { kind: 'unknown base' }
    const { record, opening } = this.#served.get(claimHash) ?? {}
    const faults = record ? await this.#faults(record, round, claim.parent) : []
    const facts = await this.#chain.factsOf(round, claim.parent)
    const known = knownRound({ facts, record, own })
    const seen = own?.seal ? recordOf(this.#chain.domain, own) : undefined
    const source = record && faults.length === 0 ? record : seen
    const honest = source && (await this.compute(source))
    const right = honest?.claimHash === claimHash
    const posted = right ? honest.parts : opening
    if (!posted)
      return {
        kind: 'withheld',
        own: honest?.parts ?? this.#before(round, this.#states.get(claim.parent)!),
        replayed: honest !== undefined,
        rowProof: async (parts, attestations) => membersFraud(parts, withAttestations(known, attestations), honest?.parts),
        replayOver: async (rows) => this.#replayOver(rows, facts),
      }
    const proof = right ? await membersFraud(posted, known, honest.parts) : await findFraud(posted, known, honest?.parts)
    if (proof) return { kind: 'proof', proof }
    return { kind: right && faults.length === 0 ? 'sound' : 'unproved' }
  }

  async #replayOver(rows: readonly MemberLeaf[], facts: RecordFacts): Promise<ClaimParts | undefined> {
    const over = await this.compute(recordOfRows(facts, rows))
    const signed = (row: MemberLeaf, i: number): MemberLeaf => ({
      ...row,
      signatureHash: rows[i]!.signatureHash,
      attestationHash: rows[i]!.attestationHash,
    })
    return over && { ...over.parts, rows: over.parts.rows.map(signed) }
  }

  /** What stood before a round that could not be replayed, with nothing in it. */
  #before(round: bigint, base: ModelState): ClaimParts {
    const none = { rows: [], norms: new Map(), gram: [], trace: [], transition: [], model: [], reference: null }
    const rest = { ledger: base.ledger, evidence: ZERO_HASH, ledgerTotal: 0n, members: 0 }
    return { ...claimBaseOf(TASK, SPEC, base), round, updates: new Map(), ...none, ...rest }
  }

  /** An honest node computed or replayed the claim, so it can answer for it. */
  learn(claimHash: Hash): void {
    this.#honest.add(claimHash)
  }

  /** Whether honest nodes have the state that a claim makes. */
  isKnown(claimHash: Hash): boolean {
    return this.#honest.has(claimHash)
  }

  knownToHonest(claimHash: Hash): { parts: ClaimParts; record: RoundRecord } | undefined {
    return this.#honest.has(claimHash) ? this.#parts.get(claimHash) : undefined
  }

  /** Forgets everything but genesis: another game begins. */
  clear(): void {
    this.#states.clear()
    this.#states.set(GENESIS.claimHash, GENESIS)
    this.#computed.clear()
    this.#served.clear()
    this.#checked.clear()
  }
}

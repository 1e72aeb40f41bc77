import { isQuorateError } from '../../core/index.ts'
import { decodeOpening, findFraud, membersFraud } from '../../judge/index.ts'
import type { ClaimParts, JudgeProof, KnownRound } from '../../judge/index.ts'
import { checkRecord, recordOf, useOf, Verdict, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf, RecordFacts, RoundRecord, RoundState } from '../../protocol/index.ts'
import { claimBaseOf, updatesOf } from '../../replay/index.ts'
import type { ComputedClaim, ModelState } from '../../replay/index.ts'
import { obtainUpdate } from '../claims/fetch-update.ts'
import { obtainDocument, obtainRecord, UNAVAILABLE } from '../claims/obtain-record.ts'
import { computeFromRecord } from '../claims/replay-claim.ts'
import type { ReplayPorts } from '../ports.ts'
import type { Dispute, Finding, Investigator } from './dispute.ts'
import { knownRound, withAttestations } from './known-round.ts'
import { recordOfRows } from './record-of-rows.ts'

export interface InvestigatorNeeds {
  ports: ReplayPorts
  /** The round as this node lived through it. */
  roundState: (round: bigint) => RoundState | undefined
}

/** Two for each of a few disputes at once. */
const KEEP_REPLAYS = 4

/** What `lookAt` knows of a round besides the claim. */
interface View {
  /** The operator's evidence; undefined when no peer serves it or it is not a valid record. */
  record: RoundRecord | undefined
  /** Why the record cannot be true. */
  faults: string[]
  own: RoundState | undefined
  facts: RecordFacts
}

/**
 * Investigates with the operator's evidence and opening, from the node's disk or its peers; its own memory of the round
 * where the evidence is missing or false. The claim is recomputed and compared leaf by leaf.
 */
export function investigator(needs: InvestigatorNeeds): Investigator {
  const { ports } = needs
  const { stores } = ports
  const replay = new Replays(ports)
  return async (dispute, signal): Promise<Finding> => {
    const { round, claim, claimHash } = dispute
    const base = await stores.states.load(claim.parent)
    if (!base) return { kind: 'unproved', reason: 'this node does not have the claim before it' }
    const view = await lookAt(needs, dispute, base, signal)
    const known = knownRound(view)
    const honest = await replay.round(view, base, signal)
    const right = honest?.claimHash === claimHash
    const posted = right ? honest.parts : await openClaim(ports, dispute, base, honest, signal)
    if (!posted) {
      const what = view.record ? 'opening' : 'evidence'
      return {
        kind: 'withheld',
        what,
        own: honest?.parts ?? before(ports, round, base),
        replayed: honest !== undefined,
        rowProof: async (parts, attestations) => membersFraud(parts, withAttestations(known, attestations), honest?.parts),
        replayOver: async (rows) => {
          const over = await replay.over(recordOfRows(view.facts, rows), base, signal)
          // Signatures are not in that record.
          const signed = (row: MemberLeaf, i: number): MemberLeaf => ({
            ...row,
            signatureHash: rows[i]!.signatureHash,
            attestationHash: rows[i]!.attestationHash,
          })
          return over && { ...over.parts, rows: over.parts.rows.map(signed) }
        },
      }
    }
    const proof = await proofAgainst(posted, known, honest?.parts, ports)
    if (proof) return { kind: 'proof', proof }
    if (right && view.faults.length === 0) return { kind: 'sound' }
    ports.logger.debug({ round, claimHash }, 'no kind of proof shows this fault')
    return {
      kind: 'unproved',
      reason: view.faults[0] ?? (honest ? 'no kind of proof shows the difference' : 'no peer serves the updates'),
    }
  }
}

/** The opening that somebody serves and that seals to the posted claim. */
export async function openClaim(
  ports: Omit<ReplayPorts, 'factsOf' | 'compute'>,
  { round, claimHash }: Pick<Dispute, 'round' | 'claimHash'>,
  base: ModelState,
  honest: ComputedClaim | undefined,
  signal: AbortSignal,
): Promise<ClaimParts | undefined> {
  const { task, stores, logger } = ports
  const rows = new Map(honest?.files.updates)
  for (const hash of stores.openings.candidates(round, claimHash)) {
    const bytes = await orNothing(obtainDocument(ports, hash, signal))
    if (!bytes) continue
    try {
      const parts = decodeOpening(bytes, {
        ...claimBaseOf(task.id, task.spec, base),
        round,
        updates: updatesOf(rows),
        claimHash,
      })
      for (const { verdict, updateRoot: root } of parts.rows) {
        const row =
          verdict >= Verdict.inadmissible && !rows.has(root) ? await orNothing(obtainUpdate(ports, root, signal)) : undefined
        if (row) rows.set(root, row)
      }
      return parts
    } catch (error) {
      if (!isQuorateError(error, 'OPENING_MALFORMED') && !isQuorateError(error, 'OPENING_MISMATCH')) throw error
      logger.warn({ round, claimHash, opening: hash, code: error.code }, error.message)
    }
  }
  return undefined
}

async function lookAt(
  { ports, roundState }: InvestigatorNeeds,
  dispute: Dispute,
  base: ModelState,
  signal: AbortSignal,
): Promise<View> {
  const { round, claim } = dispute
  const facts = await ports.factsOf(round, base.claimHash)
  const state = roundState(round)
  const evidence = await orNothing(obtainRecord(ports, claim.evidence, signal))
  const record = evidence?.record
  return { record, faults: record ? await checkRecord(record, facts) : [], own: state, facts }
}

/** Replays for disputes. A dispute about withheld data replays the same records many times, so the last replays are cached. */
class Replays {
  readonly #ports: ReplayPorts
  readonly #kept = new Map<string, ComputedClaim>()

  constructor(ports: ReplayPorts) {
    this.#ports = ports
  }

  /** The claim that should have been posted: over the operator's record if that is true, else over what this node saw. */
  async round({ record, faults, own }: View, base: ModelState, signal: AbortSignal): Promise<ComputedClaim | undefined> {
    const seen = own?.seal ? recordOf(this.#ports.task.domain, own) : undefined
    const source = record && faults.length === 0 ? record : seen
    return source && this.over(source, base, signal)
  }

  /** The claim that a record gives; undefined when an update cannot be had. */
  async over(record: RoundRecord, base: ModelState, signal: AbortSignal): Promise<ComputedClaim | undefined> {
    const key = `${useOf(record).recordHash} ${base.claimHash}`
    const computed = this.#kept.get(key) ?? (await orNothing(computeFromRecord(this.#ports, record, base, signal)))
    if (!computed) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, computed)
    for (const old of [...this.#kept.keys()].slice(0, -KEEP_REPLAYS)) this.#kept.delete(old)
    return computed
  }
}

/** What stood before a round that could not be replayed, with nothing in it. */
function before({ task }: Pick<ReplayPorts, 'task'>, round: bigint, base: ModelState): ClaimParts {
  return {
    ...claimBaseOf(task.id, task.spec, base),
    round,
    updates: new Map(),
    rows: [],
    norms: new Map(),
    gram: [],
    trace: [],
    transition: [],
    model: [],
    reference: null,
    ledger: base.ledger,
    evidence: ZERO_HASH,
    ledgerTotal: 0n,
    members: 0,
  }
}

async function proofAgainst(
  posted: ClaimParts,
  known: KnownRound,
  honest: ClaimParts | undefined,
  { logger }: Pick<ReplayPorts, 'logger'>,
): Promise<JudgeProof | undefined> {
  try {
    // A replay that agrees in every leaf is the posted claim itself: nothing is left to compare.
    return posted === honest ? await membersFraud(posted, known, honest) : await findFraud(posted, known, honest)
  } catch (error) {
    // A builder met something that an opening may hold and a replay never does.
    logger.error({ round: posted.round, error: String(error), stack: (error as Error).stack }, 'comparing the claims failed')
    return undefined
  }
}

/** Undefined for what peers do not serve, or serve as nonsense: both can be an operator's doing. */
async function orNothing<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value
  } catch (error) {
    if (isQuorateError(error) && [...UNAVAILABLE, 'CLAIM_MISMATCH', 'ROUND_UNCERTIFIED'].includes(error.code)) return undefined
    throw error
  }
}

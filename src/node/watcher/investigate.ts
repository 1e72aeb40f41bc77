import { findFraud, membersFraud } from '../../judge/index.ts'
import type { ClaimParts, JudgeProof, KnownRound } from '../../judge/index.ts'
import { recordOf, useOf, ZERO_HASH } from '../../protocol/index.ts'
import type { Claim, MemberLeaf, RecordFacts, RoundRecord, RoundState } from '../../protocol/index.ts'
import { claimBaseOf } from '../../replay/index.ts'
import type { ComputedClaim, ModelState } from '../../replay/index.ts'
import { obtainRecord, recordSeen } from '../claims/obtain-record.ts'
import { outcomeOf, own as ownTrouble, valueOf } from '../claims/outcome.ts'
import { computeFromRecord, faultsOf } from '../claims/replay-claim.ts'
import type { ReplayPorts } from '../ports.ts'
import type { Dispute, Finding, Investigator } from './dispute.ts'
import { hurried, investigationPace } from './investigation-pace.ts'
import { knownRound, withAttestations } from './known-round.ts'
import { openClaim } from './open-claim.ts'
import { recordOfRows } from './record-of-rows.ts'

export interface InvestigatorNeeds {
  ports: ReplayPorts
  /** The round as this node lived through it. */
  roundState: (round: bigint) => RoundState | undefined
}

/** Two for each of a few disputes at once. */
const KEEP_REPLAYS = 4

/** What a node knows of a round besides its claim. */
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
  const hasTime = investigationPace()
  return async (dispute, signal): Promise<Finding> => {
    const { round, claim, claimHash } = dispute
    const base = await stores.states.load(claim.parent)
    if (!base) return { kind: 'waiting', for: 'the state of the claim before it' }
    const asking = hasTime(claimHash) ? ports : hurried(ports)
    const view = await lookAt({ ...needs, ports: asking }, dispute, base, signal)
    const known = knownRound(view)
    const honest = await replay.round(view, base, signal)
    const right = honest?.claimHash === claimHash
    const alike = honest !== undefined && sealsAlike(honest.claim, claim)
    // Then the replay opens the claim.
    const posted = alike ? { ...honest.parts, evidence: claim.evidence } : await openClaim(asking, dispute, base, honest, signal)
    const compared = posted && (await proofAgainst(posted, known, honest?.parts, ports))
    // An opening that cannot be compared is worth no more than none: the court opens the claim leaf by leaf.
    if (!compared) {
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
    if (compared.proof) return { kind: 'proof', proof: compared.proof }
    if (right && view.faults.length === 0) return { kind: 'sound' }
    ports.logger.debug({ round, claimHash }, 'no kind of proof shows this fault')
    return { kind: 'unproved', reason: alike && !right ? evidenceOnly(round) : (view.faults[0] ?? unproved(honest)) }
  }
}

function evidenceOnly(round: bigint): string {
  return `only the hash of its evidence is false, which no proof shows: members can void the round (quorate member void --round ${round})`
}

function unproved(honest: ComputedClaim | undefined): string {
  return honest ? 'no kind of proof shows the difference' : 'no peer serves the updates'
}

/** Whether two claims differ in nothing but the hash of their evidence. */
function sealsAlike(honest: Claim, posted: Claim): boolean {
  return (Object.keys(honest) as (keyof Claim)[]).every((field) => field === 'evidence' || honest[field] === posted[field])
}

async function lookAt(
  { ports, roundState }: InvestigatorNeeds,
  dispute: Dispute,
  base: ModelState,
  signal: AbortSignal,
): Promise<View> {
  const { round, claim } = dispute
  const facts = await ownTrouble(async () => ports.factsOf(round, base.claimHash, signal))
  const own = roundState(round)
  const served = async (): Promise<RoundRecord> => (await obtainRecord(ports, claim.evidence, signal)).record
  const record = recordSeen(ports, claim.evidence, own)?.record ?? valueOf(await outcomeOf(served, signal))
  return { record, faults: record ? await faultsOf(record, facts) : [], own, facts }
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
    const compute = async (): Promise<ComputedClaim> => computeFromRecord(this.#ports, record, base, signal)
    const computed = this.#kept.get(key) ?? valueOf(await outcomeOf(compute, signal))
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

/** What comparing an opened claim with the truth gives; undefined when the comparison breaks. */
async function proofAgainst(
  posted: ClaimParts,
  known: KnownRound,
  honest: ClaimParts | undefined,
  { logger }: Pick<ReplayPorts, 'logger'>,
): Promise<{ proof: JudgeProof | undefined } | undefined> {
  try {
    // A replay that agrees in every leaf opens the posted claim: nothing is left to compare.
    const same = posted.rows === honest?.rows
    return { proof: same ? await membersFraud(posted, known, honest) : await findFraud(posted, known, honest) }
  } catch (error) {
    // A builder met something that an opening may hold and a replay never does.
    logger.error({ round: posted.round, error: String(error), stack: (error as Error).stack }, 'comparing the claims failed')
    return undefined
  }
}

import { checkJudge, readFinality, readLedgerEvents, readTask } from '../chain/index.ts'
import type { Chain, Contracts } from '../chain/index.ts'
import { isQuorateError, QuorateError } from '../core/index.ts'
import { createEngine } from '../engine/index.ts'
import type { Engine } from '../engine/index.ts'
import {
  availableRoots,
  checkRecord,
  decodeRecord,
  decodeSpec,
  documentHash,
  paddedLength,
  specHash,
  updateFileName,
} from '../protocol/index.ts'
import type { Claim, Hash, RoundRecord, TaskSpec } from '../protocol/index.ts'
import { ClaimHistory } from './claim-history.ts'
import { claimComputer } from './compute-claim.ts'
import type { ComputedClaim } from './compute-claim.ts'
import { DOCUMENT_FILE, OPENING_FILE, readEvidence, readGenesis, readOpening, RECORD_FILE, SPEC_FILE } from './evidence-folder.ts'
import type { Evidence } from './evidence-folder.ts'
import { genesisState } from './model-state.ts'
import type { ModelState } from './model-state.ts'
import { factsOf } from './record-facts.ts'
import { requireGrants } from './require-grants.ts'

export interface AuditOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  /** Folder that holds `<task>/<round>/…`. */
  evidence: string
  fromBlock?: bigint
  /** Also the posted rounds that are not final yet. */
  includePending?: boolean
  /** The last round to replay; all if left out. */
  until?: bigint
  /**
   * Told of the first claim that is not final and whose evidence is not in the folder yet: a node that runs fetches it after the claim is posted. The audit ends
   * before that claim. Without this function it fails with EVIDENCE_MISSING.
   */
  onAwaited?: (round: bigint) => void
  /** What replays; default an engine of its own. */
  engine?: Pick<Engine, 'aggregate'>
  onRound?: (round: AuditedRound) => void
  signal?: AbortSignal
}

export interface AuditedRound {
  round: bigint
  final: boolean
  claimHash: Hash
  modelRoot: Hash
  ledgerRoot: Hash
  /** What the replay gave. */
  replayedModelRoot: Hash
  replayedLedgerRoot: Hash
  match: boolean
  computed: ComputedClaim
  /** Who had a row, by which key, with which commitment. */
  record: RoundRecord
  /** Claims that stand. An audit of final rounds ends before those that are not final. */
  claims: number
}

/**
 * Replays a task from genesis with only the chain and an evidence folder, without trust in operator or members. Checks
 * bytes against hashes, statements against registered keys, and the claim against its own computation. Stops at the
 * first round that does not hold.
 *
 * @throws QuorateError EVIDENCE_MISSING, AUDIT_MISMATCH (details name round, file or fields), GRANT_MISSING (details name the members, and who let them count), JUDGE_UNKNOWN for a task of another version, RPC_UNREACHABLE
 */
export async function auditTask(options: AuditOptions): Promise<AuditedRound[]> {
  const { chain, contracts, task, evidence, fromBlock = 0n, includePending = false, until, onAwaited, onRound, signal } = options
  const { ledger } = contracts
  const onChain = await readTask(chain, { ledger, task, signal })
  await checkJudge(chain, { task, judge: onChain.judge, signal })
  const history = new ClaimHistory()
  for (const event of await readLedgerEvents(chain, { contracts, task, fromBlock, signal })) history.apply(event)
  await using own = options.engine ? undefined : createEngine()
  const compute = claimComputer(options.engine ?? own!)
  const audited: AuditedRound[] = []
  let state: ModelState | undefined
  const claims = history.claims()
  for (const { round, claim, claimHash } of claims) {
    signal?.throwIfAborted()
    if (until !== undefined && round > until) break
    const { final } = await readFinality(chain, { ledger, task, round, signal })
    if (!final && !includePending) break
    const read = await readEvidence(evidence, task, round, claim.evidence).catch((error: unknown) => {
      if (!onAwaited || final || !isQuorateError(error, 'EVIDENCE_MISSING')) throw error
    })
    if (!read) {
      onAwaited?.(round)
      break
    }
    const { documents, updates } = read
    const { spec, document } = specOf(documents, round, onChain.specHash)
    state ??= genesisState(task, spec, await readGenesis(evidence, task, spec))
    const record = recordOf(documents, round)
    const facts = await factsOf({ chain, contracts, task, spec, history })(round, state.claimHash, signal)
    const faults = await checkRecord(record, facts).catch((error: unknown) => [`it cannot be checked: ${String(error)}`])
    if (faults.length > 0) throw mismatch(round, `${RECORD_FILE} is false: ${faults[0]}`, { file: RECORD_FILE, faults })
    const missing = availableRoots(record, spec).find((root) => root && !updates.has(root))
    if (missing) throw mismatch(round, `the update ${missing} is not in the evidence`, { file: updateFileName(missing) })
    for (const [root, update] of updates)
      if (update.length !== paddedLength(spec))
        throw mismatch(round, `the update ${root} has another length than the task's`, { file: updateFileName(root) })
    await requireGrants({ chain, task, spec, document, record, openedAt: history.openedAt(round)!, signal })
    const input = { task, spec, document, base: state, record, updates }
    const computed = await compute(input, signal).catch((error: unknown) => {
      if (isQuorateError(error)) throw error
      throw mismatch(round, `the round cannot be computed from its evidence: ${String(error)}`, { file: RECORD_FILE })
    })
    const result: AuditedRound = {
      round,
      final,
      claimHash,
      modelRoot: claim.modelRoot,
      ledgerRoot: claim.ledgerRoot,
      replayedModelRoot: computed.claim.modelRoot,
      replayedLedgerRoot: computed.claim.ledgerRoot,
      match: computed.claimHash === claimHash,
      computed,
      record,
      claims: claims.length,
    }
    audited.push(result)
    onRound?.(result)
    if (!result.match) {
      const fields = (Object.keys(claim) as (keyof Claim)[]).filter((field) => claim[field] !== computed.claim[field])
      throw mismatch(round, `the claim differs from its replay in ${fields.join(', ')}`, { fields })
    }
    await checkOpening(evidence, task, round, computed)
    state = computed.state
  }
  return audited
}

function mismatch(round: bigint, what: string, details: Record<string, unknown>): QuorateError {
  return new QuorateError('AUDIT_MISMATCH', `round ${round}: ${what}`, { details: { round: round.toString(), ...details } })
}

/** The opening beside the evidence, where there is one, is that of the claim: no other bytes may stand under its name. */
async function checkOpening(root: string, task: bigint, round: bigint, computed: ComputedClaim): Promise<void> {
  const opening = await readOpening(root, task, round)
  if (opening && Buffer.compare(opening, computed.opening()) !== 0)
    throw mismatch(round, `${OPENING_FILE} is not the opening of the claim`, { file: OPENING_FILE })
}

function text(files: Evidence['documents'], name: string, round: bigint): string {
  const bytes = files.get(name)
  if (!bytes) throw mismatch(round, `the evidence does not contain ${name}`, { file: name })
  return new TextDecoder().decode(bytes)
}

function specOf(files: Evidence['documents'], round: bigint, expected: Hash): { spec: TaskSpec; document: string } {
  const spec = readable(SPEC_FILE, round, () => decodeSpec(text(files, SPEC_FILE, round)))
  if (specHash(spec) !== expected)
    throw mismatch(round, `${SPEC_FILE} is not the specification that the chain names`, { file: SPEC_FILE })
  const document = text(files, DOCUMENT_FILE, round)
  if (documentHash(document) !== spec.document)
    throw mismatch(round, `${DOCUMENT_FILE} is not the document that the specification names`, { file: DOCUMENT_FILE })
  return { spec, document }
}

function recordOf(files: Evidence['documents'], round: bigint): RoundRecord {
  return readable(RECORD_FILE, round, () => decodeRecord(text(files, RECORD_FILE, round)))
}

/** What decoding a file gives: the claim commits to its bytes, but an operator may have committed to anything. */
function readable<T>(file: string, round: bigint, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (isQuorateError(cause, 'AUDIT_MISMATCH')) throw cause
    throw mismatch(round, `${file} cannot be read: ${(cause as Error).message}`, { file })
  }
}

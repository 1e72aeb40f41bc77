import { readFinality, readLedgerEvents, readLineage, readModelId } from '../chain/index.ts'
import type { Chain, Contracts, LedgerEvent, ModelMetadata } from '../chain/index.ts'
import { QuorateError } from '../core/index.ts'
import { claimHash, decodeSpec, genesisClaim, lowerHex, specHash } from '../protocol/index.ts'
import type { Address, Claim, Hash } from '../protocol/index.ts'
import { ClaimHistory } from './claim-history.ts'
import { readEvidence, SPEC_FILE } from './evidence-folder.ts'

export interface LineageOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  /** The model: the round it came from (0 is genesis), or its root. */
  model: bigint | Hash
  fromBlock?: bigint
  /** Also checks the registry. */
  registry?: Address
  /** Folder that holds `<task>/<round>/…`: every file of every round is checked against the claim. */
  evidence?: string
  signal?: AbortSignal
}

/** One model of a lineage. Genesis has round 0; its parent is the specification's hash and it has no evidence. */
export interface Ancestor {
  round: bigint
  /** Claim hash: the name of the model. */
  id: Hash
  parent: Hash
  modelRoot: Hash
  evidence: Hash
  /** No transaction can change this round any more. */
  final: boolean
  /** Owner address of who posted it, and in which transaction; undefined for genesis. */
  operator?: Address
  transaction?: Hash
  /** What was registered with it; undefined when it was not, or no registry was asked. */
  metadata?: ModelMetadata
  /** Evidence files whose bytes were checked. */
  files?: number
}

/** The claims of a task that stand, genesis first, each recomputed from its posted event. */
export interface TaskClaims {
  genesis: { id: Hash; claim: Claim }
  history: ClaimHistory
}

/**
 * Reads a task's claims from the chain's events and recomputes the hash of each.
 *
 * @throws QuorateError AUDIT_MISMATCH, CLAIM_MISMATCH, CONTRACT_NOT_FOUND when the task was not created after `fromBlock`, RPC_UNREACHABLE
 */
export async function readTaskClaims(
  options: Pick<LineageOptions, 'chain' | 'contracts' | 'task' | 'fromBlock' | 'signal'>,
): Promise<TaskClaims> {
  const { chain, contracts, task, fromBlock = 0n, signal } = options
  const history = new ClaimHistory()
  for (const event of await readLedgerEvents(chain, { contracts, task, fromBlock, signal })) history.apply(event)
  const created = history.events().find((event): event is Extract<LedgerEvent, { type: 'created' }> => event.type === 'created')
  if (!created) {
    throw new QuorateError('CONTRACT_NOT_FOUND', `task ${task} was not created on this ledger after block ${fromBlock}`)
  }
  const { specHash, genesisModelRoot, genesisReferenceRoot } = created.config
  const claim = genesisClaim(specHash, genesisModelRoot, genesisReferenceRoot)
  hold(claimHash(task, 0n, claim) === created.genesisClaim, 0n, 'the genesis claim does not have the hash that the chain names')
  for (const posted of history.claims()) {
    const found = claimHash(task, posted.round, posted.claim)
    hold(found === lowerHex(posted.claimHash), posted.round, `the claim hashes to ${found}, not ${posted.claimHash}`)
  }
  return { genesis: { id: created.genesisClaim, claim }, history }
}

/**
 * The chain of models from one to genesis, with every link checked. Claim hashes are recomputed from posted events,
 * each parent must stand, and a given registry or evidence must agree. Newest first.
 *
 * @throws QuorateError MODEL_NOT_FOUND, AUDIT_MISMATCH, EVIDENCE_MISSING, and those of `readTaskClaims`
 * @example
 * const [model, parent] = await checkLineage({ chain, contracts, task: 1n, model: 7n, registry })
 */
export async function checkLineage(options: LineageOptions): Promise<Ancestor[]> {
  const { chain, contracts, task, registry, evidence, signal } = options
  const { genesis, history } = await readTaskClaims(options)
  const claims = new Map(history.claims().map((posted) => [lowerHex(posted.claimHash), posted]))
  const lineage: Ancestor[] = []
  let final = false
  for (let id = startOf(options, { genesis, history }); id !== genesis.id;) {
    signal?.throwIfAborted()
    const posted = claims.get(id)
    if (!posted) throw mismatch(lineage.at(-1)!.round, `its parent ${id} is not a claim that stands`)
    const { round, claim, operator, transactionHash: transaction } = posted
    hold(round < (lineage.at(-1)?.round ?? round + 1n), round, 'it is not older than the model that was trained from it')
    // Whatever a final claim builds on is final.
    final ||= (await readFinality(chain, { ledger: contracts.ledger, task, round, signal })).final
    lineage.push({
      round,
      id,
      parent: claim.parent,
      modelRoot: claim.modelRoot,
      evidence: claim.evidence,
      final,
      operator,
      transaction,
      ...(evidence === undefined
        ? {}
        : { files: await checkEvidence(evidence, task, round, claim.evidence, genesis.claim.parent) }),
    })
    id = lowerHex(claim.parent)
  }
  const { parent, modelRoot, evidence: none } = genesis.claim
  lineage.push({ round: 0n, id: genesis.id, parent, modelRoot, evidence: none, final: true })
  return registry === undefined ? lineage : withRegistry(lineage, options, registry)
}

function startOf({ task, model }: LineageOptions, { genesis, history }: TaskClaims): Hash {
  const found =
    typeof model === 'bigint'
      ? history.claim(model)
      : history.claims().findLast(({ claim }) => lowerHex(claim.modelRoot) === lowerHex(model))
  if (found) return lowerHex(found.claimHash)
  if (model === 0n || (typeof model === 'string' && lowerHex(model) === lowerHex(genesis.claim.modelRoot))) return genesis.id
  const what =
    typeof model === 'bigint' ? `round ${model} of task ${task} has no claim` : `no claim of task ${task} has model ${model}`
  throw new QuorateError('MODEL_NOT_FOUND', `${what} that stands`, { details: { task, model } })
}

/** Bytes against hashes, and the specification against the one the chain names. */
async function checkEvidence(root: string, task: bigint, round: bigint, evidence: Hash, spec: Hash): Promise<number> {
  const { documents, updates } = await readEvidence(root, task, round, evidence)
  const bytes = documents.get(SPEC_FILE)
  const found = bytes && specHash(decodeSpec(new TextDecoder().decode(bytes)))
  hold(found === lowerHex(spec), round, `${SPEC_FILE} of its evidence is not the specification that the chain names`)
  return documents.size + updates.size
}

/** The registry may lack the newest models; the registered values must equal the posted ones. */
async function withRegistry(
  lineage: Ancestor[],
  { chain, task, signal }: LineageOptions,
  registry: Address,
): Promise<Ancestor[]> {
  for (const [from, { round, id }] of lineage.entries()) {
    const registered = await readModelId(chain, { registry, task, round, signal })
    if (registered === undefined) continue
    hold(lowerHex(registered) === lowerHex(id), round, `the registry holds ${registered} for it`)
    const entries = await readLineage(chain, { registry, id: registered, signal })
    const expected = lineage.slice(from)
    hold(
      entries.length === expected.length,
      round,
      `the registry has ${entries.length} models back to genesis, and the chain has ${expected.length} claims`,
    )
    const metadata = entries.map((entry, index) => {
      const ancestor = expected[index]!
      for (const field of ['round', 'id', 'parent', 'modelRoot', 'evidence'] as const) {
        hold(entry[field] === ancestor[field], ancestor.round, `the registry has a different ${field}`)
      }
      return entry.metadata
    })
    return lineage.map((ancestor, index) => (index < from ? ancestor : { ...ancestor, metadata: metadata[index - from] }))
  }
  return lineage
}

function hold(holds: boolean, round: bigint, what: string): void {
  if (!holds) throw mismatch(round, what)
}

function mismatch(round: bigint, what: string): QuorateError {
  return new QuorateError('AUDIT_MISMATCH', `round ${round}: ${what}`, { details: { round: round.toString() } })
}

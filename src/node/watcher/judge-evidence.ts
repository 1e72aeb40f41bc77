import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFinality, readLedgerEvents, readTask } from '../../chain/index.ts'
import type { Chain, Contracts, TransactionSender } from '../../chain/index.ts'
import { noMetrics, QuorateError } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { createEngine } from '../../engine/index.ts'
import type { Engine } from '../../engine/index.ts'
import {
  decodeRecord,
  decodeSpec,
  fileHash,
  keccak,
  lowerHex,
  paddedLength,
  specHash,
  updateFileName,
  updateRoot,
  ZERO_HASH,
} from '../../protocol/index.ts'
import type { Hash, TaskSpec } from '../../protocol/index.ts'
import { createMemoryJournal, openBlobStore } from '../../storage/index.ts'
import {
  factsOf,
  readGenesis,
  readPlainFile,
  ClaimHistory,
  DOCUMENT_FILE,
  KeptLeaves,
  OPENING_FILE,
  RECORD_FILE,
  SPEC_FILE,
  claimComputer,
  evidencePath,
  genesisState,
} from '../../replay/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import { replayClaim } from '../claims/replay-claim.ts'
import type { NodeEvents } from '../events/index.ts'
import type { ReplayPorts, Supply } from '../ports.ts'
import { Openings } from '../stores/openings.ts'
import { StateStore } from '../stores/state-store.ts'
import { investigator } from './investigate.ts'
import { garbageIn, penaliseGarbage } from './penalise-garbage.ts'
import { Watcher } from './watcher.ts'

export interface JudgeEvidenceOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  /** Folder that holds `<task>/<round>/…`, of the operator or of any node. */
  evidence: string
  fromBlock?: bigint
  /** Proves the faults; without it nothing is sent. */
  sender?: TransactionSender
  /** Receives findings and sent transactions. */
  events: NodeEvents
  logger: Logger
  signal: AbortSignal
}

export interface JudgedClaim {
  round: bigint
  claimHash: Hash
  /** `missing`: the folder lacks data that the claim commits to. */
  outcome: 'sound' | 'false' | 'missing' | 'proved'
  final: boolean
  /** The proof that shows the fault. */
  proof?: string
  reason?: string
}

/**
 * Judges the claims of a task once, from genesis on, with the evidence and openings of a folder and nothing else; proves the first false one that is not final, if
 * there is a sender. Claims after a false or missing one build on it and are not looked at.
 * Members of final claims that committed to garbage pay for it (`penaliseGarbage`).
 *
 * @throws QuorateError SPEC_MISMATCH, EVIDENCE_MISSING when the folder does not even hold the task's specification, RPC_UNREACHABLE, …
 */
export async function judgeEvidence(options: JudgeEvidenceOptions): Promise<JudgedClaim[]> {
  const { chain, contracts, task, fromBlock = 0n, events, logger, signal } = options
  const { ledger } = contracts
  const history = new ClaimHistory()
  for (const event of await readLedgerEvents(chain, { contracts, task, fromBlock, signal })) history.apply(event)
  const claims = history.claims()
  if (claims.length === 0) return []
  await using engine = createEngine()
  const scratch = await mkdtemp(join(tmpdir(), 'quorate-judge-'))
  try {
    const ports = await portsOf(options, engine, history, claims[0]!.round, scratch)
    const judged: JudgedClaim[] = []
    for (const posted of claims) {
      await takeFiles(ports, options, posted)
      const { final } = await readFinality(chain, { ledger, task, round: posted.round, signal })
      const one = await judge(ports, options, history, posted, final)
      judged.push(one)
      events.emit({ event: 'judged', ...one })
      if (one.outcome !== 'sound') break
    }
    return judged
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch((error: unknown) => logger.debug({ error: String(error) }, scratch))
  }
}

async function judge(
  ports: ReplayPorts,
  { contracts, task, sender, events, logger, signal }: JudgeEvidenceOptions,
  history: ClaimHistory,
  posted: PostedRound,
  final: boolean,
): Promise<JudgedClaim> {
  const { round, claimHash, claim } = posted
  const known = { round, claimHash, final }
  const base = await ports.stores.states.load(claim.parent)
  const replayed = await replayClaim(ports, round, posted, base!, signal)
  if (replayed.kind === 'have') {
    const { parts, files } = replayed.value
    if (final)
      for (const row of garbageIn(parts)) events.emit({ event: 'garbage', round, member: lowerHex(parts.rows[row]!.member) })
    if (final && sender) {
      const record = decodeRecord(new TextDecoder().decode(files.documents.get(RECORD_FILE)))
      await penaliseGarbage(parts, record, { contracts, sender, events, signal })
    }
    return { ...known, outcome: 'sound' }
  }
  const finding = await investigator({ ports, roundState: () => undefined })(posted, signal)
  if (finding.kind === 'withheld')
    return { ...known, outcome: 'missing', reason: `the folder does not hold the ${finding.what} of the claim` }
  if (finding.kind === 'waiting') return { ...known, outcome: 'missing', reason: `the folder does not hold ${finding.for}` }
  if (finding.kind === 'unproved') return { ...known, outcome: 'false', reason: finding.reason }
  if (finding.kind === 'sound') return { ...known, outcome: 'sound' }
  const found: JudgedClaim = { ...known, outcome: 'false', proof: finding.proof.functionName }
  if (!sender || final) return found
  let proved = false
  const heard = events.onAny((event) => {
    proved ||= event.event === 'fraud' || (event.event === 'disputeEnded' && event.outcome === 'rejected')
  })
  const watcher = new Watcher({
    contracts,
    task,
    sender,
    recipient: sender.address,
    investigate: async () => finding,
    journal: createMemoryJournal(),
    events,
    logger,
    metrics: noMetrics,
  })
  const stop = (): void => void watcher.stop()
  signal.addEventListener('abort', stop, { once: true })
  watcher.dispute(posted)
  await watcher.settled()
  signal.removeEventListener('abort', stop)
  heard()
  signal.throwIfAborted()
  return { ...found, outcome: proved ? 'proved' : 'false' }
}

/** The replay ports over a scratch folder, without peers. */
async function portsOf(
  { chain, contracts, task, evidence, logger, signal }: JudgeEvidenceOptions,
  engine: Engine,
  history: ClaimHistory,
  first: bigint,
  scratch: string,
): Promise<ReplayPorts> {
  const domain = { chainId: chain.chainId, ledger: contracts.ledger }
  const { spec, document } = await readSpec(evidencePath(evidence, task, first))
  const onChain = await readTask(chain, { ledger: contracts.ledger, task, signal })
  if (specHash(spec) !== onChain.specHash)
    throw new QuorateError('SPEC_MISMATCH', `${SPEC_FILE} of round ${first} is not the specification that the chain names`)
  const states = await StateStore.open(join(scratch, 'states'))
  await states.save(genesisState(task, spec, await readGenesis(evidence, task, spec)))
  const documents = await openBlobStore({ folder: join(scratch, 'documents'), extension: '.bin', addressOf: keccak })
  const updates = await openBlobStore({ folder: join(scratch, 'updates'), extension: '.q8', addressOf: updateRoot })
  return {
    task: { id: task, domain, spec, document },
    stores: {
      states,
      updates,
      documents,
      leaves: new KeptLeaves(),
      openings: new Openings({ journal: createMemoryJournal(), documents, hash: async (bytes) => engine.hash(bytes) }),
      evidence: join(scratch, 'evidence'),
    },
    supply: NOBODY,
    compute: claimComputer(engine),
    factsOf: factsOf({ chain, contracts, task, spec, history }),
    logger,
    metrics: noMetrics,
  }
}

const NOBODY: Supply = {
  fetchUpdate: async (root) => missing(updateFileName(root)),
  fetchDocument: async (hash) => missing(hash),
}

function missing(name: string): never {
  throw new QuorateError('BLOB_NOT_FOUND', `${name} is not in the evidence folder`)
}

async function readSpec(folder: string): Promise<{ spec: TaskSpec; document: string }> {
  const read = async (name: string): Promise<string> =>
    readPlainFile(join(folder, name)).then(
      (bytes) => new TextDecoder().decode(bytes),
      (cause: unknown) => {
        throw new QuorateError('EVIDENCE_MISSING', `${join(folder, name)} cannot be read`, { cause, details: { file: name } })
      },
    )
  return { spec: decodeSpec(await read(SPEC_FILE)), document: await read(DOCUMENT_FILE) }
}

/**
 * Puts a round's files where a node looks for them. Every one is under the hash of its bytes, so none needs to be believed. What cannot be
 * read, or is no update although its name says so, is missing.
 */
async function takeFiles(
  ports: ReplayPorts,
  { evidence, task, logger }: JudgeEvidenceOptions,
  posted: PostedRound,
): Promise<void> {
  const { stores } = ports
  const folder = evidencePath(evidence, task, posted.round)
  for (const name of await readdir(folder).catch(() => [])) {
    const bytes = await readPlainFile(join(folder, name)).catch((error: unknown) => {
      logger.warn({ round: posted.round, file: name, error: String(error) }, 'a file of the evidence cannot be read')
    })
    if (!bytes) continue
    if (name.endsWith('.q8')) {
      if (bytes.length === paddedLength(ports.task.spec)) await stores.updates.add(bytes)
      continue
    }
    await stores.documents.add(bytes)
    if (name !== OPENING_FILE) continue
    const { round, claimHash, operator } = posted
    const openingHash = fileHash(bytes)
    stores.openings.announced({
      kind: 'claim',
      task,
      round,
      claimHash,
      // Nobody asks for the rest of a notice here.
      recordHash: openingHash,
      revealed: 0n,
      attested: 0n,
      openingHash,
      transaction: ZERO_HASH,
      operator,
      signature: '0x',
    })
  }
}

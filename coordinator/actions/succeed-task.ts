import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readFinality, readLedgerEvents, readTask, standingClaims } from '../../src/chain/index.ts'
import type { Chain, Contracts, PostedEvent, TaskOrigin, TaskTerms } from '../../src/chain/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { StateStore } from '../../src/node/stores/state-store.ts'
import {
  checkSpec,
  decodeSpec,
  documentHash,
  encodeSpec,
  fileHash,
  formatDocument,
  modelBytes,
  parseDocument,
  specHash,
} from '../../src/protocol/index.ts'
import type { Hash, TaskSpec } from '../../src/protocol/index.ts'
import { DOCUMENT_FILE, evidencePath, SPEC_FILE } from '../../src/replay/index.ts'
import type { TaskFiles } from './task-files.ts'

/** What a successor may have otherwise than its predecessor, beside its terms. Tensors and document stay: the model has to fit. */
export type SpecChanges = Partial<
  Pick<
    TaskSpec,
    'rewardPerRound' | 'operatorShareBps' | 'committee' | 'toleranceBps' | 'minSealedBps' | 'minNormSq' | 'maxNormSq'
  >
>

export interface DescribeSuccessorOptions {
  contracts: Contracts
  /** The predecessor. */
  task: bigint
  /** Of any node of the predecessor: it holds the model and the task's files. */
  stateFolder: string
  fromBlock: bigint
  changes?: SpecChanges
  signal?: AbortSignal
}

export interface Successor {
  files: TaskFiles
  origin: TaskOrigin
  /** Those of the predecessor, to change before the successor is created. */
  terms: TaskTerms
}

/**
 * A task that starts from the newest final model of another one: its files, where its model is from, and the predecessor's terms. Ledger, strikes
 * and reference of the predecessor are not taken over.
 *
 * @throws QuorateError ROUND_NOT_FINAL before the first final claim, MODEL_NOT_FOUND when the folder lacks its model, EVIDENCE_MISSING when it
 * lacks the task's files, SPEC_OUT_OF_BOUNDS
 * @example
 * const { files, origin, terms } = await describeSuccessor(chain, { contracts, task: 1n, stateFolder, fromBlock })
 */
export async function describeSuccessor(chain: Chain, options: DescribeSuccessorOptions): Promise<Successor> {
  const { contracts, task, stateFolder, fromBlock, changes = {}, signal } = options
  const { ledger } = contracts
  const onChain = await readTask(chain, { ledger, task, signal })
  const claims = standingClaims(await readLedgerEvents(chain, { contracts, task, fromBlock, signal }))
  const last = await newestFinal(chain, { ledger, task, claims, signal })
  if (!last) throw new QuorateError('ROUND_NOT_FINAL', `no claim of task ${task} is final yet`)
  const states = await StateStore.open(join(stateFolder, 'states'), { mode: 'read' })
  const state = await states.load(last.claimHash)
  if (!state) throw new QuorateError('MODEL_NOT_FOUND', `${stateFolder} does not hold the model of round ${last.round}`)
  const before = await readDocuments(evidencePath(join(stateFolder, 'evidence'), task, last.round), onChain.specHash)
  const genesis = modelBytes(state.model)
  const documentJson = formatDocument({ ...parseDocument(before.documentJson), genesis: fileHash(genesis) })
  const spec: TaskSpec = {
    ...before.spec,
    ...changes,
    genesisModelRoot: last.claim.modelRoot,
    document: documentHash(documentJson),
  }
  checkSpec(spec)
  const { windows, quorumBps, minMembers, minStake, judge, falseClaimPenalty, faultPenalty, bountyBps } = onChain
  return {
    files: { spec, specJson: encodeSpec(spec), documentJson, genesis },
    origin: { task, round: last.round, claim: last.claim },
    terms: { windows, quorumBps, minMembers, minStake, judge, falseClaimPenalty, faultPenalty, bountyBps },
  }
}

async function newestFinal(
  chain: Chain,
  { claims, ...at }: { ledger: Contracts['ledger']; task: bigint; claims: readonly PostedEvent[]; signal?: AbortSignal },
): Promise<PostedEvent | undefined> {
  for (const claim of claims.toReversed()) if ((await readFinality(chain, { ...at, round: claim.round })).final) return claim
  return undefined
}

async function readDocuments(folder: string, named: Hash): Promise<{ spec: TaskSpec; documentJson: string }> {
  const read = async (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new QuorateError('EVIDENCE_MISSING', `${join(folder, name)} cannot be read`, { cause, details: { file: name } })
    })
  const spec = decodeSpec(await read(SPEC_FILE))
  const documentJson = await read(DOCUMENT_FILE)
  if (specHash(spec) !== named || documentHash(documentJson) !== spec.document)
    throw new QuorateError('SPEC_MISMATCH', `${folder} does not hold the files of the task`)
  return { spec, documentJson }
}

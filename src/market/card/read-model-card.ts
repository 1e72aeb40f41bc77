import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readTaskSpec } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import { fingerprintsRoot, keccak, modelRoot, parseDocument, toHex } from '../../protocol/index.ts'
import type { Address, Hash, TaskSpec } from '../../protocol/index.ts'
import { checkLineage, readTaskFiles } from '../../replay/index.ts'
import type { Ancestor } from '../../replay/index.ts'
import { modelOfWeights } from '../provenance/model-of-weights.ts'
import { readWeightsFile } from '../provenance/weights-file.ts'
import type { ModelCard } from './model-card.ts'

export interface ReadModelCardOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  /** A round, or a model root. */
  model: bigint | Hash
  fromBlock?: bigint
  registry?: Address | undefined
  /** Folder of evidence, for what the task document says. */
  evidence?: string | undefined
  /** Of all data sets of the training. */
  fingerprints?: readonly Hash[] | undefined
  /** File with the text of the licence. */
  licence?: string | undefined
  /** Safetensors file. */
  weights?: string | undefined
  signal?: AbortSignal
}

/**
 * Reads the facts of a card from the chain, and compares everything else with the hashes there.
 *
 * @throws QuorateError CARD_MISMATCH for a file or a fingerprint that is not the registered one, and those of `checkLineage`, `readTaskSpec`, `readTaskFiles`
 * @example markdownCard(await readModelCard({ chain, contracts, task: 1n, model: 7n, registry }))
 */
export async function readModelCard(options: ReadModelCardOptions): Promise<ModelCard> {
  const { chain, contracts, task, model, fromBlock, registry, evidence, signal } = options
  const lineage = await checkLineage({ chain, contracts, task, model, fromBlock, registry, signal })
  const [newest, genesis] = [lineage[0]!, lineage.at(-1)!]
  const spec = await readTaskSpec(chain, { ledger: contracts.ledger, task, fromBlock, signal })
  const files = evidence === undefined ? undefined : await readTaskFiles(evidence, task, genesis.parent)
  return {
    chainId: chain.chainId,
    ledger: contracts.ledger,
    task,
    model: newest,
    models: lineage.length,
    genesisRoot: genesis.modelRoot,
    specHash: genesis.parent,
    spec,
    registry,
    document: files && parseDocument(files.document),
    fingerprints: fingerprintsOf(options, newest),
    licence: await licenceOf(options, newest),
    weights: await weightsOf(options, newest, spec),
  }
}

function fingerprintsOf({ fingerprints = [] }: ReadModelCardOptions, { metadata }: Ancestor): readonly Hash[] | undefined {
  if (fingerprints.length === 0) return undefined
  const root = fingerprintsRoot(fingerprints)
  hold(root === metadata?.datasets, `the fingerprints have the root ${root}`, metadata?.datasets)
  return fingerprints
}

async function licenceOf({ licence: file }: ReadModelCardOptions, { metadata }: Ancestor): Promise<ModelCard['licence']> {
  if (file === undefined) return undefined
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new QuorateError('USAGE', `${file} cannot be read`, { details: { path: file }, cause })
  })
  const hash = toHex(keccak(new Uint8Array(bytes)))
  hold(hash === metadata?.licence, `the licence ${file} has the hash ${hash}`, metadata?.licence)
  return { file: basename(file), text: bytes.toString('utf8') }
}

async function weightsOf(
  { weights: path }: ReadModelCardOptions,
  { modelRoot: expected }: Ancestor,
  { tensors }: TaskSpec,
): Promise<ModelCard['weights']> {
  if (path === undefined) return undefined
  const { values, bytes, digest } = await readWeightsFile(path)
  const found = modelOfWeights(tensors, values)
  const root = found && toHex(modelRoot(found.model))
  hold(
    root === expected,
    root === undefined ? `${path} has no model of the task` : `${path} has the model root ${root}`,
    expected,
  )
  return { file: basename(path), bytes, digest }
}

function hold(holds: boolean, what: string, expected: Hash | undefined): void {
  if (holds) return
  throw new QuorateError(
    'CARD_MISMATCH',
    `${what}; ${expected === undefined ? 'nothing was registered' : `the chain names ${expected}`}`,
    {
      details: { expected: expected ?? null },
    },
  )
}

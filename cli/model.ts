import { readFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { Ancestor } from '../src/replay/index.ts'
import { askChainId } from '../src/chain/index.ts'
import type { ModelMetadata } from '../src/chain/index.ts'
import { openChainSession } from '../src/account/index.ts'
import { registerLineage } from '../src/node/actions/index.ts'
import { checkLineage } from '../src/replay/index.ts'
import { loadKeyFile } from '../src/config/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { plural, QuorateError, silentLogger } from '../src/core/index.ts'
import { commitWord, fingerprintsRoot, keccak, toHex, ZERO_HASH } from '../src/protocol/index.ts'
import type { Address, Hash } from '../src/protocol/index.ts'
import { address } from './chain-options.ts'
import { connectTo } from './connect.ts'
import cardCommand from './model/card.ts'
import { chainFlags, hash, many } from './model/options.ts'
import type { ChainFlags } from './model/options.ts'
import evaluationsCommand from './model/evaluations.ts'
import exportCommand from './model/export.ts'
import { modelName, taskNumber } from './model/names.ts'
import verifyCommand from './model/verify.ts'

interface RegisterFlags extends ChainFlags {
  registry: Address
  keyFile: string
  code: Hash
  licence: string
  dataset: string[]
  fingerprint: Hash[]
  weights?: string
}

function commit(text: string): Hash {
  try {
    return commitWord(text)
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
}

/** `quorate model`: registers models and traces them to genesis. */
export default function modelCommand(program: Command): void {
  const model = program
    .command('model')
    .description('export models, register them, trace them back to genesis, write cards of them')
  chainFlags(model.command('register <task> <round>'))
    .description('register the model of a final round, and its ancestors that are not registered')
    .requiredOption('--registry <address>', 'address of the ModelRegistry', address)
    .requiredOption('--key-file <file>', 'operator key or owner key of the operator that posted the round, or of governance')
    .requiredOption('--code <commit>', 'commit hash of the program that trained the model', commit)
    .requiredOption('--licence <file>', 'text of the licence; its hash is registered')
    .option('--dataset <file>', 'data set of the training, repeatable; its hash is the fingerprint', many(String), [])
    .option('--fingerprint <hash>', 'fingerprint of a data set that is not on this machine, repeatable', many(hash), [])
    .option(
      '--weights <file>',
      'safetensors file of the model; its SHA-256 is registered, from which its content address follows',
    )
    .action(async (task: string, round: string, flags: RegisterFlags) => register(taskNumber(task), taskNumber(round), flags))

  chainFlags(model.command('lineage <task> <model>'))
    .description('print and check the chain of models from a round or a model root back to genesis')
    .option('--registry <address>', 'also check the registry', address)
    .option('--evidence <folder>', 'also check every evidence file; the folder has subfolders <task>/<round>/')
    .action(async (task: string, name: string, flags: ChainFlags & { registry?: Address; evidence?: string }) =>
      lineage(taskNumber(task), name, flags),
    )

  cardCommand(model)
  verifyCommand(model)
  exportCommand(model)
  evaluationsCommand(model)
}

async function register(task: bigint, round: bigint, flags: RegisterFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const fingerprints = [...flags.fingerprint, ...(await Promise.all(flags.dataset.map(hashOfFile)))]
  if (fingerprints.length === 0)
    throw new QuorateError('USAGE', 'pass the data sets of the training with --dataset or --fingerprint')
  const metadata: ModelMetadata = {
    datasets: fingerprintsRoot(fingerprints),
    code: flags.code,
    licence: await hashOfFile(flags.licence),
    weights: ZERO_HASH,
  }
  const key = await loadKeyFile(flags.keyFile)
  const { rpc: rpcUrl, ledger } = flags
  const chainId = flags.chainId ?? (await askChainId(rpcUrl, signal))
  await using session = await openChainSession({ rpcUrl, chainId, ledger, key, logger: silentLogger, signal })
  if (flags.weights !== undefined) {
    // A file of another model would stand in the registry for good.
    const { digestOfModel } = await import('../src/market/index.ts')
    metadata.weights = await digestOfModel(flags.weights, { ...session, task, round, fromBlock: flags.fromBlock, signal })
  }
  const models = await registerLineage(session.sender, {
    contracts: session.contracts,
    registry: flags.registry,
    task,
    round,
    metadata,
    fromBlock: flags.fromBlock,
    onRegistered: (entry) =>
      output.result({ event: 'registered', ...entry }, `round ${entry.round}: ${entry.id}, ${entry.gasUsed} gas`),
    signal,
  })
  output.result(
    { event: 'register', ok: true, task, round, registered: models.length, ...metadata },
    models.length === 0 ? `Round ${round} was already registered.` : `${plural(models.length, 'model')} registered.`,
  )
}

async function lineage(task: bigint, name: string, flags: ChainFlags & { registry?: Address; evidence?: string }): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const model = modelName(name)
  const { registry, evidence, fromBlock } = flags
  const { chain, contracts } = await connectTo(flags)
  try {
    const { signal } = interrupt
    const models = await checkLineage({ chain, contracts, task, model, fromBlock, registry, evidence, signal })
    for (const ancestor of models) output.result({ event: 'model', task, ...ancestor }, describe(ancestor))
    const registered = models.filter(({ metadata }) => metadata !== undefined).length
    output.result(
      {
        event: 'lineage',
        ok: true,
        task,
        models: models.length,
        modelRoot: models[0]!.modelRoot,
        genesis: models.at(-1)!.modelRoot,
        final: models[0]!.final,
        registered,
        files: models.reduce((sum, { files = 0 }) => sum + files, 0),
      },
      `${plural(models.length, 'model')}, each trained from the one below it. The task names this genesis.`,
    )
  } finally {
    await chain.close()
  }
}

function describe({ round, modelRoot, id: claim, final, operator, metadata, files }: Ancestor): string {
  const facts = [
    `claim ${claim.slice(0, 18)}…`,
    operator === undefined ? 'genesis' : `posted by ${operator}`,
    ...(final ? [] : ['not final yet']),
    ...(files === undefined ? [] : [plural(files, 'evidence file holds', 'evidence files hold')]),
    ...(metadata === undefined ? [] : [round === 0n ? 'registered' : `registered, code ${metadata.code.slice(2, 14)}…`]),
  ]
  return `round ${round}: model ${modelRoot}\n    ${facts.join(', ')}`
}

async function hashOfFile(path: string): Promise<Hash> {
  try {
    return toHex(keccak(new Uint8Array(await readFile(path))))
  } catch (cause) {
    throw new QuorateError('USAGE', `${path} cannot be read`, { details: { path }, cause })
  }
}

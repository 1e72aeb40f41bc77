import { access } from 'node:fs/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { readMemberConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import { modelOfData, verifiedModel } from '../../src/node/index.ts'
import type { ModelName, VerifiedModel } from '../../src/node/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { auditTask, checkLineage, readGenesis, readTaskFiles } from '../../src/replay/index.ts'
import { EXPORT_FORMATS } from '../../src/training/export/formats.ts'
import type { ExportFormat } from '../../src/training/export/formats.ts'
import type { Chain, Contracts } from '../../src/chain/index.ts'
import { address, bigintOption, rpcOption, wholeNumber } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { modelName, taskNumber } from './names.ts'

interface ExportFlags {
  format: ExportFormat
  out: string
  rpc?: readonly string[]
  ledger?: Address
  chainId?: number
  fromBlock: bigint
  config?: string
  data?: string
  evidence?: string
  json: boolean
}

/** `quorate model export`: a model whose root was verified, in a format of other programs. */
export default function exportCommand(model: Command): void {
  model
    .command('export <task> <model>')
    .description('write the model of a round, or of a model root, for other programs; its root is verified first')
    .addOption(new Option('--format <format>', 'format to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write; for tfjs a folder')
    .option('--config <file>', 'member.toml: takes the model from its state folder, else from its operators by root')
    .option('--data <folder>', 'state folder of any node of the task')
    .option('--evidence <folder>', 'replay the rounds from genesis; the folder has subfolders <task>/<round>/')
    .addOption(rpcOption('without --config: JSON-RPC URL of any node of the chain; repeated, for nodes that must agree'))
    .option('--ledger <address>', 'without --config: address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .addOption(bigintOption('--from-block <number>', 'block of the deployment', 0n))
    .option('--json', 'print the result as JSON', false)
    .action(async (task: string, name: string, flags: ExportFlags) => exportModel(taskNumber(task), name, flags))
}

async function exportModel(task: bigint, name: string, flags: ExportFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { format, out } = flags
  const model = modelName(name)
  if ([flags.config, flags.data, flags.evidence].filter((from) => from !== undefined).length !== 1)
    throw new QuorateError('USAGE', 'say where the model comes from: --config, --data or --evidence')
  if (
    await access(out).then(
      () => true,
      () => false,
    )
  )
    throw new QuorateError('FLAG_INVALID', `--out: ${out} is there already; name another path, or remove it`)
  const config = flags.config === undefined ? undefined : await readMemberConfig(flags.config)
  const { rpc, ledger, chainId, fromBlock } = config
    ? { ...config.chain, rpc: [config.chain.rpcUrl].flat() }
    : { ...flags, rpc: flags.rpc }
  if (!rpc || !ledger) throw new QuorateError('USAGE', 'pass --rpc and --ledger, or --config')
  const { chain, contracts } = await connectTo({ rpc, ledger, chainId, signal })
  try {
    const lineage = await checkLineage({ chain, contracts, task, model, fromBlock, signal })
    const { round, id, modelRoot, final } = lineage[0]!
    const named: ModelName = { task, round, claimHash: id, modelRoot, specHash: lineage.at(-1)!.parent }
    output.story(`Model of round ${round}, root ${modelRoot}`)
    const at = { chain, contracts, fromBlock, signal }
    const verified =
      flags.evidence !== undefined
        ? await fromEvidence(flags.evidence, named, at)
        : config
          ? await modelOfData(config.state.folder, named).catch(async (error: unknown) => {
              if (!isQuorateError(error, 'MODEL_NOT_FOUND') && !isQuorateError(error, 'EVIDENCE_MISSING')) throw error
              output.story(`${error.message}; asking the operators`)
              const { fetchModel } = await import('../../participant/fetch-model.ts')
              return fetchModel(named, { chain, contracts, config, signal })
            })
          : await modelOfData(flags.data!, named)
    const facts = {
      chain: String(chain.publicClient.chain.id),
      ledger: contracts.ledger,
      task: String(task),
      round: String(round),
      claim: id,
      modelRoot,
    }
    // Loaded only here: the other commands of `quorate model` need no machine-learning library.
    const { exportVerified } = await import('./write-export.ts')
    const { parameters } = await exportVerified(verified, { format, out, facts })
    const result = { event: 'exported', ok: true, task, round, modelRoot, final, format, path: out, parameters }
    output.result(result, describe(result))
  } finally {
    await chain.close()
  }
}

/** Replays the task up to the model. */
async function fromEvidence(
  evidence: string,
  { task, round, modelRoot, specHash }: ModelName,
  at: { chain: Chain; contracts: Contracts; fromBlock: bigint; signal: AbortSignal },
): Promise<VerifiedModel> {
  const files = await readTaskFiles(evidence, task, specHash)
  if (round === 0n) return verifiedModel(files, await readGenesis(evidence, task, files.spec), modelRoot)
  let model: Int32Array | undefined
  await auditTask({
    ...at,
    task,
    evidence,
    includePending: true,
    until: round,
    onRound: ({ computed }) => (model = computed.state.model),
  })
  if (!model) throw new QuorateError('EVIDENCE_MISSING', `${evidence} does not lead to round ${round}`)
  return verifiedModel(files, model, modelRoot)
}

function describe(result: { format: string; path: string; parameters: number; final: boolean; round: bigint }): string {
  const { format, path, parameters, final, round } = result
  return [
    `${parameters.toLocaleString('en')} weights written to ${path} (${format}). The root was computed from them and is that of the chain.`,
    ...(final ? [] : [`Round ${round} is not final yet: its claim may still be rejected.`]),
    ...(format === 'state_dict' ? [`For a .pt file: python -m quorate.torch export ${path} --out model.pt`] : []),
  ].join('\n')
}

import { access } from 'node:fs/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { isQuorateError, QuorateError } from '../../src/core/index.ts'
import { modelOfState, verifiedModel } from '../../src/node/actions/index.ts'
import type { ModelName, VerifiedModel } from '../../src/node/index.ts'
import { auditTask, checkLineage, readGenesis, readTaskFiles } from '../../src/replay/index.ts'
import { EXPORT_FORMATS } from '../../src/training/export/formats.ts'
import type { ExportFormat } from '../../src/training/export/formats.ts'
import type { Chain, Contracts } from '../../src/chain/index.ts'
import { connectTo } from '../connect.ts'
import { readSource, withNode } from '../task-source.ts'
import type { SourceFlags } from '../task-source.ts'
import { modelName, taskNumber } from './names.ts'

interface ExportFlags extends SourceFlags {
  format: ExportFormat
  out: string
}

/** `quorate model export`: a model whose root was verified, in a format of other programs. */
export default function exportCommand(model: Command): void {
  withNode(model.command('export <task> <model>'))
    .description('write the model of a round, or of a model root, for other programs; its root is verified first')
    .addOption(new Option('--format <format>', 'format to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write; for tfjs a folder')
    .option('--evidence <folder>', 'replay the rounds from genesis; the folder has subfolders <task>/<round>/')
    .addHelpText(
      'after',
      `
The model comes from one of these: --config (its state folder, else the operators that a member.toml names), --state, --evidence.`,
    )
    .action(async (task: string, name: string, flags: ExportFlags) => exportModel(taskNumber(task), name, flags))
}

async function exportModel(task: bigint, name: string, flags: ExportFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const { format, out } = flags
  const model = modelName(name)
  if ([flags.config, flags.state, flags.evidence].filter((from) => from !== undefined).length !== 1)
    throw new QuorateError('USAGE', 'say where the model comes from: --config, --state or --evidence')
  if (
    await access(out).then(
      () => true,
      () => false,
    )
  )
    throw new QuorateError('FLAG_INVALID', `--out: ${out} is there already; name another path, or remove it`)
  const { rpc, ledger, chainId, fromBlock, state, config } = await readSource(flags)
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
        : await modelOfState(state!, named).catch(async (error: unknown) => {
            const away = isQuorateError(error, 'MODEL_NOT_FOUND') || isQuorateError(error, 'EVIDENCE_MISSING')
            // Only a member knows operators to ask.
            if (config?.role !== 'member' || !away) throw error
            output.story(`${error.message}; asking the operators`)
            const { fetchModel } = await import('../../participant/fetch-model.ts')
            return fetchModel(named, { chain, contracts, config, signal })
          })
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
    const height = lineage.length - 1
    const written = await exportVerified(verified, {
      format,
      out,
      facts,
      height,
      state: flags.evidence === undefined ? state : undefined,
    })
    const result = { event: 'exported', ok: true, task, round, modelRoot, final, format, path: out, ...written }
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

function describe(result: {
  format: string
  path: string
  parameters: number
  personal: string[]
  lacks: string[]
  final: boolean
  round: bigint
}): string {
  const { format, path, parameters, personal, lacks, final, round } = result
  return [
    `${parameters.toLocaleString('en')} weights written to ${path} (${format}). The root was computed from them and is that of the chain.`,
    ...(personal.length > 0 ? [`Of these, ${personal.join(', ')} are this member's own: the chain knows nothing of them.`] : []),
    ...(lacks.length > 0 ? [`The file lacks ${lacks.join(', ')}: personal layers, which only a member has.`] : []),
    ...(final ? [] : [`Round ${round} is not final yet: its claim may still be rejected.`]),
    ...(format === 'state_dict' ? [`For a .pt file: python -m quorate.torch export ${path} --out model.pt`] : []),
  ].join('\n')
}

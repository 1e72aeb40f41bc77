import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { claimsOfWeights, contentAddress, readWeightsFile } from '../../src/market/index.ts'
import type { ClaimOfWeights } from '../../src/market/index.ts'
import { connectTo } from '../connect.ts'
import { taskNumber } from './names.ts'
import { chainFlags } from './options.ts'
import type { ChainFlags } from './options.ts'

interface VerifyFlags extends ChainFlags {
  task?: string
}

/** `quorate model verify`: the final claim that a file with weights is the model of. */
export default function verifyCommand(model: Command): void {
  chainFlags(model.command('verify <file>'))
    .description(
      'say which final claim a file with weights is the model of; the file is safetensors, as `quorate model export` writes it',
    )
    .option('--task <id>', 'look at this task only')
    .action(async (file: string, flags: VerifyFlags) => verify(file, flags))
}

async function verify(path: string, flags: VerifyFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const task = flags.task === undefined ? undefined : taskNumber(flags.task)
  const file = await readWeightsFile(path)
  const { chain, contracts } = await connectTo({ rpc: flags.rpc, ledger: flags.ledger, chainId: flags.chainId, signal })
  try {
    const claims = await claimsOfWeights(file, { chain, contracts, task, fromBlock: flags.fromBlock, signal })
    const newest = claims.findLast(({ final }) => final)
    if (newest === undefined) throw unknown(path, claims)
    const { digest, bytes } = file
    output.result(
      {
        event: 'verified',
        ok: true,
        path,
        bytes,
        sha256: digest.slice(2),
        contentAddress: contentAddress(digest),
        ...newest,
        claims,
      },
      describe(path, newest, claims),
    )
  } finally {
    await chain.close()
  }
}

function unknown(path: string, claims: readonly ClaimOfWeights[]): QuorateError {
  const details = { path, claims: claims.map(({ task, round }) => ({ task: task.toString(), round: round.toString() })) }
  if (claims.length === 0) return new QuorateError('MODEL_NOT_FOUND', `${path} is the model of no claim that stands`, { details })
  const named = claims.map(({ task, round }) => `round ${round} of task ${task}`).join(', ')
  return new QuorateError('ROUND_NOT_FINAL', `${path} is the model of ${named}, which is not final yet`, { details })
}

function describe(
  path: string,
  { task, round, id, modelRoot, exact }: ClaimOfWeights,
  claims: readonly ClaimOfWeights[],
): string {
  const others = claims.filter((claim) => claim.id !== id)
  return [
    `${path} is the final model of round ${round} of task ${task}.`,
    `    claim ${id}`,
    `    model root ${modelRoot}`,
    ...(others.length === 0
      ? []
      : [`The same weights: ${others.map((other) => `round ${other.round} of task ${other.task}`).join(', ')}.`]),
    ...(exact ? [] : ['Some weights are so large that float32 rounds them. The root was met all the same.']),
  ].join('\n')
}

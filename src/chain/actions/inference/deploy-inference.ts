import type { Address } from '../../../protocol/types.ts'
import { inferenceChannelsAbi, inferenceChannelsBytecode, inferenceLogAbi, inferenceLogBytecode } from '../../abi/index.ts'
import type { TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

const DAY = 86_400

export interface DeployInferenceParameters extends WriteOptions {
  /** The token of deposits and channels. */
  token: Address
  /** Token wei that a question about a receipt puts up: what an answer costs, or more. */
  bond: bigint
  /** Seconds. Default: a day for a batch, three days for an answer, a day for a newer voucher. */
  windows?: { post: number; answer: number; channel: number }
}

/** Deploys `InferenceLog` and `InferenceChannels`. Both are immutable and have no owner. Errors: those of every write. */
export async function deployInference(
  sender: TransactionSender,
  parameters: DeployInferenceParameters,
): Promise<{ log: Address; channels: Address }> {
  const { token, bond, windows = { post: DAY, answer: 3 * DAY, channel: DAY }, signal } = parameters
  const log = await sender.deploy({
    doing: 'deploy InferenceLog',
    abi: inferenceLogAbi,
    bytecode: inferenceLogBytecode,
    args: [token, bond, windows.post, windows.answer],
    signal,
  })
  const channels = await sender.deploy({
    doing: 'deploy InferenceChannels',
    abi: inferenceChannelsAbi,
    bytecode: inferenceChannelsBytecode,
    args: [token, windows.channel],
    signal,
  })
  return { log: log.contractAddress, channels: channels.contractAddress }
}

import { encodeFunctionData, keccak256 } from 'viem'
import type { Abi } from 'viem'
import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { fraudJudgeAbi } from '../abi/index.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'
import { readContract } from './read-contract.ts'

/** A call of the judge as the builders of src/judge make it; the first argument is the case. */
export interface FraudProof {
  functionName: string
  args: readonly unknown[]
}

/** The calldata of a proof. A reservation names its hash. */
export function encodeProof({ functionName, args }: FraudProof): Hex {
  const abi: Abi = fraudJudgeAbi
  return encodeFunctionData({ abi, functionName, args })
}

export interface FraudCall {
  judge: Address
  /** What `encodeProof` gave. */
  data: Hex
}

/**
 * What a proof would cost, in gas, were it sent now. Sends nothing.
 *
 * Errors: TRANSACTION_REVERTED with the judge's reason in `details.error` (`NoFault`, `NotDisputable`, …), RPC_UNREACHABLE, CANCELLED.
 */
export async function estimateProof(
  chain: Chain,
  { judge, data, account, signal }: FraudCall & { account: Address; signal?: AbortSignal },
): Promise<bigint> {
  try {
    const call = { account, to: judge, data }
    // The call names the reason for a refusal, which estimates of some nodes leave out.
    const [gas] = await abortable(
      Promise.all([chain.publicClient.estimateGas({ ...call, prepare: false }), chain.publicClient.call(call)]),
      signal,
    )
    return gas
  } catch (error) {
    throw translateChainError(error, { doing: 'prove a fault', rpcUrl: chain.rpcUrl })
  }
}

/** Block in which the call was reserved; 0n when it was not. Errors as `readTask`. */
export async function readReservation(
  chain: Chain,
  { judge, data, signal }: FraudCall & { signal?: AbortSignal },
): Promise<bigint> {
  return readContract(chain, {
    address: judge,
    abi: fraudJudgeAbi,
    functionName: 'reservedAt',
    args: [keccak256(data)],
    doing: 'read a reservation',
    signal,
  })
}

/**
 * Reserves the bounty of a proof that is about to be sent, journalled as `reserve:HASH`. A proof mined in a later block is paid.
 *
 * Errors: those of every write.
 */
export async function reserveProof(
  sender: TransactionSender,
  { judge, data, signal }: FraudCall & WriteOptions,
): Promise<TransactionResult> {
  const callHash: Hash = keccak256(data)
  return sender.write({
    key: `reserve:${callHash}`,
    doing: 'reserve the bounty of a proof',
    to: judge,
    abi: fraudJudgeAbi,
    functionName: 'reserve',
    args: [callHash],
    signal,
  })
}

/**
 * Sends a proof, journalled as `prove:TASK:ROUND:SUBJECT`: after a crash the same thing is not proved twice.
 *
 * @param parameters `subject` is the hash of the claim that is wrong, or what else is
 *
 * Errors: TRANSACTION_REVERTED with `NotDisputable` or `WrongClaim` when another account was first, and those of every
 * write.
 */
export async function proveFraud(
  sender: TransactionSender,
  { judge, data, task, round, subject, signal }: FraudCall & { task: bigint; round: bigint; subject: string } & WriteOptions,
): Promise<TransactionResult> {
  return sender.send({
    key: `prove:${task}:${round}:${subject}`,
    doing: `prove a fault of round ${round} of task ${task}`,
    to: judge,
    data,
    signal,
  })
}

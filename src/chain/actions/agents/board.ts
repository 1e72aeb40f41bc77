import { encodeFunctionData } from 'viem'
import type { Address, Hex } from '../../../protocol/types.ts'
import { termsBoardAbi, termsBoardBytecode } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { readContract } from '../read-contract.ts'
import type { ReadOptions } from '../read-contract.ts'

/** The terms that a steward advises, in the order of the contract: seconds, token wei, squared norms of updates. */
export const ADVISED_TERMS = ['commit', 'reveal', 'attest', 'post', 'rewardPerRound', 'minNormSq', 'maxNormSq'] as const

export type AdvisedTerms = Record<(typeof ADVISED_TERMS)[number], bigint>

/** What the owner of a board fixes for a task. */
export interface TermsLimits {
  least: AdvisedTerms
  most: AdvisedTerms
  /** What the first advice steps from. */
  start: AdvisedTerms
  /** Largest change of a term by one advice, basis points. */
  stepBps: number
}

/** The advice that stands. */
export interface Advice {
  terms: AdvisedTerms
  /** The newest round that it was observed from; 0 before the first advice. */
  round: bigint
  /** Unix second. */
  time: number
}

/** The call by which a steward advises, as an owner of an executor allows it; the reward is its amount. */
export const ADVISE = { signature: 'advise(uint256,uint64,uint128[7])', amountWord: 6 } as const

/** Deploys a `TermsBoard`. It is immutable; its owner sets the limits, and the steward, such as an executor, advises. Errors: those of every write. */
export async function deployBoard(
  sender: TransactionSender,
  { ledger, owner, steward, signal }: WriteOptions & { ledger: Address; owner: Address; steward: Address },
): Promise<TransactionResult & { board: Address }> {
  const args = [ledger, owner, steward] as const
  const request = { doing: 'deploy TermsBoard', abi: termsBoardAbi, bytecode: termsBoardBytecode, args, signal } as const
  const result = await sender.deploy(request)
  return { ...result, board: result.contractAddress }
}

/** The call of `limitTerms`, for a sender or a vote. */
export function termsLimitsCall({ board, task, limits }: { board: Address; task: bigint; limits: TermsLimits }) {
  const { least, most, start, stepBps } = limits
  const args = [task, { least: listOf(least), most: listOf(most), start: listOf(start), stepBps }] as const
  return { to: board, abi: termsBoardAbi, functionName: 'setLimits', args } as const
}

/** Sets the limits of advice for a task; the advice that stands becomes `start`. Sender: the owner. Errors: TRANSACTION_REVERTED with `NotOwner`, `BadLimits` or `NormsCrossed`, and those of every write. */
export async function limitTerms(
  sender: TransactionSender,
  { board, task, limits, signal }: WriteOptions & { board: Address; task: bigint; limits: TermsLimits },
): Promise<TransactionResult> {
  const doing = `limit the advice for task ${task}`
  return sender.write({ doing, ...termsLimitsCall({ board, task, limits }), signal })
}

/** Data of the call by which a steward advises. */
export function adviceData(task: bigint, round: bigint, terms: AdvisedTerms): Hex {
  return encodeFunctionData({ abi: termsBoardAbi, functionName: 'advise', args: [task, round, listOf(terms)] })
}

interface OfBoard extends ReadOptions {
  board: Address
}

/** Whom a board belongs to. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED. */
export async function readBoard(
  chain: Chain,
  { board, ...options }: OfBoard,
): Promise<{ ledger: Address; owner: Address; steward: Address }> {
  const at = { ...options, address: board, abi: termsBoardAbi, args: [], doing: `read the board ${board}` } as const
  const [ledger, owner, steward] = await Promise.all([
    readContract(chain, { ...at, functionName: 'ledger' }),
    readContract(chain, { ...at, functionName: 'owner' }),
    readContract(chain, { ...at, functionName: 'steward' }),
  ])
  return { ledger, owner, steward }
}

/** The advice for a task, and its limits. Errors: TRANSACTION_REVERTED with `NoLimits`, and those of `readBoard`. */
export async function readAdvice(
  chain: Chain,
  { board, task, ...options }: OfBoard & { task: bigint },
): Promise<{ advice: Advice; limits: TermsLimits }> {
  const at = { ...options, address: board, abi: termsBoardAbi, args: [task], doing: `read the advice for task ${task}` } as const
  const [{ terms, round, time }, { least, most, start, stepBps }] = await Promise.all([
    readContract(chain, { ...at, functionName: 'adviceOf' }),
    readContract(chain, { ...at, functionName: 'limitsOf' }),
  ])
  return {
    advice: { terms: termsOf(terms), round, time },
    limits: { least: termsOf(least), most: termsOf(most), start: termsOf(start), stepBps },
  }
}

type List = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint]

const listOf = (terms: AdvisedTerms): List => ADVISED_TERMS.map((name) => terms[name]) as unknown as List

const termsOf = (list: List): AdvisedTerms =>
  Object.fromEntries(ADVISED_TERMS.map((name, place) => [name, list[place]])) as AdvisedTerms

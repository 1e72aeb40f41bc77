import { roundLedgerAbi, taskRulesAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** The shortest windows that a deployment allows its tasks, and the entry delay of its drawn tasks, seconds. */
export interface TaskTimes {
  commit: number
  window: number
  challenge: number
  entry: number
}

/**
 * Which windows a deployment allows. Less than a minute for a window, than an hour for the challenge, or than two epochs for the
 * entry delay, is a development chain.
 *
 * Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { commit, window, challenge } = await readTaskTimes(chain, { ledger })
 */
export async function readTaskTimes(
  chain: Chain,
  { ledger, ...options }: ReadOptions & Pick<Contracts, 'ledger'>,
): Promise<TaskTimes> {
  const doing = 'read the shortest windows'
  const address = await readContract(chain, {
    ...options,
    doing,
    address: ledger,
    abi: roundLedgerAbi,
    functionName: 'taskRules',
    args: [],
  })
  const ofRules = { ...options, doing, address, abi: taskRulesAbi, args: [] } as const
  const [commit, window, challenge, entry] = await Promise.all([
    readContract(chain, { ...ofRules, functionName: 'MIN_COMMIT' }),
    readContract(chain, { ...ofRules, functionName: 'MIN_WINDOW' }),
    readContract(chain, { ...ofRules, functionName: 'MIN_CHALLENGE' }),
    readContract(chain, { ...ofRules, functionName: 'ENTRY_DELAY' }),
  ])
  return { commit: Number(commit), window: Number(window), challenge: Number(challenge), entry: Number(entry) }
}

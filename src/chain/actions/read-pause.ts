import { zeroAddress } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { guardianAbi, roundLedgerAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

export interface ReadPauseParameters extends ReadOptions {
  ledger: Contracts['ledger']
}

/** Times are unix seconds of the chain. */
export interface PauseStatus {
  /** The `Guardian` contract; undefined where nobody may pause. */
  guardian: Address | undefined
  /** Who may use it; undefined when the guardian is no `Guardian` contract. */
  holder: Address | undefined
  /** End of the pause that is running; undefined when none is. */
  pausedUntil: number | undefined
  /** From then on the guardian may pause again; 0 if it never did. */
  pausableFrom: number
  /** Longest pause, seconds. */
  maxPause: number
}

/**
 * Whether the contracts are paused, by whom and for how long. Errors: CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED.
 *
 * @example
 * const { guardian, pausedUntil } = await readPause(chain, { ledger })
 */
export async function readPause(chain: Chain, { ledger, ...options }: ReadPauseParameters): Promise<PauseStatus> {
  const common = { ...options, address: ledger, abi: roundLedgerAbi, args: [] as const, doing: 'read the pause' } as const
  const [guardian, pausedUntil, pausableFrom, maxPause] = await Promise.all([
    readContract(chain, { ...common, functionName: 'guardian' }),
    readContract(chain, { ...common, functionName: 'pausedUntil' }),
    readContract(chain, { ...common, functionName: 'pausableFrom' }),
    readContract(chain, { ...common, functionName: 'MAX_PAUSE' }),
  ])
  const named = guardian !== zeroAddress
  // Governance may name any address, a plain account too.
  const code = named ? await chain.publicClient.getCode({ address: guardian }).catch(() => undefined) : undefined
  const holder = code
    ? await readContract(chain, {
        ...options,
        address: guardian,
        abi: guardianAbi,
        functionName: 'holder',
        args: [],
        doing: 'read who holds the guardian',
      })
    : undefined
  return {
    guardian: named ? guardian : undefined,
    holder,
    pausedUntil: pausedUntil === 0n ? undefined : Number(pausedUntil),
    pausableFrom: Number(pausableFrom),
    maxPause,
  }
}

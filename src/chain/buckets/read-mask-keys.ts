import { fromHex, ZERO_HASH } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import { readContract } from '../actions/read-contract.ts'
import type { ReadOptions } from '../actions/read-contract.ts'
import type { Chain } from '../connect-chain.ts'

export interface ReadMaskKeysParameters extends ReadOptions {
  maskBuckets: Address
  /** Owner addresses. */
  accounts: readonly Address[]
  /** Unix second; that of an epoch is `Epoch.snapshot`. */
  timepoint: number
}

/**
 * Keys for masks at the end of a second, 32 bytes each, in the order of the accounts; undefined for an account without one. Errors: those of `readContract`.
 *
 * @example const [mine] = await readMaskKeys(chain, { maskBuckets, accounts: [owner], timepoint: epoch.snapshot })
 */
export async function readMaskKeys(
  chain: Chain,
  { maskBuckets, accounts, timepoint, ...options }: ReadMaskKeysParameters,
): Promise<(Uint8Array | undefined)[]> {
  const reading = { ...options, address: maskBuckets, abi: maskBucketsAbi, functionName: 'maskKeyAt' } as const
  const keys = accounts.map(async (account) =>
    readContract(chain, { ...reading, args: [account, BigInt(timepoint)], doing: `read the key for masks of ${account}` }),
  )
  return (await Promise.all(keys)).map((key) => (key === ZERO_HASH ? undefined : fromHex(key)))
}

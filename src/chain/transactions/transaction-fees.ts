import type { Chain } from '../connect-chain.ts'

/** Wei per gas. Chains without EIP-1559 take one price. */
export type TransactionFees =
  | { type: 'eip1559'; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }
  | { type: 'legacy'; gasPrice: bigint }

/** The chain's current fees: twice the base fee plus the customary tip, or the node's gas price where there is no base fee. */
export async function estimateFees({ publicClient }: Pick<Chain, 'publicClient'>): Promise<TransactionFees> {
  const { baseFeePerGas } = await publicClient.getBlock({ blockTag: 'latest' })
  if (baseFeePerGas === null) return { type: 'legacy', gasPrice: await publicClient.getGasPrice() }
  const maxPriorityFeePerGas = await publicClient.estimateMaxPriorityFeePerGas()
  // Twice the base fee outlasts six full blocks in a row (each raises it by an eighth).
  return { type: 'eip1559', maxFeePerGas: 2n * baseFeePerGas + maxPriorityFeePerGas, maxPriorityFeePerGas }
}

/**
 * Fees of a replacement: nodes accept a replacement only when every price rises by a tenth. The fees rise by an eighth,
 * or to the chain's current fees if those are higher.
 */
export function replacementFees(before: TransactionFees, now: TransactionFees): TransactionFees {
  if (before.type === 'legacy' || now.type === 'legacy') {
    return { type: 'legacy', gasPrice: larger(raised(priceOf(before)), priceOf(now)) }
  }
  return {
    type: 'eip1559',
    maxFeePerGas: larger(raised(before.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: larger(raised(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  }
}

/** The most that one unit of gas can cost under these fees. */
export function priceOf(fees: TransactionFees): bigint {
  return fees.type === 'legacy' ? fees.gasPrice : fees.maxFeePerGas
}

function raised(price: bigint): bigint {
  return (price * 9n) / 8n + 1n
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

import { erc20Abi, parseAbi } from 'viem'
import type { Abi } from 'viem'
import { compileSolidity } from '../../../examples/support/compile-solidity.ts'
import type { Compiled } from '../../../examples/support/compile-solidity.ts'
import type { TransactionSender } from '../../../src/chain/index.ts'
import type { TokenUnit } from '../../../src/core/index.ts'
import type { Address } from '../../../src/protocol/index.ts'

const SOURCE = new URL('../../contracts/support/UnitToken.sol', import.meta.url)
const constructor = parseAbi(['constructor(uint8 decimals, string symbol)'])
const mint = parseAbi(['function mint(address to, uint256 amount)'])
export const unitTokenAbi = [...erc20Abi, ...mint] as const

/** Compiled here, so that a test of TypeScript needs no build of the contracts. */
let compiled: Compiled | undefined

/** Deploys a token that anybody mints. */
export async function deployUnitToken(sender: TransactionSender, { decimals, symbol }: TokenUnit): Promise<Address> {
  compiled ??= compileSolidity(SOURCE)['UnitToken']!
  const { bytecode } = compiled
  const abi: Abi = constructor
  const { contractAddress } = await sender.deploy({ doing: 'deploy a token', abi, bytecode, args: [decimals, symbol] })
  return contractAddress
}

export async function mintUnitToken(sender: TransactionSender, token: Address, to: Address, amount: bigint): Promise<void> {
  await sender.write({ doing: 'mint', to: token, abi: mint, functionName: 'mint', args: [to, amount] })
}

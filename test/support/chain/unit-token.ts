import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { erc20Abi, parseAbi } from 'viem'
import type { Abi, Hex } from 'viem'
import type { TransactionSender } from '../../../src/chain/index.ts'
import type { TokenUnit } from '../../../src/core/index.ts'
import type { Address } from '../../../src/protocol/index.ts'

const SOURCE = new URL('../../contracts/support/UnitToken.sol', import.meta.url)
const constructor = parseAbi(['constructor(uint8 decimals, string symbol)'])
const mint = parseAbi(['function mint(address to, uint256 amount)'])
export const unitTokenAbi = [...erc20Abi, ...mint] as const

let bytecode: Hex | undefined

/** Compiled here, so that a test of TypeScript needs no build of the contracts. */
function compiled(): Hex {
  const solc = createRequire(import.meta.url)('solc') as { compile: (input: string) => string }
  const input = {
    language: 'Solidity',
    sources: { token: { content: readFileSync(SOURCE, 'utf8') } },
    settings: { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
  }
  const { contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts: { token: { UnitToken: { evm: { bytecode: { object: string } } } } }
  }
  return `0x${contracts.token.UnitToken.evm.bytecode.object}`
}

/** Deploys a token that anybody mints. */
export async function deployUnitToken(sender: TransactionSender, { decimals, symbol }: TokenUnit): Promise<Address> {
  bytecode ??= compiled()
  const abi: Abi = constructor
  const { contractAddress } = await sender.deploy({ doing: 'deploy a token', abi, bytecode, args: [decimals, symbol] })
  return contractAddress
}

export async function mintUnitToken(sender: TransactionSender, token: Address, to: Address, amount: bigint): Promise<void> {
  await sender.write({ doing: 'mint', to: token, abi: mint, functionName: 'mint', args: [to, amount] })
}

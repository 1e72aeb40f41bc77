import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Abi, Hex } from 'viem'

/** What deploys a contract. */
export interface Compiled {
  abi: Abi
  bytecode: Hex
}

/**
 * Compiles a file without imports, by itself, so that it needs no build of the contracts.
 *
 * @returns by the name of the contract
 * @throws Error with what the compiler says
 */
export function compileSolidity(path: URL): Record<string, Compiled> {
  const solc = createRequire(import.meta.url)('solc') as { compile: (input: string) => string }
  const input = {
    language: 'Solidity',
    sources: { file: { content: readFileSync(path, 'utf8') } },
    settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts?: { file: Record<string, { abi: Abi; evm: { bytecode: { object: string } } }> }
    errors?: { severity: string; formattedMessage: string }[]
  }
  const error = errors.find(({ severity }) => severity === 'error')
  if (error || !contracts) throw new Error(error?.formattedMessage ?? `${path.pathname} has no contracts`)
  return Object.fromEntries(
    Object.entries(contracts.file).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]),
  )
}

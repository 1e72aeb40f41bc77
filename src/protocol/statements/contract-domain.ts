import type { Address } from '../types.ts'
import type { SigningDomain } from './typed-data.ts'

/** Where a statement is valid that goes to another contract than the ledger: that contract on one chain. */
export interface ContractDomain {
  chainId: number
  contract: Address
}

/** The domain of the protocol's statements, whose contract is named after the ledger. */
export function signingFor({ chainId, contract }: ContractDomain): SigningDomain {
  return { chainId, ledger: contract }
}

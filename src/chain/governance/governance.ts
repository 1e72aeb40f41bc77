import type { Address } from '../../protocol/types.ts'

/** Who decides for a deployment. `findGovernance` reads the addresses from the ledger's. */
export interface Governance {
  governor: Address
  /** Owner of vault, ledger and distributor. */
  timelock: Address
  /** The `Guardian` contract; the zero address where there is none. */
  guardian: Address
}

import {
  dataCourtAbi,
  dataGrantsAbi,
  erc1967ProxyAbi,
  developmentTokenAbi,
  fraudJudgeAbi,
  guardedExecutorAbi,
  guardianAbi,
  inferenceChannelsAbi,
  inferenceLogAbi,
  maskBucketsAbi,
  modelMarketAbi,
  scoreOracleAbi,
  modelRegistryAbi,
  quorateGovernorAbi,
  quorateTimelockAbi,
  rewardDistributorAbi,
  roundLedgerAbi,
  stakeVaultAbi,
  taskRulesAbi,
  termsBoardAbi,
} from './abi/index.ts'
import type { Address } from '../protocol/types.ts'

/** Where the contracts of one deployment are. `findContracts` reads the others from the ledger's address. */
export interface Contracts {
  ledger: Address
  vault: Address
  /** The zero address until the deployment has set it. */
  distributor: Address
  token: Address
  /** The judge of the task in question; the zero address where there is none. */
  judge: Address
}

type ErrorsOf<abi extends readonly { type: string }[]> = Extract<abi[number], { type: 'error' }>

function errorsOf<const abi extends readonly { type: string }[]>(abi: abi): ErrorsOf<abi>[] {
  return abi.filter((item): item is ErrorsOf<abi> => item.type === 'error')
}

/** Every custom error of every contract: a call of one may revert with another's. */
export const contractErrors = [
  ...errorsOf(roundLedgerAbi),
  ...errorsOf(taskRulesAbi),
  ...errorsOf(stakeVaultAbi),
  ...errorsOf(rewardDistributorAbi),
  ...errorsOf(fraudJudgeAbi),
  ...errorsOf(dataCourtAbi),
  ...errorsOf(maskBucketsAbi),
  ...errorsOf(modelRegistryAbi),
  ...errorsOf(modelMarketAbi),
  ...errorsOf(dataGrantsAbi),
  ...errorsOf(inferenceLogAbi),
  ...errorsOf(scoreOracleAbi),
  ...errorsOf(guardedExecutorAbi),
  ...errorsOf(termsBoardAbi),
  ...errorsOf(inferenceChannelsAbi),
  ...errorsOf(developmentTokenAbi),
  ...errorsOf(quorateGovernorAbi),
  ...errorsOf(quorateTimelockAbi),
  ...errorsOf(guardianAbi),
  ...errorsOf(erc1967ProxyAbi),
]

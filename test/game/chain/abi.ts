import { decodeFunctionResult, encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import {
  dataCourtAbi,
  developmentTokenAbi,
  fraudJudgeAbi,
  guardianAbi,
  rewardDistributorAbi,
  roundLedgerAbi,
  stakeVaultAbi,
} from '../../../src/chain/abi/index.ts'
import type { Hex } from '../../../src/protocol/index.ts'

const ABIS = {
  ledger: roundLedgerAbi,
  vault: stakeVaultAbi,
  judge: fraudJudgeAbi,
  court: dataCourtAbi,
  token: developmentTokenAbi,
  guardian: guardianAbi,
  distributor: rewardDistributorAbi,
} as const satisfies Record<string, Abi>

export type ContractName = keyof typeof ABIS

export function encode(contract: ContractName, functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi: ABIS[contract], functionName: functionName as never, args })
}

export function decode<T>(contract: ContractName, functionName: string, data: Hex): T {
  return decodeFunctionResult({ abi: ABIS[contract], functionName: functionName as never, data }) as T
}

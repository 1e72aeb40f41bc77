import { toFunctionSelector } from 'viem'
import type { Hex } from 'viem'
import { dataCourtAbi, fraudJudgeAbi } from '../../src/chain/abi/index.ts'
import { readOwnerOfKey } from '../../src/chain/index.ts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { DEVELOPMENT_TOKEN } from '../../src/chain/index.ts'
import { formatTokens } from '../../src/core/index.ts'
import { isQuorateError } from '../../src/core/index.ts'
import { lowerHex, sameAddress } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import type { FaultName } from './claim-faults.ts'
import type { Consortium } from './consortium.ts'

/** How a false claim ended. Every figure comes from a receipt or an event. Amounts in token wei. */
export interface FraudReport {
  fault: FaultName
  /** Function of the judge or the court that accepted the proof. */
  proof: string
  /** Owner of the key that sent the proof. */
  by: Address
  /** Gas of the transaction with the proof. */
  gas: number
  operatorSlashed: string
  bounty: string
  burned: string
  rejectedClaim: Hash
  /** Owner of the operator that posted the next claim. */
  postedAgainBy: Address
}

/** The report of the first rejection; undefined until another claim is posted. */
export async function readFraud(
  { chain, contracts }: Pick<Consortium, 'chain' | 'contracts'>,
  fault: FaultName,
  events: readonly LedgerEvent[],
): Promise<FraudReport | undefined> {
  const at = events.findIndex(({ type }) => type === 'rejected')
  const rejected = events[at]
  if (rejected?.type !== 'rejected') return undefined
  // The number is burned: a fresh round takes its place.
  const again = events.slice(at).find((event) => event.type === 'posted')
  const slashed = events.find((event) => event.type === 'slashed' && event.transactionHash === rejected.transactionHash)
  if (again?.type !== 'posted' || slashed?.type !== 'slashed') return undefined
  const hash = rejected.transactionHash
  const [transaction, receipt] = await Promise.all([
    chain.publicClient.getTransaction({ hash }),
    chain.publicClient.getTransactionReceipt({ hash }),
  ])
  const owner = await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: transaction.from }).catch((error: unknown) => {
    if (isQuorateError(error, 'KEY_NOT_REGISTERED')) return transaction.from
    throw error
  })
  return {
    fault,
    proof: functionOf(transaction.input),
    by: lowerHex(owner),
    gas: Number(receipt.gasUsed),
    operatorSlashed: slashed.taken.toString(),
    bounty: slashed.bounty.toString(),
    burned: slashed.burned.toString(),
    rejectedClaim: rejected.claimHash,
    postedAgainBy: lowerHex(again.operator),
  }
}

/** Name of the called function, or its selector if the function is in none of our contracts. */
function functionOf(input: Hex): string {
  const selector = input.slice(0, 10)
  const called = [...fraudJudgeAbi, ...dataCourtAbi].find(
    (item) => item.type === 'function' && toFunctionSelector(item) === selector,
  )
  return called?.type === 'function' ? called.name : selector
}

/** A line about a chain event that follows from a false claim; undefined for other events. */
export function tellEvent(event: LedgerEvent, { operator, standby, members }: Consortium): string | undefined {
  const who = (address: Address): string => {
    const is = (known: { owner: Address; key: Address }): boolean =>
      sameAddress(address, known.owner) || sameAddress(address, known.key)
    if (is(operator)) return 'the first operator'
    if (standby && is(standby)) return 'the standby operator'
    const member = members.find(is)
    return member ? `member ${member.index}` : address
  }
  const tokens = (wei: bigint): string => formatTokens(wei, DEVELOPMENT_TOKEN)
  switch (event.type) {
    case 'rejected': {
      const { round, claimHash, operator: liar, penalty, bounty, recipient } = event
      const paid = bounty > 0n ? `, ${tokens(bounty)} of them to ${who(recipient)}` : ''
      return `round ${round}: the claim ${claimHash.slice(0, 10)}… of ${who(liar)} was proved false and is rejected, with all claims built on it; the operator loses ${tokens(penalty)}${paid}`
    }
    case 'failed':
      return `round ${event.round} of ${who(event.operator)} ended without a claim; the seat is empty`
    case 'voided':
      return `round ${event.round} of ${who(event.operator)} was voided by a quorum of the members`
    default:
      return undefined
  }
}

import { QuorateError } from '../../core/index.ts'
import { quorateGovernorAbi } from '../abi/index.ts'
import type { Chain } from '../connect-chain.ts'
import type { Governance } from '../governance/governance.ts'
import { readContract } from './read-contract.ts'
import type { ReadOptions } from './read-contract.ts'

/** A proposal by its number, and by its place, which people can say. */
export interface NumberedProposal {
  /** Its number: 256 bits. */
  proposal: bigint
  /** Its place among all proposals of the governor, from 1. It never changes. */
  place: number
}

/** Digits from which on the beginning of a number stands for it. Fewer are taken for a place. */
const PREFIX = 6

/**
 * The proposal that a user means: its place among all proposals, its number, or the first digits of that number.
 *
 * @throws QuorateError PROPOSAL_NOT_FOUND, also when several proposals begin with the digits; CONTRACT_NOT_FOUND, RPC_UNREACHABLE, CANCELLED
 * @example
 * const { proposal } = await findProposal(chain, { governance, reference: '3' })
 */
export async function findProposal(
  chain: Chain,
  { governance, reference, ...options }: ReadOptions & { governance: Governance; reference: string },
): Promise<NumberedProposal> {
  const numbers = await readProposalNumbers(chain, { ...options, governance })
  const place = Number(reference)
  if (place >= 1 && place <= numbers.length) return { proposal: numbers[place - 1]!, place }
  const found = numbers.flatMap((proposal, index) =>
    reference.length >= PREFIX && String(proposal).startsWith(reference) ? [{ proposal, place: index + 1 }] : [],
  )
  if (found.length === 1) return found[0]!
  const known = numbers.length === 0 ? 'there are no proposals' : `there are proposals 1 to ${numbers.length}`
  const why = found.length > 1 ? `${found.length} proposals begin with ${reference}: write more digits` : known
  throw new QuorateError('PROPOSAL_NOT_FOUND', `no proposal ${reference}: ${why}`, { details: { reference } })
}

/** The numbers of all proposals, oldest first: the place of each is its index and one. Errors: as `findProposal`. */
export async function readProposalNumbers(
  chain: Chain,
  { governance, ...options }: ReadOptions & { governance: Governance },
): Promise<bigint[]> {
  const of = { ...options, doing: 'list proposals', address: governance.governor, abi: quorateGovernorAbi } as const
  const count = await readContract(chain, { ...of, functionName: 'proposalCount', args: [] })
  return Promise.all(
    Array.from({ length: Number(count) }, async (_, index) => {
      const [proposal] = await readContract(chain, { ...of, functionName: 'proposalDetailsAt', args: [BigInt(index)] })
      return proposal
    }),
  )
}

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  claimReward,
  finalizeWithQuorum,
  readClaimed,
  readCommittee,
  readFinality,
  readLedgerEvents,
  readRound,
  readTask,
  standingClaims,
} from '../../chain/index.ts'
import type { Contracts, TransactionSender } from '../../chain/index.ts'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import { ledgerLevels, lowerHex, merkleProof, reachesQuorum, sameAddress, toHex } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'
import { loadAgreements } from '../stores/agreement-file.ts'
import { StateStore } from '../stores/state-store.ts'

/** How long somebody else's finalising transaction gets to be in a block: a minute. */
const FINALITY_EVERY_MS = 1000
const FINALITY_LOOKS = 60

export interface ClaimRewardsParameters {
  contracts: Contracts
  task: bigint
  /** Owner address of a member, or of an operator with a share; any account may send the transaction, and the payment goes to this address. */
  member: Address
  /** The node's state folder: it holds the ledger that the claim commits to and the agreements to it. */
  dataFolder: string
  fromBlock: bigint
  signal?: AbortSignal
}

export interface ClaimedRewards {
  round: bigint
  /** Paid now and in all, token wei. */
  amount: bigint
  total: bigint
  /** Whether this call made the round final with the agreements at hand. */
  finalized: boolean
  gasUsed: bigint
}

/**
 * Collects the rewards of a member or operator up to the newest claim. Makes that claim final with the node's collected agreements if
 * they reach the quorum of the stake, else uses the newest final claim.
 *
 * Reads the heads of states, no model.
 *
 * @throws QuorateError NOTHING_TO_CLAIM, ROUND_NOT_FINAL, EVIDENCE_MISSING when the state folder lacks the ledger, STORAGE_FAILED when it holds agreements that
 * cannot be read
 */
export async function claimRewards(sender: TransactionSender, parameters: ClaimRewardsParameters): Promise<ClaimedRewards> {
  const { contracts, task, member, dataFolder, fromBlock, signal } = parameters
  const { chain } = sender
  const { ledger, distributor } = contracts
  const events = await readLedgerEvents(chain, { contracts, task, fromBlock, signal })
  const claims = standingClaims(events).toReversed()
  const states = await StateStore.open(join(dataFolder, 'states'), { mode: 'read' })
  const paid = await readClaimed(chain, { distributor, task, member, signal })
  let finalized = false
  let gasUsed = 0n
  for (const { round, claim, claimHash } of claims) {
    const state = states.head(claimHash)
    if (!state) continue
    const entry = [...state.ledger].find(([, leaf]) => sameAddress(leaf.member, member))
    if (!entry || entry[1].reward <= paid)
      throw new QuorateError('NOTHING_TO_CLAIM', `${member} has earned nothing beyond the ${paid} token wei already paid`, {
        details: { paid },
      })
    const { final } = await readFinality(chain, { ledger, task, round, signal })
    if (!final) {
      const result = await tryFinalize(sender, parameters, { round, claimHash })
      if (!result) continue
      finalized = true
      gasUsed += result.gasUsed
    }
    const [slot, leaf] = entry
    const proof = merkleProof(ledgerLevels(state.ledger), slot).map(toHex)
    const result = await claimReward(sender, { distributor, task, round, claim, leaf, slot, proof, signal })
    return { round, amount: result.amount, total: leaf.reward, finalized, gasUsed: gasUsed + result.gasUsed }
  }
  if (claims.length === 0) throw new QuorateError('NOTHING_TO_CLAIM', `no round of task ${task} has been posted`)
  throw new QuorateError(states.latest() ? 'ROUND_NOT_FINAL' : 'EVIDENCE_MISSING', `no round known to ${dataFolder} is final yet`)
}

/** Sends the agreements of this node's folder if they carry a quorum. */
async function tryFinalize(
  sender: TransactionSender,
  { contracts, task, dataFolder, signal }: ClaimRewardsParameters,
  { round, claimHash }: { round: bigint; claimHash: Hash },
): Promise<{ gasUsed: bigint } | undefined> {
  const { chain } = sender
  const { ledger, vault } = contracts
  const agreements = await loadAgreements(join(dataFolder, 'agreements'), claimHash)
  const view = await readRound(chain, { ledger, task, round, signal })
  const [{ members, totalStake }, { quorumBps }] = await Promise.all([
    readCommittee(chain, { vault, task, round, ...view, signal }),
    readTask(chain, { ledger, task, signal }),
  ])
  const stakes = new Map(members.map((entry) => [lowerHex(entry.member), entry.stake]))
  const agreed = agreements.filter((agreement) => stakes.has(agreement.member))
  const stake = agreed.reduce((sum, agreement) => sum + stakes.get(agreement.member)!, 0n)
  if (!reachesQuorum(stake, totalStake, quorumBps)) return undefined
  try {
    return await finalizeWithQuorum(sender, { ledger, task, round, claimHash, agreements: agreed, signal })
  } catch (error) {
    // Another member may have made it final in the meantime. Nodes simulate on pending transactions, so the transaction
    // may not be in a block yet.
    const coming = isQuorateError(error) && error.details['error'] === 'AlreadyFinal'
    for (let looks = 0; looks < (coming ? FINALITY_LOOKS : 1); looks++) {
      if (looks > 0) await setTimeout(FINALITY_EVERY_MS, undefined, { signal })
      if ((await readFinality(chain, { ledger, task, round, signal })).final) return { gasUsed: 0n }
    }
    throw error
  }
}

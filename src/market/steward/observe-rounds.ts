import { readFinality, readLedgerEvents, readMembers, readTask } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import type { Windows } from '../../protocol/index.ts'
import { ClaimHistory, normsFromEvidence } from '../../replay/index.ts'

/** What one final round took. */
export interface ObservedRound {
  round: bigint
  /** Seconds from the opening to the seal, and from the seal to the posting. */
  sealedAfter: number
  postedAfter: number
  /** Sealed rows, and members of the snapshot. */
  rows: number
  members: number
}

/** What a steward goes by. */
export interface Observed {
  windows: Windows
  /** Final rounds, oldest first. */
  rounds: readonly ObservedRound[]
  /** Numbers between the first and the last of them that ended without a claim. */
  failed: number
  /** Squared norms of all admitted updates; none without evidence. */
  norms: readonly bigint[]
}

export interface ObserveOptions {
  chain: Chain
  contracts: Contracts
  task: bigint
  /** Newest final rounds to look at. */
  last: number
  fromBlock?: bigint
  /** Evidence folder of any node; it need not be trusted. Without it norms are unknown. */
  evidence?: string | undefined
  signal?: AbortSignal | undefined
}

/**
 * Reads the newest final rounds of a task from the chain, and the norms of their updates from evidence.
 *
 * @throws QuorateError RPC_UNREACHABLE, EVIDENCE_MISSING, OPENING_MISMATCH
 */
export async function observeRounds(options: ObserveOptions): Promise<Observed> {
  const { chain, contracts, task, last, fromBlock = 0n, evidence, signal } = options
  const { ledger, vault } = contracts
  const { windows, specHash } = await readTask(chain, { ledger, task, signal })
  const history = new ClaimHistory()
  const postedIn = new Map<bigint, bigint>()
  for (const event of await readLedgerEvents(chain, { contracts, task, fromBlock, signal })) {
    history.apply(event)
    if (event.type === 'posted') postedIn.set(event.round, event.blockNumber)
  }
  const claims = history.claims()
  const rounds: ObservedRound[] = []
  const norms: bigint[] = []
  for (const { round } of claims.toReversed()) {
    if (rounds.length === last) break
    const { final } = await readFinality(chain, { ledger, task, round, signal })
    const [openedAt, sealed] = [history.openedAt(round), history.sealed(round)]
    if (!final || openedAt === undefined || sealed === undefined) continue
    const { members } = await readMembers(chain, { vault, task, timepoint: openedAt - 1, signal })
    const { sealedAt, count: rows } = sealed
    const { timestamp } = await chain.publicClient.getBlock({ blockNumber: postedIn.get(round)! })
    const postedAfter = Number(timestamp) - sealedAt
    rounds.unshift({ round, sealedAfter: sealedAt - openedAt, postedAfter, rows, members: members.length })
    if (evidence !== undefined) norms.push(...(await normsFromEvidence(evidence, { task, specHash, claims, round })))
  }
  const numbers = rounds.length === 0 ? 0 : Number(rounds.at(-1)!.round - rounds[0]!.round) + 1
  return { windows, rounds, failed: numbers - rounds.length, norms }
}

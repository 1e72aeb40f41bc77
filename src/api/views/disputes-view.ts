import { lowerHex } from '../../protocol/index.ts'
import type { NodeFacts, ToldDispute } from '../reading/node-facts.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { Punishment } from '../reading/task-totals.ts'
import { DISPUTE_STATES } from '../schemas.ts'
import type { DisputesAnswer } from '../schemas.ts'
import { courtWords } from './court-words.ts'
import { blockTime } from './members-view.ts'

type Dispute = DisputesAnswer['disputes'][number]

/** `/disputes`. */
export async function disputesView(reader: TaskReader, facts: NodeFacts): Promise<DisputesAnswer> {
  const picture = await reader.picture()
  const { punishments } = picture.totals
  const rejections = new Map(punishments.filter(({ type }) => type === 'rejected').map((one) => [one.claimHash!, one]))
  const told = new Map(facts.disputes().map((one) => [one.claimHash, one]))
  const hashes = [...new Set<string>([...rejections.keys(), ...told.keys()])]
  const disputes = await Promise.all(
    hashes.map(async (claimHash) =>
      disputeOf(reader, picture, claimHash, told.get(claimHash), rejections.get(claimHash as never)),
    ),
  )
  const fines = punishments.filter(({ type }) => type === 'penalised')
  return {
    disputes: disputes.sort((a, b) => (BigInt(a.round) < BigInt(b.round) ? 1 : -1)),
    penalties: await Promise.all(fines.toReversed().map(async (fine) => penaltyOf(reader, facts, fine))),
  }
}

async function disputeOf(
  reader: TaskReader,
  { rounds }: TaskPicture,
  claimHash: string,
  told: ToldDispute | undefined,
  rejection: Punishment | undefined,
): Promise<Dispute> {
  const round = rejection?.round ?? told!.round
  const { fraud } = told ?? {}
  return {
    round: round.toString(),
    claimHash,
    operator: rejection?.account ?? (fraud ? lowerHex(fraud.operator) : (rounds.get(round)?.operator ?? null)),
    state: rejection ? 'rejected' : stateOf(told?.outcome),
    reasons: told?.reasons ?? [],
    courtRequests: (told?.requests ?? []).map(({ id, kind, tree, level, index, deadline }) => ({
      id,
      ...courtWords({ kind, tree }),
      level,
      index: index.toString(),
      deadline,
    })),
    proof: rejection
      ? {
          transaction: rejection.transaction,
          block: rejection.block.toString(),
          time: await blockTime(reader, rejection.block),
          proof: fraud?.proof ?? null,
          by: fraud ? lowerHex(fraud.by) : null,
          gas: fraud?.gas.toString() ?? null,
          recipient: rejection.recipient,
          slashed: rejection.penalty.toString(),
          bounty: rejection.bounty.toString(),
          burned: rejection.burned.toString(),
        }
      : null,
  }
}

/** How this node's own dispute of the claim stands. */
function stateOf(outcome: string | undefined): Dispute['state'] {
  return DISPUTE_STATES.find((state) => state === outcome) ?? 'open'
}

async function penaltyOf(reader: TaskReader, facts: NodeFacts, fine: Punishment): Promise<DisputesAnswer['penalties'][number]> {
  const told = facts.penalty(fine.transaction)
  return {
    round: fine.round.toString(),
    account: fine.account,
    transaction: fine.transaction,
    block: fine.block.toString(),
    time: await blockTime(reader, fine.block),
    kind: told?.kind ?? null,
    by: told?.by ? lowerHex(told.by) : null,
    gas: told?.gas.toString() ?? null,
    recipient: fine.recipient,
    penalty: fine.penalty.toString(),
    bounty: fine.bounty.toString(),
    burned: fine.burned.toString(),
  }
}

import { RULES } from '../../aggregation/index.ts'
import { findGovernance, readTask, readToken } from '../../chain/index.ts'
import type { Governance, Task } from '../../chain/index.ts'
import { formatTokens, isQuorateError, plural } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import {
  bucketTerms,
  drawnCommittee,
  encodeSpec,
  lowerHex,
  parseDocument,
  ReferenceId,
  tensorLengths,
} from '../../protocol/index.ts'
import type { Address, TaskSpec } from '../../protocol/index.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { TaskAnswer } from '../schemas.ts'

/** `/task`. @param rpcUrls chain nodes that browsers may be told of */
export async function taskView(reader: TaskReader, rpcUrls: readonly string[]): Promise<TaskAnswer> {
  const { chain, contracts, spec, document, fromBlock } = reader.node.about
  const [task, governance, unit] = await Promise.all([taskOnChain(reader), governanceOf(reader), unitOf(reader)])
  const parts = parseDocument(document)
  return {
    task: task.task.toString(),
    name: parts.name,
    chainId: chain.chainId,
    contracts: {
      ledger: lowerHex(contracts.ledger),
      vault: lowerHex(contracts.vault),
      distributor: lowerHex(contracts.distributor),
      judge: orNull(contracts.judge),
      token: lowerHex(contracts.token),
    },
    governance: governance && {
      governor: lowerHex(governance.governor),
      timelock: lowerHex(governance.timelock),
      guardian: orNull(governance.guardian),
    },
    rpcUrls: [...rpcUrls],
    fromBlock: fromBlock.toString(),
    token: { address: lowerHex(contracts.token), ...unit },
    founder: lowerHex(task.founder),
    stopped: task.stopped,
    judgeRetired: task.judgeRetired,
    predecessor: task.predecessor === 0n ? null : { task: task.predecessor.toString(), round: task.predecessorRound.toString() },
    specHash: task.specHash,
    specification: encodeSpec(spec),
    terms: {
      rule: RULES.find(({ id }) => id === spec.rule.rule)?.name ?? String(spec.rule.rule),
      byzantineBps: spec.rule.byzantineBps,
      toleranceBps: spec.toleranceBps,
      minSealedBps: spec.minSealedBps,
      rejectsOutliers: spec.rule.rejectBps > 0,
      reference: referenceOf(spec),
      committee: drawnCommittee(spec),
      rewardPerRound: spec.rewardPerRound.toString(),
      operatorShareBps: spec.operatorShareBps,
      quorumBps: task.quorumBps,
      falseClaimPenalty: task.falseClaimPenalty.toString(),
      faultPenalty: task.faultPenalty.toString(),
      bountyBps: task.bountyBps,
      minMembers: task.minMembers,
      minStake: task.minStake.toString(),
      windows: { ...task.windows },
    },
    model: {
      parameters: tensorLengths(parts).reduce((sum, length) => sum + length, 0),
      tensors: parts.tensors.map(({ name, shape }) => ({ name, shape: [...shape] })),
    },
    training: parts.training,
    words: wordsOf(task, spec, unit),
  }
}

/** The task as the ledger has it now. */
export async function taskOnChain({ node, cache }: TaskReader): Promise<Task> {
  const { chain, contracts, task } = node.about
  return cache.perBlock('task', async () => readTask(chain, { ledger: contracts.ledger, task }))
}

/** Who governs the contracts; null where no votes do. */
export async function governanceOf({ node, cache }: TaskReader): Promise<Governance | null> {
  const { chain, contracts } = node.about
  return cache.perBlock('governance', async () =>
    findGovernance(chain, { ledger: contracts.ledger }).catch((error: unknown) => {
      if (isQuorateError(error, 'GOVERNANCE_NOT_FOUND')) return null
      throw error
    }),
  )
}

/** Decimals and symbol of the token. */
export async function unitOf({ node, cache }: TaskReader): Promise<TokenUnit> {
  const { chain, contracts } = node.about
  return cache.once('token', async () => readToken(chain, { token: contracts.token }))
}

/** An address; null for that of nobody. */
export function orNull(address: Address): Address | null {
  return BigInt(address) === 0n ? null : lowerHex(address)
}

function referenceOf({ rule }: TaskSpec): TaskAnswer['terms']['reference'] {
  const found = Object.entries(ReferenceId).find(([, id]) => id === rule.reference)
  return (found?.[0] ?? 'none') as TaskAnswer['terms']['reference']
}

function wordsOf(
  { quorumBps, falseClaimPenalty, bountyBps, minMembers, windows }: Task,
  spec: TaskSpec,
  unit: TokenUnit,
): string[] {
  const share = (bps: number): string => `${bps / 100} %`
  const buckets = bucketTerms(spec)
  return [
    drawnCommittee(spec) > 0
      ? `About ${plural(drawnCommittee(spec), 'member is', 'members are')} drawn for each round.`
      : `Every member takes part in every round; no round opens with fewer than ${minMembers}.`,
    ...(buckets
      ? [
          `Members share buckets of ${buckets.size} for ${buckets.epoch} rounds: others see the sum of a bucket, and no update of a member.`,
        ]
      : []),
    `A round pays ${formatTokens(spec.rewardPerRound, unit)}, of which the operator gets ${share(spec.operatorShareBps)}.`,
    `A claim is final when ${share(quorumBps)} of the stake agrees, or after ${windows.challenge} seconds without a proof against it.`,
    `An operator loses ${formatTokens(falseClaimPenalty, unit)} for a false claim; whoever proves it gets ${share(bountyBps)} of that.`,
    spec.rule.rejectBps > 0
      ? 'Updates far from all others are rejected and earn nothing.'
      : 'No update is rejected as an outlier.',
  ]
}

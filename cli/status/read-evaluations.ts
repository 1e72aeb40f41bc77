import type { PostedEvent } from '../../src/chain/index.ts'
import { EVALUATION_FILES, summarise } from '../../src/node/evaluations/index.ts'
import { loadRoundFile, roundsWithFile } from '../../src/node/stores/round-files.ts'
import type { MetricSummary } from '../../src/node/evaluations/index.ts'
import { isSignedBy, lowerHex, metricValues, STATEMENTS } from '../../src/protocol/index.ts'
import type { Address, SigningDomain } from '../../src/protocol/index.ts'
import { readRoundMembers } from './round-members.ts'
import type { RoundMembersNeeds } from './round-members.ts'

export interface EvaluationsNeeds extends RoundMembersNeeds {
  domain: SigningDomain
  /** Claims that stand. */
  claims: readonly PostedEvent[]
  /** Folder `evaluations` of a node. */
  folder: string
  /** The newest rounds with evaluations that are read; all if left out. */
  latest?: number
}

/** What members measured of the model of a round. */
export interface RoundEvaluations {
  round: bigint
  /** Members that might have measured it. */
  members: number
  evaluations: { member: Address; stake: bigint; samples: number; metrics: Record<string, number> }[]
  summary: Record<string, MetricSummary>
}

/** The evaluations that a node kept, oldest round first. Only those count whose signature is that of a member of the round and whose model is the one that stands. */
export async function readEvaluations(needs: EvaluationsNeeds): Promise<RoundEvaluations[]> {
  const { claims, folder, latest } = needs
  const kept = new Set(await roundsWithFile(folder))
  const measured = claims.filter(({ round }) => kept.has(round)).sort((a, b) => (a.round < b.round ? -1 : 1))
  const read: RoundEvaluations[] = []
  for (const posted of latest === undefined ? measured : measured.slice(-latest)) read.push(await readOne(needs, posted))
  return read
}

async function readOne(needs: EvaluationsNeeds, { round, claim }: PostedEvent): Promise<RoundEvaluations> {
  const { members } = await readRoundMembers(needs, round)
  const evaluations: RoundEvaluations['evaluations'] = []
  for (const message of await loadRoundFile(needs.folder, EVALUATION_FILES, round)) {
    const member = members.find((one) => lowerHex(one.member) === message.member)
    const counted = evaluations.some((one) => one.member === message.member)
    if (!member || counted || message.task !== needs.task || message.modelRoot !== claim.modelRoot) continue
    if (!(await isSignedBy(needs.domain, STATEMENTS.evaluation, message, member.operatorKey))) continue
    const { samples, metrics } = message
    evaluations.push({ member: message.member, stake: member.stake, samples, metrics: metricValues(metrics) })
  }
  return { round, members: members.length, evaluations, summary: Object.fromEntries(summarise(evaluations)) }
}

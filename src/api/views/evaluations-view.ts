import { lowerHex, metricValues } from '../../protocol/index.ts'
import { numbersOf, summaryOf } from '../reading/evaluation-reader.ts'
import type { NodeFacts, OwnEvaluation } from '../reading/node-facts.ts'
import type { ClaimEntry, TaskReader } from '../reading/task-reader.ts'
import type { QueryOf } from '../routes.ts'
import type { EvaluationsAnswer } from '../schemas.ts'
import { pageOf, roundsBefore } from './page.ts'

/** `/evaluations`. */
export async function evaluationsView(
  reader: TaskReader,
  facts: NodeFacts,
  { before, limit }: QueryOf<'evaluations'>,
): Promise<EvaluationsAnswer> {
  const { claims } = await reader.picture()
  const measured = new Set([
    ...(await reader.evaluations.rounds()),
    ...facts.evaluatedRounds(),
    ...claims.slice(-16).flatMap(({ round }) => (reader.node.evaluations.messages(round).length > 0 ? [round] : [])),
  ])
  const { entries, more } = pageOf(
    roundsBefore(
      claims.filter(({ round }) => measured.has(round)),
      before,
    ),
    limit,
  )
  return {
    rounds: await Promise.all(entries.map(async (entry) => evaluationsOf(reader, facts, entry))),
    next: more ? entries.at(-1)!.round.toString() : null,
  }
}

async function evaluationsOf(
  reader: TaskReader,
  facts: NodeFacts,
  entry: ClaimEntry,
): Promise<EvaluationsAnswer['rounds'][number]> {
  const { modelRoot } = entry.posted.claim
  const [messages, stakes] = await Promise.all([reader.evaluations.of(entry.round, modelRoot), reader.stakes(entry)])
  return {
    round: entry.round.toString(),
    modelRoot,
    members: stakes.size,
    summary: summaryOf(messages.map((message) => numbersOf(message, stakes))),
    entries: messages.map(({ member, samples, metrics }) => ({
      member: lowerHex(member),
      stake: (stakes.get(lowerHex(member)) ?? 0n).toString(),
      samples,
      metrics: metricValues(metrics),
    })),
    own: ownOf(facts.evaluation(entry.round)),
  }
}

function ownOf(own: OwnEvaluation | undefined): EvaluationsAnswer['rounds'][number]['own'] {
  if (!own) return null
  const { samples, loss, accuracy, metrics } = own
  const all = { loss, ...(accuracy !== undefined && { accuracy }), ...metrics }
  return {
    samples,
    metrics: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Number.isFinite(value) ? value : null])),
  }
}

import { QuorateError } from '../../core/index.ts'
import type { MetricsRegistry } from '../../observe/index.ts'
import type { Address } from '../../protocol/index.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { AnswerOf, ParamsOf, QueryOf, RouteName } from '../routes.ts'
import { disputesView } from '../views/disputes-view.ts'
import { economicsView } from '../views/economics-view.ts'
import { evaluationsView } from '../views/evaluations-view.ts'
import { governanceView } from '../views/governance-view.ts'
import { gramView } from '../views/gram-view.ts'
import { lineageView } from '../views/lineage-view.ts'
import { memberView } from '../views/member-view.ts'
import { membersView } from '../views/members-view.ts'
import { metricsView } from '../views/metrics-view.ts'
import { nodeView } from '../views/node-view.ts'
import type { NodeViewNeeds } from '../views/node-view.ts'
import { roundView } from '../views/round-view.ts'
import { roundsView } from '../views/rounds-view.ts'
import { spendingsView } from '../views/spendings-view.ts'
import { taskView } from '../views/task-view.ts'
import { whyView } from '../views/why-view.ts'
import type { JsonText } from './json-text.ts'

export interface AnswerNeeds extends NodeViewNeeds {
  metrics: Pick<MetricsRegistry, 'readings'>
  rpcUrls: readonly string[]
  /** Undefined before the node has started. */
  reader: () => TaskReader | undefined
}

/** Makes the answer to each path. */
export type Answers = {
  [N in RouteName]: (params: ParamsOf<N>, query: QueryOf<N>) => Promise<AnswerOf<N> | JsonText>
}

/** @throws from a page about the task: QuorateError API_STARTING before the node has started */
export function answersOf(needs: AnswerNeeds): Answers {
  const { facts, rpcUrls } = needs
  const reader = (): TaskReader => {
    const found = needs.reader()
    if (found) return found
    throw new QuorateError('API_STARTING', 'the node has not started yet, so it knows nothing of the task')
  }
  return {
    node: async () => nodeView(needs, needs.reader()?.node),
    metrics: async () => metricsView(needs.metrics),
    task: async () => taskView(reader(), rpcUrls),
    rounds: async (_params, query) => roundsView(reader(), query),
    round: async ({ round }) => roundView(reader(), round),
    gram: async ({ round }) => gramView(reader(), round),
    why: async ({ round, address }) => whyView(reader(), round, address as Address),
    members: async (_params, query) => membersView(reader(), query),
    member: async ({ address }) => memberView(reader(), address as Address),
    disputes: async () => disputesView(reader(), facts),
    evaluations: async (_params, query) => evaluationsView(reader(), facts, query),
    spendings: async (_params, query) => spendingsView(reader(), facts, query),
    economics: async () => economicsView(reader()),
    governance: async () => governanceView(reader()),
    lineage: async (_params, query) => lineageView(reader(), query),
  }
}

import { join } from 'node:path'
import { roundsWithFile, loadRoundFile, EVALUATION_FILES, summarise } from '../../node/index.ts'
import type { MemberNumbers, MetricSummary } from '../../node/index.ts'
import { lowerHex, metricValues } from '../../protocol/index.ts'
import type { Address, EvaluationMessage, Hash } from '../../protocol/index.ts'
import type { ApiNode } from './api-node.ts'

/** Rounds whose files are in memory. */
const KEPT = 512
/** How long a list of the folder holds, ms. A round is in the node's memory for longer before only its file is left. */
const LIST_MS = 5_000

/** What members measured of the models, as this node keeps it. Their signatures were checked when they came. */
export class EvaluationReader {
  readonly #node: Pick<ApiNode, 'evaluations' | 'about'>
  readonly #files = new Map<bigint, readonly EvaluationMessage[]>()
  #listed: { at: number; rounds: Promise<ReadonlySet<bigint>> } | undefined

  constructor(node: Pick<ApiNode, 'evaluations' | 'about'>) {
    this.#node = node
  }

  /** Rounds with a file. */
  async rounds(): Promise<ReadonlySet<bigint>> {
    const now = performance.now()
    if (!this.#listed || now - this.#listed.at > LIST_MS)
      this.#listed = { at: now, rounds: roundsWithFile(this.#folder).then((rounds) => new Set(rounds)) }
    return this.#listed.rounds
  }

  /** The evaluations of the model of a round. A file may have some of a model that was dropped. */
  async of(round: bigint, modelRoot: Hash): Promise<readonly EvaluationMessage[]> {
    const live = this.#node.evaluations.messages(round)
    const all = live.length > 0 ? live : await this.#load(round)
    return all.filter((one) => one.modelRoot === modelRoot)
  }

  async #load(round: bigint): Promise<readonly EvaluationMessage[]> {
    const known = this.#files.get(round)
    if (known) return known
    if (!(await this.rounds()).has(round)) return []
    const read = await loadRoundFile(this.#folder, EVALUATION_FILES, round).catch(() => [])
    // A file that is not there may still come.
    if (read.length > 0) this.#files.set(round, read)
    const [oldest] = this.#files.keys()
    if (this.#files.size > KEPT && oldest !== undefined) this.#files.delete(oldest)
    return read
  }

  get #folder(): string {
    return join(this.#node.about.dataFolder, 'evaluations')
  }
}

/** What one member measured, weighed by its stake in the round. */
export function numbersOf(message: EvaluationMessage, stakes: ReadonlyMap<Address, bigint>): MemberNumbers {
  const member = lowerHex(message.member)
  return { member, stake: stakes.get(member) ?? 0n, samples: message.samples, metrics: metricValues(message.metrics) }
}

/** The same of all members, metric by metric. */
export function summaryOf(numbers: readonly MemberNumbers[]): Record<string, MetricSummary> {
  return Object.fromEntries(summarise(numbers))
}

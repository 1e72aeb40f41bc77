import { standingClaims } from '../../src/chain/index.ts'
import type { LedgerEvent, PostedEvent } from '../../src/chain/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import type { DemoMember } from './consortium.ts'

export interface RoundRow {
  member: string
  verdict: string
  /** Why the update is inadmissible, if it is. */
  reason?: string
  weight: number
}

/** The progress of the demo, from the events of the processes and of the chain. */
export class Progress {
  readonly members: readonly DemoMember[]
  /** Number of claims that must stand at the end. */
  readonly rounds: number
  step = 'starting'
  round = 0
  phase = ''
  counts = { committed: 0, revealed: 0, attested: 0, agreed: 0 }
  /** By round, as evaluated by the first member on the 10,000 test images. */
  readonly accuracy = new Map<number, number>()
  /** What else it measured, by round: loss, f1, auc. */
  readonly quality = new Map<number, Readonly<Record<string, number>>>()
  /** Rows of every claim built, by round. */
  readonly rows = new Map<number, RoundRow[]>()
  rewards: Record<string, string> = {}
  /** The first round in which each member counts again. */
  quarantined: Record<string, string> = {}
  /** Highest round that each member has replayed. */
  readonly replayed = new Map<number, number>()
  /**
   * Claims that stand on chain, by ascending round. A rejection removes claims. Of their round numbers only the
   * rejected one is used again.
   */
  standing: readonly PostedEvent[] = []
  /** Lines about events besides training. */
  readonly notes: string[] = []
  #rejected = 0

  constructor(members: readonly DemoMember[], rounds: number) {
    this.members = members
    this.rounds = rounds
  }

  get posted(): number {
    return this.standing.length
  }

  /** Takes the current events of the chain. @returns whether the state changed */
  onChain(events: readonly LedgerEvent[]): boolean {
    const standing = standingClaims(events)
    const rejections = events.filter((event) => event.type === 'rejected')
    for (const { round } of rejections.slice(this.#rejected)) {
      this.round = Number(round)
      for (const map of [this.accuracy, this.quality, this.rows])
        for (const known of map.keys()) if (known >= this.round) map.delete(known)
    }
    const changed = rejections.length !== this.#rejected || standing.at(-1)?.claimHash !== this.standing.at(-1)?.claimHash
    this.#rejected = rejections.length
    this.standing = standing
    if (changed && this.posted >= this.rounds) this.step = 'the members replay the last claim'
    return changed
  }

  /** An event of any operator's process. */
  onCoordinator(event: NodeEvent): void {
    switch (event.event) {
      case 'round':
        if (Number(event.round) >= this.round) {
          const { committed, revealed, attested, agreed } = event
          this.round = Number(event.round)
          this.phase = event.phase
          this.counts = { committed, revealed, attested, agreed }
        }
        break
      case 'built':
        this.rows.set(Number(event.round), event.rows)
        this.rewards = event.rewards
        this.quarantined = event.quarantined
        break
    }
  }

  onMember(index: number, event: NodeEvent): void {
    if (event.event === 'evaluated' && event.accuracy !== undefined) {
      const { accuracy: _, ...others } = event.metrics ?? {}
      this.accuracy.set(Number(event.round), event.accuracy)
      this.quality.set(Number(event.round), { loss: event.loss, ...others })
    }
    if (event.event === 'replayed') this.replayed.set(index, Math.max(this.replayed.get(index) ?? 0, Number(event.round)))
  }

  /** Accuracy after each claim that stands, in order, as far as it is known. */
  accuracies(): { round: number; accuracy: number }[] {
    return this.standing.flatMap(({ round }) => {
      const accuracy = this.accuracy.get(Number(round))
      return accuracy === undefined ? [] : [{ round: Number(round), accuracy }]
    })
  }

  /** Rounds in which a member's update got no weight although it was revealed in time. */
  rejections(member: string): number[] {
    return [...this.rows]
      .filter(([, rows]) => rows.some((row) => row.member === member && isRejection(row.verdict)))
      .map(([round]) => round)
      .sort((a, b) => a - b)
  }
}

/** Verdicts that refuse an available update. */
export function isRejection(verdict: string): boolean {
  return verdict === 'rejected' || verdict === 'quarantined' || verdict === 'inadmissible'
}

/** Metrics beside the accuracy, in a few words. */
export function qualityText(quality: Readonly<Record<string, number>> = {}): string {
  return Object.entries(quality)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(', ')
}

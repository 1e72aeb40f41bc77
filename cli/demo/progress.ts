import type { NodeEvent } from '../../src/node/index.ts'
import type { DemoMember } from './consortium.ts'

export interface RoundRow {
  member: string
  verdict: string
  weight: number
}

/** What the demo has heard from the processes so far. */
export class Progress {
  readonly members: readonly DemoMember[]
  readonly rounds: number
  step = 'starting'
  round = 0
  phase = ''
  counts = { committed: 0, revealed: 0, attested: 0, agreed: 0 }
  /** By round, as evaluated by the first member on the 10,000 test images. */
  readonly accuracy = new Map<number, number>()
  /** Rows of every claim posted, by round. */
  readonly rows = new Map<number, RoundRow[]>()
  rewards: Record<string, string> = {}
  readonly training = new Map<string, number>()
  /** Highest round that each member has replayed. */
  readonly replayed = new Map<number, number>()
  posted = 0

  constructor(members: readonly DemoMember[], rounds: number) {
    this.members = members
    this.rounds = rounds
  }

  onCoordinator(event: NodeEvent): void {
    const round = Number(event['round'] ?? 0)
    switch (event.event) {
      case 'round':
        if (round >= this.round) {
          this.round = round
          this.phase = String(event['phase'])
          this.counts = {
            committed: Number(event['committed']),
            revealed: Number(event['revealed']),
            attested: Number(event['attested']),
            agreed: Number(event['agreed']),
          }
        }
        break
      case 'built':
        this.rows.set(round, event['rows'] as RoundRow[])
        this.rewards = event['rewards'] as Record<string, string>
        break
      case 'posted':
        this.posted = Math.max(this.posted, round)
        break
    }
  }

  onMember(index: number, event: NodeEvent): void {
    const round = Number(event['round'] ?? 0)
    if (event.event === 'evaluated') this.accuracy.set(round, Number(event['accuracy']))
    if (event.event === 'replayed') this.replayed.set(index, Math.max(this.replayed.get(index) ?? 0, round))
  }

  /** Rounds in which a member's update got no weight although it was revealed in time. */
  rejections(member: string): number[] {
    return [...this.rows]
      .filter(([, rows]) => rows.some((row) => row.member === member && isRejection(row.verdict)))
      .map(([round]) => round)
      .sort((a, b) => a - b)
  }
}

/** Verdicts by which the protocol refused an update that was there. */
export function isRejection(verdict: string): boolean {
  return verdict === 'rejected' || verdict === 'quarantined' || verdict === 'inadmissible'
}

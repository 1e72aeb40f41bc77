import { padded } from '../arrays.ts'
import { flowerRounds } from './flower.ts'
import type { FlowerRounds } from './flower.ts'
import { benchMoving } from './moving.ts'
import type { MovingReport } from './moving.ts'
import { quorateRounds } from './quorate.ts'
import type { QuorateRounds } from './quorate.ts'

/** A round without its training: ours from seal to next opening, Flower's from one configuration of its clients to the aggregate. */
export interface WholeRoundReport {
  n: number
  d: number
  moving: MovingReport
  quorate: QuorateRounds
  flower: FlowerRounds | { skipped: string }
}

/** @param rounds measured of each, after one that opens connections */
export async function benchWholeRound({ n, d, rounds }: { n: number; d: number; rounds: number }): Promise<WholeRoundReport> {
  const moving = await benchMoving(n, padded(d))
  const quorate = await quorateRounds({ members: n, coordinates: d, rounds })
  const flower = await flowerRounds({ nodes: n, coordinates: d, rounds: Math.min(rounds, 3) })
  return { n, d, moving, quorate, flower }
}

import type { NodeEvent } from '../../../src/node/index.ts'
import type { World } from '../world.ts'

export interface Violation {
  /** The checker that found it. */
  rule: string
  /** What makes it the same as another: found once. */
  key: string
  text: string
}

/** Watches one thing that must hold whatever fails. */
export interface Checker {
  rule: string
  /** Each event that a program prints. */
  event?: (program: string, event: NodeEvent) => Violation[]
  /** Every few seconds while the run goes on. */
  look?: (world: World) => Violation[] | Promise<Violation[]>
  /** When everything was quiet and has stopped. */
  end?: (world: World) => Violation[] | Promise<Violation[]>
}

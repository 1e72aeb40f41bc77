import type { Phase } from '../../../src/protocol/index.ts'
import type { World } from '../world.ts'

export const GROUPS = ['process', 'rpc', 'chain', 'network', 'disk', 'clock', 'lie'] as const
export type Group = (typeof GROUPS)[number]

export type Params = Record<string, number | string>

/** Whom a schedule may choose from. */
export interface Shape {
  operators: readonly string[]
  members: readonly string[]
  /** Programs that reach the chain by HTTP, and those that do by a WebSocket. */
  http: readonly string[]
  sockets: readonly string[]
  /** Programs with several providers. */
  several: readonly string[]
  /** The lies of the operators that lie, in the order of their use. */
  lies: readonly string[]
}

/** One fault of a schedule. */
export interface Action {
  /** Seconds after the start of the run. */
  at: number
  /** Then waits for a round to reach this phase. */
  phase?: Phase
  fault: string
  /** A program, or `chain`. */
  target: string
  /** How long it lasts. */
  seconds: number
  params?: Params
}

/** Ends the fault. Resolves once what was broken is whole again. */
export type Heal = () => void | Promise<void>

/** A kind of fault. */
export interface Fault {
  name: string
  group: Group
  /** Shortest and longest duration that schedules draw, seconds. */
  seconds: readonly [number, number]
  targets: (shape: Shape) => readonly string[]
  /** Draws what else there is to choose. */
  draw?: (random: () => number) => Params
  inject: (world: World, action: Action) => Heal | Promise<Heal>
}

export const everyone = ({ operators, members }: Shape): readonly string[] => [...operators, ...members]
export const theChain = (): readonly string[] => ['chain']

/** A whole number from `from` to `to`. */
export function between(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

export function oneOf<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!
}

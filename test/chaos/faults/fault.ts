import type { Moment } from '../moment.ts'
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

/**
 * When a fault begins: some seconds after the start, or when the programs that it strikes enter a phase. `after` says from which second on they are looked at; without
 * it, once all faults before have healed and rounds have gone on. `delay` lets them do so many seconds of the phase first.
 */
export type When = number | { phase: Moment; after?: number; delay?: number }

/** One fault of a schedule. */
export interface Action {
  at: When
  fault: string
  /** A program, `chain`, or several programs at once. `seat` is the program whose operator has the seat then. */
  target: string | string[]
  /** How long it lasts: seconds, or seconds of the chain. */
  seconds: number | { chain: number }
  params?: Params
}

/** What is done to one target of an action. */
export type Blow = Pick<Action, 'params'> & { target: string }

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
  inject: (world: World, action: Blow) => Heal | Promise<Heal>
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

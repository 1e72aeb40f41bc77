import { createRandom } from '../../training/random.ts'
import type { Random } from '../../training/random.ts'

/** What an address is. All but `honest` are to be found. */
export const KINDS = ['honest', 'wash', 'sybil', 'bot', 'flash'] as const
export type Kind = (typeof KINDS)[number]

/** One transaction that an actor wants. Actors have numbers. */
export interface Act {
  /** Seconds since the first. */
  time: number
  from: number
  to: number
  /** `pay` moves ether, `token` calls the token, `call` calls an application, `loan` borrows tokens and gives them back at once. */
  what: 'pay' | 'token' | 'call' | 'loan'
  /** Of ether or tokens. */
  amount: number
  /** Price of gas over what is usual. */
  haste: number
  fails: boolean
}

/** Seconds of the traffic: four weeks. */
export const DURATION = 28 * 86_400
const DAY = 86_400

/** Actors and what they do, while it is being made up. */
export class Traffic {
  readonly random: Random
  readonly acts: Act[] = []
  readonly kinds: Kind[] = []
  /** Places that everybody goes to. */
  readonly exchanges: number[]
  readonly shops: number[]
  readonly applications: number[]

  constructor(seed: number, wanted: number) {
    this.random = createRandom('chain traffic', seed)
    const many = Math.max(4, Math.round(Math.sqrt(wanted) / 8))
    this.exchanges = this.actors(4)
    this.shops = this.actors(many * 3)
    this.applications = this.actors(many)
  }

  actor(kind: Kind = 'honest'): number {
    return this.kinds.push(kind) - 1
  }

  actors(count: number, kind: Kind = 'honest'): number[] {
    return Array.from({ length: count }, () => this.actor(kind))
  }

  /** Adds a transaction, unless it would be after the end. */
  act(time: number, from: number, to: number, changes: Partial<Act> = {}): void {
    const { random } = this
    if (time < 0 || time >= DURATION) return
    const usual = {
      what: 'pay',
      amount: this.amount(),
      haste: Math.exp(0.2 * random.normal()),
      fails: random.unit() < 0.02,
    } as const
    this.acts.push({ ...usual, ...changes, time: Math.floor(time), from, to })
  }

  /** Long-tailed: most are small. */
  amount(middle = 0.05, spread = 1.5): number {
    return middle * Math.exp(spread * this.random.normal())
  }

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)]!
  }

  /** The first places are visited most. */
  popular(list: readonly number[]): number {
    return list[Math.floor(list.length * this.random.unit() ** 3)]!
  }

  between(least: number, most: number): number {
    return least + this.random.below(most - least + 1)
  }

  /** A moment when people are awake. */
  awake(from = 0): number {
    const { random } = this
    const day = Math.floor((from + random.unit() * (DURATION - from)) / DAY)
    return Math.max(from, day * DAY + 8 * 3600 + random.unit() * 14 * 3600)
  }
}

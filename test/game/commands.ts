import type fc from 'fast-check'
import { signKeyConsent } from '../../src/chain/index.ts'
import { attemptsAt } from './actors/attempts.ts'
import type { Attempt } from './actors/attempts.ts'
import { QUIET, QUIET_MEMBER } from './actors/scheme.ts'
import type { Scheme } from './actors/scheme.ts'
import { straysAt, vetoAt } from './actors/strays.ts'
import type { Stray } from './actors/strays.ts'
import { CAST, keyOf, MEMBERS } from './cast.ts'
import { call } from './chain/deploy.ts'
import { peerKeyOf } from './chain/peer-key.ts'
import type { World } from './world.ts'

/** What fast-check knows of a game when it chooses a command. */
export interface Model {
  /** The honest member that is away; one at a time, or the Byzantine ones would be more than the tolerance of what is sealed. */
  away?: string
  turns: Map<string, number>
}

export const newModel = (): Model => ({ turns: new Map() })

export type Step = fc.AsyncCommand<Model, World>

/** A step that does something and then mines a block, after which the rules are checked. */
abstract class Command implements Step {
  check(): boolean {
    return true
  }

  async run(model: Model, world: World): Promise<void> {
    world.story.push(String(this))
    world.stats.steps++
    await this.act(world, model)
  }

  abstract act(world: World, model: Model): Promise<unknown>
  abstract toString(): string
}

/** Blocks pass; honest nodes need one in each quarter of a window. */
export class Pass extends Command {
  readonly blocks: number
  readonly seconds: number
  constructor(blocks: number, seconds: number) {
    super()
    this.blocks = blocks
    this.seconds = seconds
  }
  async act(world: World): Promise<void> {
    for (let i = 0; i < this.blocks; i++) await world.block(this.seconds)
  }
  toString(): string {
    return `pass(${this.blocks}, ${this.seconds})`
  }
}

/** What differs from a quiet scheme. */
function describe(one: Scheme): string {
  const differs = <T extends object>(value: T, quiet: T): string[] =>
    Object.entries(value).flatMap(([name, part]) => {
      const usual = quiet[name as keyof T]
      return name === 'members' || part === usual ? [] : [`${name}: ${JSON.stringify(part)}`]
    })
  const members = one.members.map((member) => `{ ${differs(member, QUIET_MEMBER).join(', ')} }`)
  return `{ ${[...differs(one, QUIET), `members: [${members.join(', ')}]`].join(', ')} }`
}

const EDGES = ['commitEnd', 'sealEnd', 'revealEnd', 'attestEnd', 'postEnd'] as const

/** Blocks until the next deadline of the round: the last one comes at it, or a second before or after. */
export class Edge extends Command {
  readonly off: number
  constructor(off: number) {
    super()
    this.off = off
  }
  async act(world: World): Promise<void> {
    const { chain } = world
    const next = EDGES.map((name) => chain.current[name] + this.off).filter((at) => at > chain.now)
    const to = next.length === 0 || chain.current.state === 0 ? chain.now + 15 : Math.min(...next)
    while (chain.now < to) await world.block(Math.min(15, to - chain.now))
  }
  toString(): string {
    return `edge(${this.off})`
  }
}

export class Play extends Command {
  readonly scheme: Partial<Scheme>
  readonly seed: number
  constructor(scheme: Partial<Scheme>, seed: number) {
    super()
    this.scheme = scheme
    this.seed = seed
  }
  async act(world: World): Promise<void> {
    world.byzantine.scheme = { ...QUIET, ...this.scheme }
    world.byzantine.seed(this.seed)
    await world.block(5)
  }
  toString(): string {
    return `play(${describe({ ...QUIET, ...this.scheme })}, ${this.seed})`
  }
}

export class Reorg extends Command {
  readonly depth: number
  readonly lost: boolean
  constructor(depth: number, lost: boolean) {
    super()
    this.depth = depth
    this.lost = lost
  }
  async act(world: World): Promise<void> {
    await world.reorganise(this.depth, this.lost)
    await world.block(2)
  }
  toString(): string {
    return `reorg(${this.depth}, ${this.lost})`
  }
}

/** Registers the next key of somebody, before or after the other transactions of the block. */
export class Rotate extends Command {
  readonly name: string
  readonly seconds: number
  readonly keeps: boolean
  /** @param keeps an honest node that signs with its old key until it restarts, which it does not */
  constructor(name: string, seconds: number, keeps: boolean) {
    super()
    this.name = name
    this.seconds = seconds
    this.keeps = keeps
  }
  async act(world: World, model: Model): Promise<void> {
    const turn = ((model.turns.get(this.name) ?? 0) + 1) % 16
    model.turns.set(this.name, turn)
    const { owner, honest } = CAST.find(({ name }) => name === this.name)!
    const { chainId, vault } = world.chain.stage
    const [account, peerKey] = [keyOf(this.name, turn), peerKeyOf(this.name, turn)]
    const consent = await signKeyConsent({ chainId, vault, owner, peerKey, account })
    world.byzantine.extra.before.push(
      call(world.chain.stage, owner, 'vault', 'registerKeys', [account.address, peerKey, consent]),
    )
    world.stats.rotations++
    if (honest) world.rules.disturb('rotation')
    await world.block(this.seconds)
    if (!honest) world.byzantine.useKey(this.name, account.address)
    else if (!this.keeps) world.node(this.name).useKey(account.address)
  }
  toString(): string {
    return `rotate(${this.name}, ${this.seconds}, ${this.keeps})`
  }
}

/** An honest member goes away, or the one that is away comes back and hears what the others know. */
export class Away extends Command {
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  async act(world: World, model: Model): Promise<void> {
    if (model.away === undefined) {
      world.node(this.name).online = false
      world.rules.disturb('away')
      model.away = this.name
    } else {
      world.rules.disturb('away')
      await world.comeBack(world.node(model.away))
      delete model.away
    }
    await world.block(5)
  }
  toString(): string {
    return `away(${this.name})`
  }
}

/** An honest operator loses its disk: it does not know its receipts any more, so it gives its seat back. */
export class Crash extends Command {
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  async act(world: World): Promise<void> {
    world.rules.disturb('crash')
    await world.replace(this.name)
    await world.block(5)
  }
  toString(): string {
    return `crash(${this.name})`
  }
}

/** A Byzantine member takes its stake out of the task, or tries to put it back. */
export class Leave extends Command {
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  async act(world: World): Promise<void> {
    const { owner } = CAST.find(({ name }) => name === this.name)!
    const { stage } = world.chain
    world.byzantine.extra.before.push(
      call(stage, owner, 'vault', 'leave', [1n]),
      call(stage, owner, 'vault', 'release', [1n, owner]),
      call(stage, owner, 'vault', 'allocate', [1n, 1, 10n ** 20n]),
    )
    await world.block(5)
  }
  toString(): string {
    return `leave(${this.name})`
  }
}

/** The watchers let some time pass before they look at new claims. */
export class Slow extends Command {
  readonly seconds: number
  constructor(seconds: number) {
    super()
    this.seconds = seconds
  }
  async act(world: World): Promise<void> {
    world.watch.delay = this.seconds
    await world.block(5)
  }
  toString(): string {
    return `slow(${this.seconds})`
  }
}

export class Pause extends Command {
  readonly seconds: number
  constructor(seconds: number) {
    super()
    this.seconds = seconds
  }
  async act(world: World): Promise<void> {
    const { stage } = world.chain
    world.byzantine.extra.before.push(call(stage, stage.governor, 'guardian', 'pause', [this.seconds]))
    world.stats.pauses++
    world.rules.disturb('pause')
    await world.block(3)
  }
  toString(): string {
    return `pause(${this.seconds})`
  }
}

export class Unpause extends Command {
  async act(world: World): Promise<void> {
    const { stage } = world.chain
    world.byzantine.extra.before.push(call(stage, stage.governor, 'guardian', 'unpause', []))
    await world.block(3)
  }
  toString(): string {
    return 'unpause'
  }
}

/** Tries to have a true claim rejected. */
export class Try extends Command {
  readonly attempt: Attempt
  constructor(attempt: Attempt) {
    super()
    this.attempt = attempt
  }
  async act(world: World): Promise<void> {
    const calls = await attemptsAt(world, this.attempt)
    world.byzantine.extra.before.push(...calls)
    world.stats.attempts += calls.length
    await world.block(5)
  }
  toString(): string {
    return `try(${this.attempt})`
  }
}

/** A transaction that somebody may send at any time, whether it is allowed or not. */
export class Send extends Command {
  readonly kind: Stray
  constructor(kind: Stray) {
    super()
    this.kind = kind
  }
  async act(world: World): Promise<void> {
    world.byzantine.extra.before.push(...(await straysAt(world, this.kind)))
    await world.block(5)
  }
  toString(): string {
    return `send(${this.kind})`
  }
}

/** All honest members void the open round. They do so only where a script says so: it is their judgement, and no duty. */
export class Veto extends Command {
  async act(world: World): Promise<void> {
    world.byzantine.extra.before.push(...(await vetoAt(world)))
    world.rules.disturb('veto')
    await world.block(5)
  }
  toString(): string {
    return 'veto'
  }
}

/** Byzantine members ask the court about a claim whose operator withholds nothing. */
export class Flood extends Command {
  async act(world: World): Promise<void> {
    const { chain, claims, court, byzantine, stats } = world
    const posted = chain.history.claims().findLast(({ claimHash }) => claims.knownToHonest(claimHash))
    const known = posted && claims.knownToHonest(posted.claimHash)
    for (const { owner, honest } of known ? MEMBERS : [])
      if (!honest) {
        const calls = court.flood(known!.parts, owner, byzantine.pick)
        stats.requests += calls.length
        byzantine.extra.after.push(...calls)
      }
    await world.block(5)
  }
  toString(): string {
    return 'flood'
  }
}

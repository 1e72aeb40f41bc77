import { SimJournal } from './journal.ts'
import { DEEPEST } from './task.ts'
import type { World } from './world.ts'

/** What a game does next: a kind, and two numbers that the kind reads in its own way. */
export type Move = readonly [kind: MoveKind, a: number, b: number]

export type MoveKind = keyof typeof MOVES

const backups = new WeakMap<World, Map<number, SimJournal>>()

/** The moves of a game. All that chance decides is in the moves, so that a game can be made smaller. */
const MOVES = {
  /** One node does what it owes. */
  act: (world: World, a: number) => {
    const node = world.node(a)
    if (node.online) node.act()
  },
  /** One message arrives, out of order. */
  deliver: (world: World, a: number, b: number) => {
    const node = world.node(a)
    if (node.online) node.deliver(b)
  },
  /** Some messages arrive at one node in order, and it looks at early ones again. */
  hear: (world: World, a: number, b: number) => {
    const node = world.node(a)
    if (!node.online) return
    for (let n = 0; n <= b; n++) node.deliver(0)
    node.recheck()
  },
  /** A message is lost. */
  lose: (world: World, a: number, b: number) => void world.node(a).inbox.splice(b % Math.max(1, world.node(a).inbox.length), 1),
  /** A message arrives twice. */
  repeat: (world: World, a: number, b: number) => {
    const { inbox } = world.node(a)
    const message = inbox[b % Math.max(1, inbox.length)]
    if (message) inbox.push(message)
  },
  /** A block, some seconds later. It may leave out transactions. */
  mine: (world: World, a: number, b: number) => {
    world.rules.mined(world.chain.mine(1 + a * 3, (index) => (b >> (index % 3)) % 2 === 0))
  },
  /** A node sees the chain, up to three blocks late. */
  follow: (world: World, a: number, b: number) => {
    const node = world.node(a)
    if (node.online) node.follow(Math.max(0, world.chain.head.number - (b % 4)))
  },
  /** Everybody, or half of all nodes, sees the chain, hears what was said, and does what it owes. */
  settle: (world: World, a: number, b: number) => settle(world, a % 3, b),
  /** Another branch replaces up to eight blocks; some of their transactions are lost. */
  reorganise: (world: World, a: number, b: number) => {
    const { chain } = world
    const from = Math.max(1, chain.head.number - (a % DEEPEST))
    chain.reorganise(1 + (a % DEEPEST), (index) => (b >> (index % 3)) % 2 === 0, 3)
    for (let number = from; number <= chain.head.number; number++) world.rules.mined(chain.block(number)!)
  },
  /** A program is killed and starts again at once. */
  kill: (world: World, a: number) => world.node(a).restart(),
  /** A program stops. */
  stop: (world: World, a: number) => void (world.node(a).online = false),
  /** A program that stopped starts again. */
  start: (world: World, a: number) => {
    const stopped = world.nodes.filter((node) => !node.online)
    stopped[a % Math.max(1, stopped.length)]?.restart()
  },
  /** A node asks another for all that it knows of the open round. */
  ask: (world: World, a: number, b: number) => {
    const [node, peer] = [world.node(a), world.node(b)]
    const round = node.rounds.latest?.plan.round
    if (node.online && peer.online && round) for (const message of peer.remembered(round)) node.receive(message)
  },
  /** The Byzantine member tells one node that it holds other updates than it told the rest. */
  contradict: (world: World, a: number, b: number) => {
    const liar = world.nodes.find(({ person }) => person.role === 'member' && !person.honest)!
    const state = liar.rounds.latest
    if (!state?.seal) return
    const { round, task } = state.plan
    const { commitments } = state.seal
    const signature = `0x${'11'.repeat(65)}` as const
    world
      .node(a)
      .receive({ kind: 'attestation', task, round, member: liar.person.owner, commitments, held: BigInt(b), signature })
  },
  /** A state folder is lost. */
  forget: (world: World, a: number) => world.node(a).restart(new SimJournal()),
  /** A node runs on with an older copy of its journal. */
  restore: (world: World, a: number) => {
    const copy = backups.get(world)?.get(a % world.nodes.length)
    if (copy) world.node(a).restart(copy.copy())
  },
  /** A copy of a node's journal is put aside. */
  backUp: (world: World, a: number) => {
    const kept = backups.get(world) ?? new Map<number, SimJournal>()
    backups.set(world, kept.set(a % world.nodes.length, world.node(a).journal.copy()))
  },
} satisfies Record<string, (world: World, a: number, b: number) => void>

/** Kinds of moves with how often each comes, of a hundred or so. */
export const WEIGHTS: Record<MoveKind, number> = {
  act: 14,
  deliver: 10,
  hear: 10,
  lose: 2,
  repeat: 2,
  mine: 14,
  follow: 14,
  settle: 30,
  reorganise: 4,
  kill: 4,
  stop: 2,
  start: 6,
  ask: 4,
  contradict: 2,
  backUp: 2,
  forget: 2,
  restore: 1,
}

export function play(world: World, [kind, a, b]: Move): void {
  world.count()
  MOVES[kind](world, a, b)
}

/** Halves of the nodes that a network that is cut leaves together. */
const HALVES: ((index: number) => boolean)[] = [
  (index) => index % 2 === 0,
  (index) => index % 2 === 1,
  (index) => index % 4 < 2,
  (index) => index % 4 > 1,
]

/** @param first the node that acts first; from 4 on a half of the nodes acts */
function settle(world: World, times: number, first = 0): void {
  const takesPart = HALVES[first - 4] ?? (() => true)
  const ordered = world.nodes.map((_, index) => world.node(first + index))
  const online = ordered.filter((node) => node.online && takesPart(world.nodes.indexOf(node)))
  for (let n = 0; n <= times; n++) {
    for (const node of online) node.follow(world.chain.head.number)
    for (const node of online) {
      while (node.inbox.length > 0) node.deliver(0)
      node.recheck()
    }
    for (const node of online) node.act()
  }
}

/** Faults have ended: everybody comes back, everything is heard, blocks come. Then lies must be gone, and rounds go on. */
export function endWell(world: World): void {
  const { chain, nodes, rules } = world
  world.tail = true
  const before = chain.head.state.claims.at(-1)?.round ?? 0n
  const opened = chain.head.state.next
  for (const node of nodes) if (!node.online) node.restart()
  for (let n = 0; n < 120; n++) {
    for (const node of nodes) {
      const { latest } = node.rounds
      if (latest) for (const peer of nodes) for (const message of peer.remembered(latest.plan.round)) node.receive(message)
    }
    settle(world, 2, n % 4)
    rules.mined(chain.mine(12))
    const { claims } = chain.head.state
    if (n > 8 && (claims.at(-1)?.round ?? 0n) > (before > opened ? before : opened) + 1n) break
  }
  settle(world, 1)
  rules.settled(before)
}

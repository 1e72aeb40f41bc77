import { sameAddress } from '../../src/protocol/index.ts'
import type { Address, CommitmentMessage, Hash, Message } from '../../src/protocol/index.ts'
import { CAST } from './cast.ts'
import { SimChain } from './chain.ts'
import { SimNode } from './node.ts'
import { Rules } from './rules.ts'
import { Truth } from './truth.ts'

/**
 * What nodes do wrong where the rules are to find it. `undo`: rounds do not follow a reorganisation. `short`: the events of some blocks are missing, and
 * nothing is compared with the chain. `unsaid`: an attestation is not fixed before it is made.
 */
export const FAULTS = ['undo', 'short', 'unsaid'] as const
export type Fault = (typeof FAULTS)[number]

/** One game under a virtual clock: a chain, the nodes, and the messages between them. Nothing happens but by moves. */
export class World {
  readonly truth = new Truth()
  readonly chain = new SimChain((claim) => this.truth.provable(claim))
  readonly nodes: readonly SimNode[]
  readonly rules: Rules
  /** Events, messages and duties so far: what a simulated step is. */
  steps = 0
  /** In the end Byzantine operators leave the seat to honest ones. */
  tail = false
  readonly #holders = new Map<Hash, Set<SimNode>>()

  readonly fault: Fault | undefined

  /** @param fault put back into all honest nodes */
  constructor(fault?: Fault) {
    this.fault = fault
    this.nodes = CAST.map((person) => new SimNode(this, person))
    this.rules = new Rules(this)
  }

  count(): void {
    this.steps++
  }

  node(index: number): SimNode {
    return this.nodes[index % this.nodes.length]!
  }

  publish(message: Message, from: SimNode): void {
    this.rules.said(message, from)
    for (const node of this.nodes) if (node !== from && node.online) node.receive(message)
  }

  /** Hands a commitment to the operator that has the seat. @returns whether it gave a receipt */
  handIn(message: CommitmentMessage, operator: Address): boolean {
    const node = this.nodes.find(({ person }) => sameAddress(person.owner, operator))!
    return node.online && node.takeCommitment(message)
  }

  hold(root: Hash, node: SimNode): void {
    this.#holders.set(root, new Set([...(this.#holders.get(root) ?? []), node]))
  }

  /** An update from a peer that has it. The Byzantine member serves its own to every second node. */
  fetch(root: Hash, node: SimNode): boolean {
    const holders = [...(this.#holders.get(root) ?? [])]
    const served = holders.some((one) => one.online && (one.person.honest || this.nodes.indexOf(node) % 2 === 0))
    if (served) this.hold(root, node)
    return served
  }

  wantsSeat({ person }: SimNode): boolean {
    return person.honest || !this.tail
  }
}

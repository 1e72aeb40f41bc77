import { sameAddress } from '../../src/protocol/index.ts'
import type { Message } from '../../src/protocol/index.ts'
import type { SimBlock } from './chain.ts'
import type { Standing } from './ledger.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

/** A rule that does not hold. */
export class Violation extends Error {}

/** What must hold in every game, checked at every block of the chain and at every statement. */
export class Rules {
  readonly #world: World
  readonly #said = new Map<string, string>()

  constructor(world: World) {
    this.#world = world
  }

  /** Two statements of an honest node about one thing say the same. */
  said(message: Message, { person, unsureUpTo }: SimNode): void {
    if (!person.honest || message.kind !== 'attestation') return
    const { round, member, commitments, held } = message
    if (round <= unsureUpTo) return
    const key = `${member} ${round} ${commitments}`
    const before = this.#said.get(key) ?? String(held)
    this.#said.set(key, before)
    if (before !== String(held)) throw new Violation(`${member} attests to ${before} and to ${held} of the list ${commitments}`)
  }

  /** No act of an honest operator can cost it stake. */
  mined({ events, state }: SimBlock): void {
    for (const event of events) {
      if (event.type === 'rejected' && this.#isHonest(event.operator))
        throw new Violation(`the claim of the honest ${event.operator} in round ${event.round} was rejected`)
      if (event.type !== 'posted' || !this.#isHonest(event.operator)) continue
      const claim = state.claims.find(({ round }) => round === event.round)
      if (claim) this.#isSound(claim)
    }
  }

  /** A node that followed the chain to that block knows what the chain says of every round that it runs. */
  followed({ person, rounds, history }: SimNode, number: number): void {
    const { open, claims } = this.#world.chain.block(number)!.state
    const fail = (what: string): never => {
      throw new Violation(`${person.owner} at block ${number} ${what}`)
    }
    const known = history.claims().map(({ claimHash }) => claimHash)
    if (known.join() !== claims.map(({ claimHash }) => claimHash).join()) fail('knows other claims than the chain')
    const running = open && rounds.state(open.round)?.plan
    if (open && (running?.openedAt !== open.openedAt || running.base !== open.parent)) fail(`does not run round ${open.round}`)
    for (const { plan, sealed, posted } of rounds.states()) {
      const claim = claims.find(({ round }) => round === plan.round)
      const seal = plan.round === open?.round ? open.sealed : history.sealed(plan.round)
      if (posted?.claimHash !== claim?.claimHash) fail(`knows another claim of round ${plan.round}`)
      if (sealed?.digest !== seal?.digest) fail(`knows another seal of round ${plan.round}`)
    }
  }

  /** After faults have ended and everybody was heard, lies are gone and training goes on. */
  settled(before: bigint): void {
    const { chain, truth, nodes } = this.#world
    const { claims } = chain.head.state
    for (const claim of claims) {
      const inTime = chain.head.time < claim.postedAt + 2000
      if (inTime && truth.provable(claim)) throw new Violation(`the false claim of round ${claim.round} stands`)
    }
    if ((claims.at(-1)?.round ?? 0n) <= before) throw new Violation(`no claim was posted after round ${before}`)
    for (const node of nodes) this.followed(node, chain.head.number)
  }

  #isSound(claim: Standing): void {
    const { truth } = this.#world
    const why = truth.replayFails(claim)
      ? 'its replay fails'
      : truth.leavesOut(claim)
        ? 'it leaves out a member with a receipt'
        : ''
    if (why) throw new Violation(`the claim of the honest ${claim.operator} in round ${claim.round} is false: ${why}`)
  }

  #isHonest(account: string): boolean {
    return this.#world.nodes.some(({ person }) => person.honest && sameAddress(person.owner, account as never))
  }
}

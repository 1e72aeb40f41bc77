import { zeroAddress } from 'viem'
import { buildGarbageProof, withRecipient } from '../../../src/judge/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { garbageIn } from '../../../src/node/watcher/penalise-garbage.ts'
import { MEMBERS } from '../cast.ts'
import { encode } from '../chain/abi.ts'
import { count } from '../stats.ts'
import type { World } from '../world.ts'
import type { Finding } from './claims.ts'
import type { HonestNode, Wish } from './honest-node.ts'

const HONEST_MEMBER = MEMBERS.find(({ honest }) => honest)!

/** One honest member watches every claim, with the receipts that it heard of. */
export class Watch {
  readonly #world: World
  readonly #sound = new Map<Hash, Set<string>>()
  readonly #seen = new Map<Hash, number>()
  /** What the watchers found of claims that are not sound. */
  readonly findings = new Map<Hash, Finding>()
  /** Seconds that the watchers let pass before they look at a claim. */
  delay = 0

  constructor(world: World) {
    this.#world = world
  }

  async wishes(): Promise<Wish[]> {
    const { chain } = this.#world
    const wishes: Wish[] = []
    if (chain.isPaused) return wishes
    for (const posted of chain.history.claims()) {
      const since = this.#seen.get(posted.claimHash) ?? chain.now
      this.#seen.set(posted.claimHash, since)
      if (chain.now < since + this.delay) continue
      const proof = await this.#look(posted, wishes)
      if (!proof) continue
      // What is built on it falls with it.
      wishes.push(proof)
      break
    }
    return wishes
  }

  /** As `penaliseGarbage`: members of final claims that committed to garbage pay, once. */
  fines(): Wish[] {
    const { chain, claims, rules } = this.#world
    if (chain.isPaused) return []
    return chain.history.claims().flatMap(({ claimHash, round }): Wish[] => {
      const known = rules.isFinal(claimHash) && !this.#fined.has(claimHash) ? claims.knownToHonest(claimHash) : undefined
      if (!known) return []
      this.#fined.add(claimHash)
      return garbageIn(known.parts).flatMap((row): Wish[] => {
        const { source, reveal } = known.record.rows[row]!
        if (source.via === 'chain' || !reveal) return []
        const proof = buildGarbageProof(known.parts, row, { salt: reveal.salt, signature: source.signature })
        const data = encode('judge', proof.functionName, proof.args)
        return [{ key: 'fine', round, call: { from: HONEST_MEMBER.owner, to: chain.stage.judge, data }, done: () => [] }]
      })
    })
  }

  readonly #fined = new Set<Hash>()

  async #look(posted: PostedRound, wishes: Wish[]): Promise<Wish | undefined> {
    const { claims } = this.#world
    const sound = this.#sound.get(posted.claimHash) ?? new Set<string>()
    this.#sound.set(posted.claimHash, sound)
    for (const node of this.#watchers()) {
      // A receipt that came later may contradict a claim that was sound.
      const known = `${node.person.name} ${node.rounds.state(posted.round)?.receipts.size ?? 0}`
      if (sound.has(known)) continue
      const finding = await claims.investigate(posted, node.rounds.state(posted.round))
      if (finding.kind === 'sound') sound.add(known)
      else this.findings.set(posted.claimHash, finding)
      let proof = finding.kind === 'proof' ? finding.proof : undefined
      if (finding.kind === 'withheld') {
        const step = await this.#world.court.step(posted, finding, node.person.owner)
        wishes.push(...step.calls.map((call) => ({ key: 'court', round: posted.round, call, done: () => [] })))
        proof = step.proof
      }
      if (!proof) continue
      const { functionName, args } = withRecipient(proof, zeroAddress)
      const { judge } = this.#world.chain.stage
      count(this.#world.stats.proofs, functionName)
      return {
        key: `proof ${posted.claimHash}`,
        round: posted.round,
        call: { from: node.person.owner, to: judge, data: encode('judge', functionName, args) },
        done: () => [],
      }
    }
    return undefined
  }

  #watchers(): HonestNode[] {
    return this.#world.nodes.filter(({ person, online }) => person.role === 'member' && online).slice(0, 1)
  }

  /** Claims may fall and come back. */
  forget(): void {
    this.#sound.clear()
  }
}

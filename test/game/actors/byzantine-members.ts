import { commitmentOf, eventOf, sameAddress, signStatement, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, CommitmentMessage, Hash, Hex, Message, ReceiptMessage, RoundState } from '../../../src/protocol/index.ts'
import { accountOf, MEMBERS } from '../cast.ts'
import type { Person } from '../cast.ts'
import { call } from '../chain/deploy.ts'
import type { Call } from '../chain/evm.ts'
import { TASK, WINDOWS } from '../task.ts'
import type { World } from '../world.ts'
import type { HonestNode } from './honest-node.ts'
import type { MemberScheme } from './scheme.ts'
import { signingKey } from './signing-key.ts'

const BYZANTINE = MEMBERS.filter(({ honest }) => !honest)

interface Sent {
  commitment: Hash
  root: Hash
  signature: Hex
}

/** The statements of Byzantine members: commitments, reveals and attestations, of any number and at any time. */
export class ByzantineMembers {
  readonly #world: World
  /** Where the mind keeps what it heard. */
  readonly #eye: HonestNode
  readonly #sent = new Map<string, Sent>()
  /** Commitments made with everybody's updates in view, by round and member. */
  readonly again = new Map<string, Sent>()
  /** Receipts of honest operators. */
  readonly #held: ReceiptMessage[] = []
  /** When each commitment was made: a number that grows with everything that happens. */
  readonly committedAt = new Map<Hash, number>()
  readonly #once = new Set<string>()

  constructor(world: World, eye: HonestNode) {
    this.#world = world
    this.#eye = eye
  }

  get #domain() {
    return this.#world.chain.domain
  }

  #signer(key: Address) {
    return signingKey(accountOf(key))
  }

  receiptsOf(round: bigint): readonly ReceiptMessage[] {
    return this.#held.filter((receipt) => receipt.round === round)
  }

  /** True the first time. */
  #first(what: string): boolean {
    if (this.#once.has(what)) return false
    this.#once.add(what)
    return true
  }

  /** The key of a member that counts in the round. */
  #memberKey(state: RoundState, { owner }: Person): Address | undefined {
    return state.plan.members.find(({ member }) => sameAddress(member, owner))?.operatorKey
  }

  async speak(person: Person, scheme: MemberScheme, state: RoundState, index: number): Promise<Call[]> {
    const { round, openedAt } = state.plan
    const key = this.#memberKey(state, person)
    if (!key) return []
    const calls: Call[] = []
    const place = `${round} ${openedAt} ${person.name}`
    const commitEnd = openedAt + WINDOWS.commit
    if (!state.sealed && scheme.update !== 'none' && state.now < commitEnd) {
      const due = !scheme.late || state.now >= commitEnd - WINDOWS.commit / 4
      if (due && this.#first(`commit ${place}`)) {
        const seed = 100 + (scheme.update === 'twin' ? 0 : index)
        const root = this.#world.updates.make(scheme.update === 'twin' ? 'honest' : scheme.update, round, seed)
        const sent = await this.#commitment(person, key, round, root)
        this.#sent.set(place, sent)
        const message: CommitmentMessage = { kind: 'commitment', task: TASK, round, member: person.owner, ...pickSigned(sent) }
        this.#world.publish(message, person.owner)
        const receipt = await this.#world.handIn(message, state.plan.operator)
        if (receipt) this.#held.push(receipt)
        if (scheme.doubled) calls.push(await this.#forceOther(person, key, round, index))
      }
    }
    if (scheme.again && !state.sealed && this.#world.revealedAt.has(round) && this.#first(`again ${place}`)) {
      const root = this.#world.updates.make('honest', round, 300 + index)
      const again = await this.#commitment(person, key, round, root)
      this.#sent.set(place, again)
      this.again.set(`${round} ${person.owner}`, again)
    }
    const sent = this.#sent.get(place)
    if (!sent || !state.seal) return calls
    const { sealedAt, rows } = state.seal
    const own = rows.findIndex(({ member }) => member === person.owner)
    const revealEnd = sealedAt + WINDOWS.reveal
    const commitment = rows[own]?.commitment
    const root = commitment === sent.commitment ? sent.root : this.#sent.get(`${place} other`)?.root
    if (own >= 0 && root && scheme.reveal !== 'never' && state.now < revealEnd) {
      const due = scheme.reveal === 'at once' || state.now >= revealEnd - 15
      if (due && this.#first(`reveal ${place} ${sealedAt}`)) {
        const body = { task: TASK, round, member: person.owner, updateRoot: root, salt: ZERO_HASH }
        const signature = await signStatement(this.#domain, 'Reveal', body, this.#signer(key))
        if (scheme.bytes === 'all') this.#world.updates.serve(root, person.owner)
        this.#world.publish({ kind: 'reveal', ...body, signature }, person.owner)
      }
    }
    await this.#attest(person, key, scheme, state, own)
    return calls
  }

  async #commitment(person: Person, key: Address, round: bigint, root: Hash): Promise<Sent> {
    const commitment = commitmentOf(TASK, round, person.owner, root, ZERO_HASH)
    if (!this.committedAt.has(commitment)) this.committedAt.set(commitment, this.#world.tick())
    const body = { task: TASK, round, member: person.owner, commitment }
    return { commitment, root, signature: await signStatement(this.#domain, 'Commitment', body, this.#signer(key)) }
  }

  async #forceOther(person: Person, key: Address, round: bigint, index: number): Promise<Call> {
    const root = this.#world.updates.make('honest', round, 200 + index)
    const other = await this.#commitment(person, key, round, root)
    const { openedAt } = this.#world.chain.current
    this.#sent.set(`${round} ${openedAt} ${person.name} other`, other)
    const args = [TASK, round, [person.owner], [other.commitment], [other.signature]]
    return call(this.#world.chain.stage, key, 'ledger', 'forceCommit', args)
  }

  async #attest(person: Person, key: Address, scheme: MemberScheme, state: RoundState, own: number): Promise<void> {
    const { seal, plan } = state
    if (!seal || own < 0 || scheme.attest === 'none') return
    const { round } = plan
    // It waits for what it wants to say: the rows that are revealed, or its own.
    const open = seal.rows.every(({ member }) => state.reveals.has(member))
    if (!open && state.now < seal.sealedAt + WINDOWS.reveal) return
    if (!this.#first(`attest ${round} ${seal.commitments} ${person.name}`)) return
    const bits = (of: (member: Address) => boolean): bigint =>
      seal.rows.reduce((sum, { member }, i) => (of(member) ? sum | (1n << BigInt(i)) : sum), 0n)
    const all = bits((member) => state.reveals.has(member))
    const mine = bits((member) => BYZANTINE.some(({ owner }) => owner === member))
    const held = scheme.attest === 'own' ? 1n << BigInt(own) : scheme.attest === 'mine' ? mine : all
    const high = scheme.attest === 'high' ? 5n << BigInt(seal.rows.length) : 0n
    const values = scheme.attest === 'two' ? [held, mine] : [held | high]
    for (const value of values) {
      const body = { task: TASK, round, member: person.owner, commitments: seal.commitments, held: value }
      const signature = await signStatement(this.#domain, 'Attestation', body, this.#signer(key))
      const message: Message = { kind: 'attestation', ...body, signature }
      this.#world.publish(message, person.owner)
      // Its own operators take what gossip refuses.
      const event = eventOf(message)
      if (event) this.#eye.rounds.dispatch(round, event)
    }
  }
}

function pickSigned({ commitment, signature }: Sent): { commitment: Hash; signature: Hex } {
  return { commitment, signature }
}

import { commitmentsHash, forcedHashOf, lowerHex, sameAddress } from '../../../../src/protocol/index.ts'
import type { Address, ChainFacts, Hash, Hex, SealFact, SnapshotMember, Windows } from '../../../../src/protocol/index.ts'
import { EVERYBODY, MEMBERS } from '../random-round.ts'
import type { Committee } from '../random-round.ts'
import { memberKey } from './accounts.ts'
import { step } from './chain-steps.ts'
import type { Step } from './chain-steps.ts'

/** Of the task that the forge fixture opens. */
export const WINDOWS: Windows = { commit: 100, reveal: 50, attest: 50, post: 60, challenge: 1000 }

/** Of the ledger that the forge fixture deploys. */
const ENTRY_DELAY = 768

interface Forced {
  member: Address
  commitment: Hash
  /** A block that a reorganisation will take away has it, no other. */
  doomed: boolean
}

/** The ledger as far as a round needs it. Calls that the contract would refuse are refused; all others are written down for forge. */
export class LifeChain {
  readonly steps: Step[] = []
  round = 1n
  openedAt = 0
  #now = 1000
  #paused = 0
  #pausedUntil = 0
  #forced: Forced[] = []
  #sealed: SealFact | undefined
  /** The second of the seal by the chain's clock. */
  #sealedAt = 0
  readonly #versions = new Map<number, number>()
  #atSeal: ReadonlyMap<number, number> = new Map()
  #snapshot: SnapshotMember[] = []
  /** Of the open round. */
  committee = EVERYBODY
  readonly #draw: (round: bigint) => Committee

  /** @param draw the committee of each round of a task that draws them */
  constructor(draw: (round: bigint) => Committee = () => EVERYBODY) {
    this.#draw = draw
  }

  /** Seconds of running time since the round opened. */
  get elapsed(): number {
    return this.#now - this.#paused - this.openedAt
  }

  get isPaused(): boolean {
    return this.#now < this.#pausedUntil
  }

  /** The members of the round. */
  get snapshot(): readonly SnapshotMember[] {
    return this.#snapshot
  }

  /** Timepoint of their stake and keys. */
  get timepoint(): number {
    return this.openedAt - 1 - (this.committee.size === 0 ? 0 : ENTRY_DELAY)
  }

  memberAt(slot: number): SnapshotMember | undefined {
    return this.#snapshot.find((member) => member.slot === slot)
  }

  get sealed(): SealFact | undefined {
    return this.#sealed
  }

  /** In the order in which they were forced; as nodes see it, which may be before a reorganisation. */
  get forced(): readonly { member: Address; commitment: Hash }[] {
    return this.#forced.map(({ member, commitment }) => ({ member, commitment }))
  }

  facts(): ChainFacts {
    return { forced: this.forced, ...(this.#sealed && { sealed: this.#sealed }) }
  }

  /** Whether the key that a member had at the snapshot was still registered when the round was sealed. */
  keptKey(slot: number): boolean {
    return this.memberAt(slot)!.operatorKey === lowerHex(memberKey(slot, this.#atSeal.get(slot)).address)
  }

  versionOf(slot: number): number {
    return this.#versions.get(slot) ?? 0
  }

  wait(seconds: number): void {
    if (seconds <= 0) return
    this.#now += seconds
    this.steps.push(step('wait', { amount: BigInt(seconds) }))
  }

  /** Time stops for rounds; the pause is over when the call returns, and `inside` runs in it. */
  async pause(seconds: number, inside: () => Promise<void>): Promise<void> {
    this.steps.push(step('pause', { amount: BigInt(seconds) }))
    this.#pausedUntil = this.#now + seconds
    await inside()
    this.wait(seconds)
    this.#paused += seconds
  }

  /** The member's next key speaks for it from the next snapshot on. */
  rotate(slot: number): void {
    // Of one second there is one answer: the key that was registered last in it.
    if (this.#sealed && this.#sealedAt === this.#now) this.wait(1)
    const version = this.versionOf(slot) + 1
    this.#versions.set(slot, version)
    this.steps.push(step('register', { account: MEMBERS[slot]!.member, amount: BigInt(version) }))
  }

  postParent(): void {
    this.wait(1)
    this.steps.push(step('parent'))
    // No key that was registered since the task began counts in a drawn round yet.
    this.#open(2n, () => 0)
  }

  /** The round's number is burned, and the next one opens. */
  fail(): void {
    // The seat may be taken again only after a wait, and the snapshot is of the second before, or of long before.
    this.wait(1 + (this.committee.size === 0 ? 0 : ENTRY_DELAY))
    this.steps.push(step('fail'))
    this.#open(this.round + 1n)
  }

  /** @param drawnVersion of the key that counts in a drawn round, by slot */
  #open(round: bigint, drawnVersion = (slot: number): number => this.versionOf(slot)): void {
    this.round = round
    this.openedAt = this.#now
    this.#paused = 0
    this.#forced = []
    this.#sealed = undefined
    this.committee = this.#draw(round)
    const { size, seed, members } = this.committee
    const versionOf = size === 0 ? (slot: number): number => this.versionOf(slot) : drawnVersion
    this.#snapshot = members.map((member) => ({
      ...member,
      operatorKey: lowerHex(memberKey(member.slot, versionOf(member.slot)).address),
    }))
    if (size > 0) this.steps.push(step('draw', { value: seed }))
  }

  /** @param doomed in a block that will be undone @returns whether the commitment is forced now */
  force(member: Address, commitment: Hash, signature: Hex = '0x', doomed = false): boolean {
    if (this.isPaused || this.#sealed || this.elapsed >= WINDOWS.commit) return false
    if (!this.#snapshot.some((one) => sameAddress(one.member, member))) return false
    if (this.#forced.some((one) => sameAddress(one.member, member))) return false
    this.#forced.push({ member: lowerHex(member), commitment, doomed })
    if (!doomed) this.steps.push(step('force', { account: member, value: commitment, data: signature }))
    return true
  }

  /** The blocks with the doomed transactions are gone. @returns whether there were any */
  reorganise(): boolean {
    const before = this.#forced.length
    this.#forced = this.#forced.filter(({ doomed }) => !doomed)
    return this.#forced.length < before
  }

  /** @returns undefined when the ledger refuses the seal */
  seal(rows: readonly { member: Address; commitment: Hash }[], forcedHash: Hash): SealFact | undefined {
    const early = this.elapsed < WINDOWS.commit
    // A seal lands in the chain that stays.
    const { seed } = this.committee
    const forced = forcedHashOf(
      this.#forced.filter(({ doomed }) => !doomed),
      seed,
    )
    if (this.isPaused || this.#sealed || this.elapsed >= WINDOWS.commit + WINDOWS.post) return undefined
    if (early && rows.length !== MEMBERS.length) return undefined
    if (forced !== forcedHash && (!early || this.committee.size > 0)) return undefined
    this.reorganise()
    const digest = commitmentsHash(rows)
    this.#atSeal = new Map(this.#versions)
    this.#sealed = { digest, count: rows.length, sealedAt: this.openedAt + this.elapsed }
    this.#sealedAt = this.#now
    this.steps.push(step('seal', { value: digest, amount: BigInt(rows.length) }))
    return this.#sealed
  }

  post(): boolean {
    const from = this.#sealed?.sealedAt
    const end = WINDOWS.reveal + WINDOWS.attest + WINDOWS.post
    if (this.isPaused || from === undefined || this.openedAt + this.elapsed >= from + end) return false
    this.steps.push(step('post'))
    return true
  }
}

import {
  commitmentsHash,
  isCertified,
  lowerHex,
  recordOf,
  sameAddress,
  signStatement,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type {
  Address,
  CommitmentMessage,
  Hash,
  Hex,
  Message,
  ReceiptMessage,
  RoundRecord,
  RoundState,
  SealedCommitment,
} from '../../../src/protocol/index.ts'
import { rowsToSeal } from '../../../src/node/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { accountOf, keyOf, MEMBERS, OPERATORS } from '../cast.ts'
import type { Person } from '../cast.ts'
import { call } from '../chain/deploy.ts'
import type { Mined } from '../chain/chain-view.ts'
import type { Call } from '../chain/evm.ts'
import { SPEC, TASK, WINDOWS } from '../task.ts'
import type { World } from '../world.ts'
import { ByzantineMembers } from './byzantine-members.ts'
import { HonestNode } from './honest-node.ts'
import { lieIn } from './lies.ts'
import { QUIET } from './scheme.ts'
import type { Scheme } from './scheme.ts'
import { signingKey } from './signing-key.ts'

/** A claim that its operator knows to be false. */
export interface KnownLie {
  round: bigint
  name: string
}

const BYZANTINE = MEMBERS.filter(({ honest }) => !honest)
const EYE: Person = { name: 'eye', role: 'member', honest: false, owner: `0x${'ee'.repeat(20)}`, stake: 0n }

/** Hashes of nothing. */
const JUNK: Hash = `0x${'cd'.repeat(32)}`

/**
 * All Byzantine players as one mind: it hears everything, holds all their keys, and plays by its scheme. What is not in the scheme (rotations, stray transactions)
 * comes as `extra` calls from the commands of the game.
 */
export class Byzantine {
  scheme: Scheme = QUIET
  /** Further transactions for the next block. */
  readonly extra: { before: Call[]; after: Call[] } = { before: [], after: [] }
  /** Claims posted or about to be posted that are false, by hash. */
  readonly lies = new Map<Hash, KnownLie>()
  /** Claims of its operators that are true, by hash. */
  readonly truths = new Set<Hash>()
  readonly #world: World
  readonly #eye: HonestNode
  readonly members: ByzantineMembers
  readonly #keys = new Map<string, Address>()
  /** Receipts that its operators gave, by round and member. */
  readonly #receipts = new Map<bigint, Map<Address, Hash>>()
  readonly #posted = new Map<Hash, { parts: ClaimParts; record: RoundRecord; from: Address }>()
  readonly #lists = new Map<bigint, SealedCommitment[]>()
  readonly #posts = new Map<string, Call>()
  #random = 1

  constructor(world: World) {
    this.#world = world
    this.#eye = new HonestNode(world, EYE, keyOf(BYZANTINE[0]!.name).address)
    this.members = new ByzantineMembers(world, this.#eye)
  }

  /** The key that a person registered last. */
  keyOf(name: string): Address {
    return this.#keys.get(name) ?? lowerHex(keyOf(name).address)
  }

  useKey(name: string, key: Address): void {
    this.#keys.set(name, lowerHex(key))
  }

  seed(value: number): void {
    this.#random = value >>> 0 || 1
  }

  /** A whole number below a bound, from the seed of the game. */
  readonly pick = (below: number): number => {
    this.#random ^= this.#random << 13
    this.#random >>>= 0
    this.#random ^= this.#random >>> 17
    this.#random ^= this.#random << 5
    this.#random >>>= 0
    return below <= 0 ? 0 : this.#random % below
  }

  /** An attestation to a round that is posted already. */
  async attestNow(parts: Pick<ClaimParts, 'round' | 'rows'>, { owner }: Person, held: bigint): Promise<Hex | undefined> {
    const { chain } = this.#world
    const { members } = await chain.snapshot(chain.history.openedAt(parts.round)! - 1)
    const key = members.find(({ member }) => member === owner)?.operatorKey
    const commitments = commitmentsHash(parts.rows)
    const body = { task: TASK, round: parts.round, member: owner, commitments, held }
    return key && signStatement(this.#domain, 'Attestation', body, this.#signer(key))
  }

  // ── Hearing ───────────────────────────────────────────────────────────────────────────────────────────────────

  async overhear(message: Message): Promise<void> {
    await this.#eye.hear(message)
  }

  async handIn(message: CommitmentMessage): Promise<ReceiptMessage | undefined> {
    const seat = this.#seat(message.round)
    const slot = MEMBERS.findIndex(({ owner }) => sameAddress(owner, message.member))
    if (!seat || !((this.scheme.receipts >> slot) & 1)) return undefined
    // A receipt after the seal would be a rope around its own neck, and is no use to anybody else.
    if (this.#world.chain.current.state !== 1 || this.#lists.has(message.round)) return undefined
    const { round, member, commitment } = message
    const body = { task: TASK, round, member, commitment }
    const given = this.#receipts.get(round) ?? new Map<Address, Hash>()
    this.#receipts.set(round, given.set(lowerHex(member), commitment))
    const signature = await signStatement(this.#domain, 'Receipt', body, this.#signer(seat.key))
    return { kind: 'receipt', ...body, operator: seat.person.owner, signature }
  }

  async mined(mined: readonly Mined[]): Promise<void> {
    for (const { events } of mined) for (const event of events) await this.#eye.follow(event)
    await this.#eye.refresh()
    await this.#eye.tick()
  }

  async reorganised(): Promise<void> {
    await this.#eye.reorganised()
    await this.#eye.tick()
  }

  get #domain() {
    return this.#world.chain.domain
  }

  #signer(key: Address) {
    return signingKey(accountOf(key))
  }

  get state(): RoundState | undefined {
    const { current } = this.#world.chain
    return current.state === 0 ? undefined : this.#eye.rounds.state(current.round)
  }

  /** The seat of the open round, if it is one of its own. */
  #seat(round: bigint): { person: Person; key: Address } | undefined {
    const { current } = this.#world.chain
    if (current.state === 0 || current.round !== round) return undefined
    const person = OPERATORS.find(({ owner, honest }) => !honest && sameAddress(owner, current.operator))
    return person && { person, key: lowerHex(current.operatorKey) }
  }

  // ── Acting ────────────────────────────────────────────────────────────────────────────────────────────────────

  async act(): Promise<{ before: Call[]; after: Call[] }> {
    const before = this.extra.before.splice(0)
    const after = this.extra.after.splice(0)
    const { chain } = this.#world
    if (chain.current.state === 0 && BigInt(chain.current.operator) === 0n && this.scheme.seat) {
      for (const { name } of this.#operators) before.push(this.ledgerCall(this.keyOf(name), 'takeSeat', [TASK]))
    }
    before.push(...this.#answer())
    const { state } = this
    if (!state) return { before, after }
    for (const [i, person] of BYZANTINE.entries()) {
      before.push(...(await this.members.speak(person, this.scheme.members[i]!, state, i)))
    }
    const seat = this.#seat(state.plan.round)
    if (seat) before.push(...(await this.#operate(seat, state)))
    return { before, after }
  }

  /** Its answers in the court: all, or none. */
  #answer(): Call[] {
    const { court, chain } = this.#world
    if (!this.scheme.answers || chain.courtLogs.length === 0) return []
    return chain.history.claims().flatMap(({ claimHash }) => {
      const own = this.#posted.get(claimHash)
      return own ? court.batch(own.from, court.answersTo(claimHash, own.parts, own.record)) : []
    })
  }

  get #operators(): readonly Person[] {
    return OPERATORS.filter(({ honest }) => !honest)
  }

  ledgerCall(from: Address, name: string, args: readonly unknown[]): Call {
    return call(this.#world.chain.stage, lowerHex(from), 'ledger', name, args)
  }

  // ── The seat ──────────────────────────────────────────────────────────────────────────────────────────────────

  async #operate(seat: { person: Person; key: Address }, state: RoundState): Promise<Call[]> {
    const { scheme } = this
    const { round, openedAt } = state.plan
    const { current } = this.#world.chain
    if ((scheme.fail === 'open' && current.state === 1) || (scheme.fail === 'sealed' && current.state === 2))
      return [this.ledgerCall(seat.key, 'fail', [TASK, round])]
    if (current.state === 1) return this.#seal(seat, state)
    this.#showList(seat, state)
    const due = scheme.post === 'at once' ? this.#worthPosting(state) : state.now >= current.postEnd - 15
    if (!state.seal || scheme.post === 'never' || !due) return []
    const place = `${round} ${openedAt} ${current.digest}`
    const known = this.#posts.get(place) ?? (await this.#claim(seat, state))
    if (!known) return []
    this.#posts.set(place, known)
    return scheme.burn ? [known, ...this.#burn(seat, round)] : [known]
  }

  /** Ends the rounds after the posted one in the block of the posting. Operators that must wait for the seat burn no number, so the later ones try each. */
  #burn({ person, key }: { person: Person; key: Address }, posted: bigint): Call[] {
    const others = this.#operators.filter(({ name }) => name !== person.name)
    const taken = others.flatMap(({ name }, before) => {
      const numbers = Array.from({ length: before + 1 }, (_, i) => posted + 2n + BigInt(i))
      const send = (call_: string, args: readonly unknown[]): Call => this.ledgerCall(this.keyOf(name), call_, args)
      return [send('takeSeat', [TASK]), ...numbers.map((number) => send('fail', [TASK, number]))]
    })
    return [this.ledgerCall(key, 'fail', [TASK, posted + 1n]), ...taken]
  }

  #seal(seat: { person: Person; key: Address }, state: RoundState): Call[] {
    const { scheme } = this
    const { round, openedAt } = state.plan
    const { current } = this.#world.chain
    const full = state.plan.members.every(({ member }) => state.commitments.has(member))
    const end = openedAt + WINDOWS.commit
    const due =
      scheme.seal === 'at once' ||
      (scheme.seal === 'in time' && (full || state.now >= end)) ||
      (scheme.seal === 'at the end' && state.now >= end + WINDOWS.post - 15)
    if (scheme.seal === 'never' || !due) return []
    const rows = this.#rows(state)
    this.#lists.set(round, rows)
    const digest = scheme.rows === 'junk' ? JUNK : commitmentsHash(rows)
    this.#eye.rounds.dispatch(round, { type: 'list', rows, known: state.commitments.size })
    return [this.ledgerCall(seat.key, 'seal', [TASK, round, openedAt, digest, rows.length, current.forcedHash])]
  }

  #rows(state: RoundState): SealedCommitment[] {
    const { scheme } = this
    const { list: _list, ...fresh } = state
    const all = rowsToSeal(fresh).map((row) => {
      const again = this.members.again.get(`${state.plan.round} ${row.member}`)
      return again ? { ...row, commitment: again.commitment, source: viaSignature(again.signature) } : row
    })
    const victim = MEMBERS[scheme.victim]!.owner
    const given = this.#receipts.get(state.plan.round)
    const isForced = (member: Address): boolean => state.forced.some((one) => one.member === member)
    if (scheme.rows === 'without') return all.filter(({ member }) => member !== victim)
    if (scheme.rows === 'with receipt') return all.filter(({ member }) => given?.has(member) || isForced(member))
    if (scheme.rows !== 'forged') return all
    const forged = { member: victim, commitment: JUNK, source: viaSignature(`0x${'11'.repeat(64)}1b`) }
    const slots = new Map(MEMBERS.map(({ owner }, slot) => [owner, slot]))
    if (!state.plan.members.some(({ member }) => member === victim)) return all
    return [...all.filter(({ member }) => member !== victim), forged].sort((a, b) => slots.get(a.member)! - slots.get(b.member)!)
  }

  #showList({ person }: { person: Person }, state: RoundState): void {
    const { scheme } = this
    const rows = this.#lists.get(state.plan.round)
    if (!rows || !state.sealed || scheme.list === 'nobody') return
    if (scheme.list === 'late' && state.now < state.sealed.sealedAt + WINDOWS.reveal / 2) return
    const message: Message = { kind: 'seal', task: TASK, round: state.plan.round, rows, operator: person.owner }
    if (scheme.list !== 'some') return this.#world.publish(message, person.owner)
    for (const [i, node] of this.#world.nodes.entries())
      if ((scheme.shown >> i) & 1 && node.online) this.#world.whisper(message, node)
  }

  /** All that it waits for has come, or cannot come any more. */
  #worthPosting(state: RoundState): boolean {
    if (!state.seal) return false
    const all = state.seal.rows.every(({ member }) => state.attestations.has(member))
    return all || state.now >= state.seal.sealedAt + WINDOWS.reveal + WINDOWS.attest
  }

  /** The posting of a claim, true or not. */
  async #claim(seat: { person: Person; key: Address }, state: RoundState): Promise<Call | undefined> {
    const { scheme } = this
    const { round, openedAt } = state.plan
    const { claims, chain } = this.#world
    const record = this.#certificate(recordOf(this.#domain, state))
    const computed = await claims.compute(record)
    if (!computed) return undefined
    const lie = scheme.lie === '' ? undefined : await lieIn(computed, record, scheme.lie, this.pick)
    const { claim, claimHash, parts } = lie ?? computed
    const shown = {
      ...((scheme.serves === 'everything' || scheme.serves === 'record') && { record: lie?.record ?? record }),
      ...((scheme.serves === 'everything' || scheme.serves === 'opening') && { opening: parts }),
    }
    claims.serveAs(claimHash, shown)
    this.#posted.set(claimHash, { parts, record: lie?.record ?? record, from: seat.person.owner })
    const fault = await this.#world.truth.faultOf(record, state)
    if (lie) this.lies.set(claimHash, { round, name: scheme.lie })
    else if (fault) this.lies.set(claimHash, { round, name: fault })
    else this.truths.add(claimHash)
    return this.ledgerCall(seat.key, 'post', [TASK, round, openedAt, chain.current.digest, claim])
  }

  /** Chooses among the attestations: any choice that certifies the claim is its right. */
  #certificate(record: RoundRecord): RoundRecord {
    const { certificate } = this.scheme
    if (certificate === 'all') return record
    const stakes = new Map(record.snapshot.members.map(({ member, stake }) => [member, stake]))
    const weight = (members: readonly { member: Address }[]): bigint =>
      members.reduce((sum, { member }) => sum + (stakes.get(member) ?? 0n), 0n)
    const own = (member: Address): number => (BYZANTINE.some(({ owner }) => owner === member) ? 0 : 1)
    const sign = certificate === 'own first' ? 1 : -1
    const sorted = [...record.attestations].sort((a, b) => sign * (own(a.member) - own(b.member)))
    const chosen: typeof record.attestations = []
    for (const one of sorted) if (!isCertified(weight(chosen), weight(record.rows), SPEC)) chosen.push(one)
    return { ...record, attestations: record.attestations.filter((one) => chosen.includes(one)) }
  }
}

import { decodeFunctionData } from 'viem'
import { roundLedgerAbi } from '../../src/chain/abi/index.ts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { claimHash as hashOf, forcedHashOf, lowerHex, sameAddress, ZERO_HASH } from '../../src/protocol/index.ts'
import type { Address, Claim, Hash } from '../../src/protocol/index.ts'
import { keyOf, OPERATORS } from './cast.ts'
import type { Current, Mined } from './chain/chain-view.ts'
import { GENESIS, REWARD, TASK, WINDOWS } from './task.ts'
import { Violation } from './violation.ts'

/** A claim that stands, by height. */
interface Standing {
  round: bigint
  hash: Hash
  total: bigint
  postedAt: number
  operator: Address
}

interface Failures {
  fails: number
  /** Height up to which final claims were counted against them. */
  credited: number
}

/** The life of a round in plain values: what docs/protocol.md §3 says, and no more. */
interface State {
  seat: 'nobody' | 'waiting' | 'commit' | 'sealed'
  holder: Address
  key: Address
  /** Of the round, or since when nobody has the seat. */
  since: number
  sealedAt: number
  digest: Hash
  count: number
  /** The open number, or the next. */
  number: bigint
  chain: Standing[]
  forced: { member: Address; commitment: Hash }[]
  quorumFinal: number
  failures: Record<Address, Failures>
  /** Current key of each operator, and all keys that ever were theirs. */
  keys: Record<Address, Address>
  owners: Record<Address, Address>
  pauses: { from: number; end: number }[]
}

const NOBODY: Address = `0x${'00'.repeat(20)}`
const RING = 64

function beginning(now: number): State {
  const keys: Record<Address, Address> = {}
  const owners: Record<Address, Address> = {}
  for (const { name, owner } of OPERATORS) {
    keys[owner] = lowerHex(keyOf(name).address)
    owners[keys[owner]] = owner
  }
  const genesis = { round: 0n, hash: GENESIS.claimHash, total: 0n, postedAt: 0, operator: NOBODY }
  const seat = { seat: 'nobody' as const, holder: NOBODY, key: NOBODY, since: now, sealedAt: 0, digest: ZERO_HASH, count: 0 }
  return { ...seat, number: 1n, chain: [genesis], forced: [], quorumFinal: 0, failures: {}, keys, owners, pauses: [] }
}

/**
 * The ledger once more, in TypeScript: what each transaction should do. It predicts whether calls of the ledger succeed and where the task stands after a block; what
 * the judge decides, it takes from the chain.
 */
export class Oracle {
  #state: State
  readonly #before: State[] = []
  /** Members that count at the opening of the open round. */
  #members = 0

  constructor(current: Pick<Current, 'emptySince'>) {
    this.#state = beginning(current.emptySince)
  }

  rollback(blocks: number): void {
    for (let i = 0; i < blocks; i++) this.#state = this.#before.pop() ?? this.#state
  }

  /** @throws Violation where the chain did something else */
  follow(mined: readonly Mined[], now: number, current: Current, members: number, ledger: Address): void {
    this.#before.push(structuredClone(this.#state))
    if (this.#before.length > 12) this.#before.shift()
    for (const { call, outcome, events } of mined) {
      const expected = sameAddress(call.to, ledger) ? this.#call(lowerHex(call.from), call.data, now, outcome.ok) : undefined
      if (expected !== undefined && expected !== outcome.ok)
        throw new Violation(
          'ledger',
          `${nameOf(call.data)} ${outcome.ok ? 'succeeded' : 'failed'} at ${now} in ${JSON.stringify(this.#brief())}`,
        )
      if (expected === undefined && outcome.ok) this.#take(events, now)
    }
    this.#members = members
    this.#compare(current)
  }

  #brief(): object {
    const { chain, forced, failures, keys: _keys, owners: _owners, ...rest } = this.#state
    const text = { ...rest, number: String(rest.number), height: chain.length, forced: forced.length, failures }
    return text
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #paused(from: number, to: number): number {
    return this.#state.pauses.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.end) - Math.max(from, one.from)), 0)
  }

  /** Whether that much time has run. */
  #over(from: number, window: number, now: number): boolean {
    return now - from - this.#paused(from, now) >= window
  }

  #isPaused(now: number): boolean {
    return this.#state.pauses.some(({ from, end }) => now >= from && now < end)
  }

  #isFinal(height: number, now: number): boolean {
    return height <= this.#state.quorumFinal || this.#over(this.#state.chain[height]!.postedAt, WINDOWS.challenge, now)
  }

  // ── Calls ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the call should succeed; undefined where the oracle does not know, and takes the events. */
  #call(from: Address, data: `0x${string}`, now: number, ok: boolean): boolean | undefined {
    const { functionName, args } = decodeFunctionData({ abi: roundLedgerAbi, data })
    if (this.#isPaused(now)) return false
    const s = this.#state
    const list = args as readonly unknown[]
    switch (functionName) {
      case 'takeSeat': {
        const operator = this.#acting(from)
        if (s.seat !== 'nobody' || !operator || !this.#mayTake(operator, now)) return false
        if (ok) this.#open(operator, from, now)
        return true
      }
      case 'open':
        return s.seat === 'waiting' ? undefined : false
      case 'fail': {
        if ((s.seat !== 'commit' && s.seat !== 'sealed') || list[1] !== s.number) return false
        if (!this.#ended(now) && !this.#speaksFor(from)) return false
        this.#blame(s.holder, 1, now)
        this.#empty(now, s.number + 1n)
        return true
      }
      case 'seal':
        return this.#seal(from, list, now)
      case 'post':
        return this.#post(from, list, now, ok)
      default:
        return undefined
    }
  }

  #acting(key: Address): Address | undefined {
    const owner = this.#state.owners[key]
    return owner && this.#state.keys[owner] === key ? owner : undefined
  }

  #speaksFor(from: Address): boolean {
    const { key, holder, owners } = this.#state
    return from === key || from === holder || owners[from] === holder
  }

  #mayTake(operator: Address, now: number): boolean {
    const wait = (2 ** this.#fails(operator, now).fails - 1) * WINDOWS.post
    return this.#over(this.#state.since, wait, now) && this.#hasPlace(now)
  }

  #hasPlace(now: number): boolean {
    const height = this.#state.chain.length
    return height < RING || this.#isFinal(height + 1 - RING, now)
  }

  #seal(from: Address, args: readonly unknown[], now: number): boolean {
    const s = this.#state
    const [, round, openedAt, digest, count, forcedHash] = args as [bigint, bigint, number, Hash, number, Hash]
    if (s.seat !== 'commit' || round !== s.number || openedAt !== s.since || !this.#speaksFor(from)) return false
    if (count > 128 || this.#over(s.since, WINDOWS.commit + WINDOWS.post, now)) return false
    const early = !this.#over(s.since, WINDOWS.commit, now)
    const full = count > 0 && count === this.#members
    if (!full && (early || forcedHash !== forcedHashOf(s.forced))) return false
    Object.assign(s, { seat: 'sealed', sealedAt: now, digest, count })
    return true
  }

  #post(from: Address, args: readonly unknown[], now: number, ok: boolean): boolean {
    const s = this.#state
    const [, round, openedAt, digest, claim] = args as [bigint, bigint, number, Hash, Claim]
    const head = s.chain.at(-1)!
    const own = s.seat === 'sealed' && round === s.number && openedAt === s.since && this.#speaksFor(from)
    if (!own || !this.#acting(from) || digest !== s.digest || claim.members !== s.count) return false
    if (this.#ended(now) || claim.parent !== head.hash || claim.ledgerTotal > head.total + REWARD) return false
    if (!ok) return true
    const operator = s.holder
    s.chain.push({ round, hash: hashOf(TASK, round, claim), total: claim.ledgerTotal, postedAt: now, operator })
    s.number += 1n
    if (this.#hasPlace(now)) this.#open(operator, from, now)
    else Object.assign(s, { seat: 'waiting', holder: operator, key: from, since: 0 })
    return true
  }

  /** Until then the round may be sealed, or posted once it is sealed. */
  #ended(now: number): boolean {
    const { seat, since, sealedAt } = this.#state
    if (seat === 'sealed') return this.#over(sealedAt, WINDOWS.reveal + WINDOWS.attest + WINDOWS.post, now)
    return this.#over(since, WINDOWS.commit + WINDOWS.post, now)
  }

  // ── Changes ───────────────────────────────────────────────────────────────────────────────────────────────────

  #open(holder: Address, key: Address, now: number): void {
    Object.assign(this.#state, { seat: 'commit', holder, key, since: now, sealedAt: 0, digest: ZERO_HASH, count: 0, forced: [] })
  }

  #empty(now: number, number: bigint): void {
    const nothing = { holder: NOBODY, key: NOBODY, sealedAt: 0, digest: ZERO_HASH, count: 0, forced: [] }
    Object.assign(this.#state, { seat: 'nobody', since: now, number, ...nothing })
  }

  #fails(operator: Address, now: number): Failures {
    const s = this.#state
    const known = s.failures[operator] ?? { fails: 0, credited: 0 }
    let { fails, credited } = known
    const top = s.chain.length - 1
    if (fails === 0) return { fails, credited: top }
    for (let height = Math.max(credited + 1, s.chain.length + 1 - RING); height <= top && fails > 0; height++) {
      if (!this.#isFinal(height, now)) break
      if (s.chain[height]!.operator === operator) fails--
      credited = height
    }
    return { fails, credited: fails === 0 ? top : credited }
  }

  #blame(operator: Address, more: number, now: number): void {
    const { fails, credited } = this.#fails(operator, now)
    this.#state.failures[operator] = { fails: Math.min(8, fails + more), credited }
  }

  /** What others decided: the judge, members by their signatures, the guardian, owners of keys. */
  #take(events: readonly LedgerEvent[], now: number): void {
    const s = this.#state
    for (const event of events) {
      switch (event.type) {
        case 'forced':
          s.forced.push({ member: lowerHex(event.member), commitment: event.commitment })
          break
        case 'finalized':
          s.quorumFinal = s.chain.findIndex(({ round }) => round === event.round)
          break
        case 'rejected':
        case 'voided': {
          this.#blame(lowerHex(event.operator), event.type === 'rejected' ? 8 : 2, now)
          const open = s.seat === 'commit' || s.seat === 'sealed'
          const height = s.chain.findIndex(({ round }) => round === event.round)
          if (height >= 0) s.chain.splice(height)
          this.#empty(now, open ? s.number + 1n : s.number)
          break
        }
        case 'keysRegistered': {
          const owner = lowerHex(event.owner)
          if (!s.keys[owner]) break
          s.keys[owner] = lowerHex(event.operatorKey)
          s.owners[lowerHex(event.operatorKey)] = owner
          break
        }
        case 'paused':
          // Vault and ledger pause together.
          if (!s.pauses.some(({ from }) => from === event.from)) s.pauses.push({ from: event.from, end: event.until })
          break
        case 'unpaused':
          s.pauses.at(-1)!.end = event.end
          break
        case 'opened':
          this.#open(lowerHex(event.operator), lowerHex(event.operatorKey), now)
          break
        case 'emptied':
          if (s.seat === 'waiting') this.#empty(now, s.number)
          break
        default:
      }
    }
  }

  #compare(current: Current): void {
    const s = this.#state
    const state = s.seat === 'commit' ? 1 : s.seat === 'sealed' ? 2 : 0
    const wrong = (what: string, expected: unknown, found: unknown): void => {
      if (expected !== found)
        throw new Violation(
          'ledger',
          `${what} is ${String(found)} instead of ${String(expected)} in ${JSON.stringify(this.#brief())}`,
        )
    }
    wrong('state', state, current.state)
    wrong('number', s.number, current.round)
    wrong('holder', s.holder, lowerHex(current.operator))
    wrong('key', s.key, lowerHex(current.operatorKey))
    wrong('parent', s.chain.at(-1)!.hash, current.parent)
    if (s.seat === 'nobody') wrong('emptySince', s.since, current.emptySince)
    if (state !== 0) wrong('openedAt', s.since, current.openedAt)
    if (state !== 0) wrong('forcedHash', forcedHashOf(s.forced), current.forcedHash)
    if (s.seat === 'sealed') wrong('digest', s.digest, current.digest)
  }
}

function nameOf(data: `0x${string}`): string {
  return decodeFunctionData({ abi: roundLedgerAbi, data }).functionName
}

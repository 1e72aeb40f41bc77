import { parseEther } from 'viem'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { lowerHex, sameAddress, Verdict } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { CAST, personOf } from './cast.ts'
import type { Mined } from './chain/chain-view.ts'
import { decode, encode } from './chain/abi.ts'
import { GENESIS, REWARD, TASK, WINDOWS } from './task.ts'
import type { World } from './world.ts'
import { count } from './stats.ts'
import { Violation } from './violation.ts'

/** Seconds in which honest operators end what is over: they see it in one block, and act in the next or the one after. */
const GRACE = 60

/** Of a request to the court. */
const BOND = parseEther('10')

const HONEST = CAST.filter(({ honest }) => honest)

/** What must hold after every block, whatever the Byzantine players did. */
export class Rules {
  readonly #world: World
  #wealth = new Map<Address, bigint>()
  /** Rounds of honest holders, and what disturbed them. */
  readonly #disturbed = new Map<bigint, Set<string>>()
  readonly #holders = new Map<bigint, Address>()

  /** What a reorganisation must not count twice. */
  readonly #counted = new Set<string>()
  readonly #totals = new Map<Hash, bigint>([[GENESIS.claimHash, 0n]])
  readonly #postedAt = new Map<Hash, number>()
  /** Claims that leave out a member which was away while it could complain. */
  readonly #excused = new Set<Hash>()
  readonly #final = new Set<Hash>()

  constructor(world: World) {
    this.#world = world
  }

  async begin(): Promise<void> {
    this.#wealth = await this.#readWealth()
  }

  isFinal(claimHash: Hash): boolean {
    return this.#final.has(claimHash)
  }

  /** Something beyond the players' doing happened: the rounds of now may end without a claim. */
  disturb(what: string): void {
    const { current } = this.#world.chain
    for (const round of [current.round, current.round + 1n])
      this.#disturbed.set(round, (this.#disturbed.get(round) ?? new Set()).add(what))
  }

  async check(mined: readonly Mined[]): Promise<void> {
    const { stats } = this.#world
    let slashed = false
    for (const { call, events } of mined)
      for (const event of events) {
        await this.#checkEvent(event, sameAddress(call.to, this.#world.chain.stage.court))
        slashed ||= event.type === 'slashed'
      }
    this.#checkEnd()
    await this.#checkLies()
    if (slashed || this.#world.blocks % 16 === 0) await this.#checkWealth()
    stats.transactions += mined.length
  }

  async #checkEvent(event: LedgerEvent, byCourt: boolean): Promise<void> {
    const { stats, byzantine } = this.#world
    switch (event.type) {
      case 'opened':
        stats.rounds++
        this.#holders.set(event.round, lowerHex(event.operator))
        await this.#checkHandicap(event.round)
        this.#checkBase()
        return
      case 'posted':
        stats.posted++
        this.#postedAt.set(event.claimHash, this.#world.chain.now)
        this.#checkCap(event.claimHash, event.claim.ledgerTotal, event.claim.parent)
        this.#checkRows(event.round, event.claimHash)
        this.#checkHindsight(event.round, event.claimHash)
        this.#checkLeftOut(event.round, event.claimHash)
        if (byzantine.lies.has(event.claimHash) && !this.#counted.has(`posted ${event.claimHash}`)) {
          this.#counted.add(`posted ${event.claimHash}`)
          stats.liesPosted++
          count(stats.lies, byzantine.lies.get(event.claimHash)!.name)
        }
        return
      case 'failed':
        stats.failed++
        this.#checkLost(event.round, 'failed')
        return
      case 'voided':
        stats.voided++
        return
      case 'rejected': {
        stats.rejected++
        const lie = byzantine.lies.get(event.claimHash)
        if (lie && !this.#counted.has(event.claimHash)) stats.liesProved++
        this.#counted.add(event.claimHash)
        const who = personOf(event.operator)
        if (who?.honest) {
          stats.honestRefused++
          throw new Violation('rule 1', `the claim of ${who.name} in round ${event.round} was rejected`)
        }
        if (byCourt) stats.withheld++
        else if (!lie && !this.#brokenPromise(event.round, event.claimHash))
          throw new Violation('rule 1', `a true claim of ${who?.name} in round ${event.round} was rejected`)
        return
      }
      case 'slashed': {
        const who = personOf(event.owner)
        if (!who?.honest) return
        stats.honestSlashed++
        throw new Violation('rule 1', `${event.taken} was taken from ${who.name}`)
      }
      case 'penalised': {
        stats.garbageFined++
        const who = personOf(event.account)
        if (who?.honest) throw new Violation('rule 1', `${who.name} was fined in round ${event.round}`)
        return
      }
      case 'reorg' as never:
      default:
    }
  }

  /** Every honest member has a row in a claim that is true: it has a receipt, or forced its commitment. */
  #checkLeftOut(round: bigint, claimHash: Hash): void {
    const { claims, byzantine } = this.#world
    if (byzantine.lies.has(claimHash) || this.#disturbed.has(round)) return
    const rows = claims.servedOf(claimHash)?.record?.rows
    for (const { owner, name, role, honest } of rows ? CAST : [])
      if (honest && role === 'member' && !rows!.some(({ member }) => member === owner))
        throw new Violation('rule 2', `${name} has no row in round ${round}, and the claim is true`)
  }

  /** No row was made by somebody who had seen the updates of others. */
  #checkHindsight(round: bigint, claimHash: Hash): void {
    const { claims, revealedAt, byzantine } = this.#world
    const seen = revealedAt.get(round)
    for (const { member, commitment } of claims.servedOf(claimHash)?.record?.rows ?? []) {
      const made = byzantine.members.committedAt.get(commitment)
      if (seen !== undefined && made !== undefined && made > seen)
        throw new Violation('hindsight', `${personOf(member)?.name} committed in round ${round} after others had revealed`)
    }
  }

  /** Nodes that are away, or sign with a key that does not count in the round. */
  async #checkHandicap(round: bigint): Promise<void> {
    const { chain, nodes } = this.#world
    const { members } = await chain.snapshot(chain.history.openedAt(round)! - 1)
    for (const { person, online, key } of nodes) {
      const counts = members.find(({ member }) => member === person.owner)?.operatorKey
      if (!online || (counts !== undefined && counts !== lowerHex(key))) this.disturb('away')
    }
  }

  /** Rounds that are built on a lie, or on a claim of which nothing is known yet, are lost with it. */
  #checkBase(): void {
    const { chain, byzantine, claims } = this.#world
    if (byzantine.lies.has(chain.base) || !claims.isKnown(chain.base)) this.disturb('base')
  }

  /** A Byzantine operator left out a Byzantine member that has its receipt: whoever looks for that may have the claim. */
  #brokenPromise(round: bigint, claimHash: Hash): boolean {
    const { claims, byzantine } = this.#world
    const rows = claims.servedOf(claimHash)?.record?.rows ?? claims.servedOf(claimHash)?.opening?.rows
    return byzantine.members.receiptsOf(round).some((receipt) => !rows?.some(({ member }) => member === receipt.member))
  }

  /** Σ rewards ≤ rounds × reward along the chain of standing claims. */
  #checkCap(claimHash: Hash, total: bigint, parent: Hash): void {
    this.#totals.set(claimHash, total)
    const most = (this.#totals.get(parent) ?? 0n) + REWARD
    if (total > most) throw new Violation('cap', `${total} is more than ${most}`)
  }

  /** An honest row that every honest attester of the claim holds is available. */
  #checkRows(round: bigint, claimHash: Hash): void {
    const { claims, truth, byzantine } = this.#world
    if (byzantine.lies.has(claimHash)) return
    const { record, opening } = claims.servedOf(claimHash) ?? {}
    if (!record || !opening) return
    for (const member of truth.heldRows(record)) {
      const row = opening.rows.find((one) => one.member === member)
      if (row && row.verdict === Verdict.unavailable)
        throw new Violation(
          'rule 2',
          `the row of ${personOf(member)?.name} in round ${round} is held by all honest and unavailable`,
        )
    }
  }

  /** No false claim is final. */
  async #checkLies(): Promise<void> {
    const { chain, byzantine, stats } = this.#world
    for (const { round, claimHash } of chain.history.claims()) {
      if (!this.#final.has(claimHash) && chain.now >= (this.#postedAt.get(claimHash) ?? chain.now) + WINDOWS.challenge) {
        this.#final.add(claimHash)
        stats.final++
      }
      const lie = byzantine.lies.get(claimHash)
      // Only who has a receipt can show that its row is missing.
      const holder = lie && this.#world.nodes.find(({ person }) => lie.name === `seal: ${person.name} has a receipt and no row`)
      if (holder && !holder.online) this.#excused.add(claimHash)
      if (this.#excused.has(claimHash)) continue
      if (!lie || !this.#final.has(claimHash) || !(await chain.view<boolean>('ledger', 'isFinal', [TASK, round]))) continue
      stats.unprovedLies++
      const found = this.#world.watch.findings.get(claimHash)?.kind ?? 'nothing'
      throw new Violation('rule 2', `the lie "${lie.name}" of round ${round} is final (the watcher found: ${found})`)
    }
  }

  /** Whoever has the seat, its round ends when its time is over: an honest operator sees to that. */
  #checkEnd(): void {
    const { now, isPaused, current } = this.#world.chain
    const end = current.state === 2 ? current.postEnd : current.state === 1 ? current.sealEnd : now
    if (!isPaused && now > end + GRACE)
      throw new Violation('delay', `round ${current.round} should have ended at ${end}, and it is ${now}`)
  }

  /** An honest holder that nothing disturbs posts its claim. */
  #checkLost(round: bigint, how: string): void {
    const who = personOf(this.#holders.get(round) ?? '0x')
    if (!who?.honest) return
    const why = [...(this.#disturbed.get(round) ?? [])].sort().join('+') || 'nothing'
    count(this.#world.stats.lost, `${how}: ${why}`)
    if (why === 'nothing') throw new Violation('delay', `round ${round} of ${who.name} ${how}, and nothing disturbed it`)
  }

  async #checkWealth(): Promise<void> {
    const paid = this.#bondsPaid()
    for (const [owner, wei] of await this.#readWealth()) {
      const before = this.#wealth.get(owner)!
      if (wei + (paid.get(owner) ?? 0n) < before)
        throw new Violation('rule 1', `${personOf(owner)!.name} had ${before} and has ${wei}`)
    }
  }

  /** Bonds of honest accounts that are with the court, or went to whoever answered. That is the price of asking, and not a fine. */
  #bondsPaid(): Map<Address, bigint> {
    const { court, chain } = this.#world
    const paid = new Map<Address, bigint>()
    if (chain.courtLogs.length === 0) return paid
    for (const { requester, open, answer } of court.cases()) {
      const owner = lowerHex(requester)
      if (open || answer) paid.set(owner, (paid.get(owner) ?? 0n) + BOND)
    }
    return paid
  }

  /** Wallet, bond and what vault and court owe, of every honest account. */
  async #readWealth(): Promise<Map<Address, bigint>> {
    const { stage, evm } = this.#world.chain
    const reads = HONEST.flatMap(({ owner }) => [
      { to: stage.token, data: encode('token', 'balanceOf', [owner]) },
      { to: stage.vault, data: encode('vault', 'account', [owner]) },
      { to: stage.vault, data: encode('vault', 'owed', [owner]) },
      { to: stage.court, data: encode('court', 'owed', [owner]) },
    ])
    const answers = await evm.read(reads)
    return new Map(HONEST.map(({ owner }, i) => [owner, wealthIn(answers.slice(4 * i, 4 * i + 4) as `0x${string}`[])]))
  }
}

function wealthIn([balance, account, owedByVault, owedByCourt]: `0x${string}`[]): bigint {
  const { bonded } = decode<{ bonded: bigint }>('vault', 'account', account!)
  const owed = decode<bigint>('vault', 'owed', owedByVault!) + decode<bigint>('court', 'owed', owedByCourt!)
  return decode<bigint>('token', 'balanceOf', balance!) + bonded + owed
}

import { isQuorateError, QuorateError } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { NO_SLOT, readAccount } from '../actions/read-account.ts'
import type { StakeAccount } from '../actions/read-account.ts'
import { readAccounts } from '../actions/read-accounts.ts'
import { readMinimum } from '../actions/read-minimum.ts'
import { readSlotCount } from '../actions/read-slot-count.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { displayUrl } from '../display-url.ts'
import { concernsTask } from '../events/ledger-event.ts'
import type { LedgerEvent } from '../events/ledger-event.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { ReorgEvent } from './ledger-watcher.ts'

export interface MembershipViewOptions {
  chain: Chain
  vault: Contracts['vault']
  task: bigint
  /** Block of the deployment; default 0. */
  fromBlock?: bigint
  logger?: Logger
}

/** Accounts that one comparison with the chain reads again: three calls each, in one batch. */
const AT_ONCE = 8

/** What takes part in a task by; the rest of an account changes with other tasks too. */
const FIELDS = ['operatorKey', 'peerKey', 'role', 'allocated', 'eligible', 'slot'] as const

/** A block that the view is read at. The hash keeps back ends on another branch from answering. */
export interface ViewBlock {
  blockNumber: bigint
  blockHash?: Hash
}

/** Who a registered key belongs to, and its role in the task. */
export interface Membership {
  /** Owner address. */
  member: Address
  role: 'member' | 'operator'
}

/**
 * The accounts that may take part in a task now, from memory: at least the minimum of their role is allocated to it, leaving or
 * not. Leaving stake stays slashable, and its owner may be in an open round. Rotated-out keys answer for nobody.
 *
 * Fed by a watcher: pass every event to `apply`. Events only say which account to read again, so a repeated one does no harm. `compare`
 * holds the view against the chain now and then, and finds what a missed event left wrong.
 *
 * Errors: `start` and `apply` throw RPC_UNREACHABLE; the view then stays as it was.
 *
 * @example
 * const membership = new MembershipView({ chain, vault: contracts.vault, task })
 * await membership.start()
 * const watcher = watchLedger({ chain, contracts, task, fromBlock, onEvent: (event) => membership.apply(event) })
 * membership.memberOfPeer(peerKey)?.role
 */
export class MembershipView implements Service {
  readonly name = 'membership'
  readonly #options: MembershipViewOptions
  readonly #listeners = new Set<() => void>()
  readonly #accounts = new Map<Address, StakeAccount>()
  #byPeer: ReadonlyMap<Hash, StakeAccount> = new Map()
  #byKey: ReadonlyMap<Address, StakeAccount> = new Map()
  #minimum = { member: 0n, operator: 0n }
  #loadedAt = -1n
  /** Whose turn it is in the next comparison. */
  #turn = 0

  constructor(options: MembershipViewOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#load()
  }

  async stop(): Promise<void> {
    this.#listeners.clear()
  }

  /** Every account that may take part. */
  accounts(): readonly StakeAccount[] {
    return [...this.#byKey.values()]
  }

  /** By the raw ed25519 key behind a libp2p peer id. */
  memberOfPeer(peerKey: Hash): Membership | undefined {
    return membershipOf(this.#byPeer.get(lowerHex(peerKey)))
  }

  /** By the key that signs protocol messages. */
  memberOfKey(operatorKey: Address): Membership | undefined {
    return membershipOf(this.#byKey.get(lowerHex(operatorKey)))
  }

  /** By the owner address. */
  account(owner: Address): StakeAccount | undefined {
    const account = this.#accounts.get(lowerHex(owner))
    return account && this.#takesPart(account) ? account : undefined
  }

  /** Calls `listener` after every change; returns what ends the calls. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows one event of the watcher. */
  async apply(event: LedgerEvent | ReorgEvent): Promise<void> {
    if (event.type === 'reorg') {
      const { toBlock: blockNumber, blockHash } = event
      return blockHash === undefined ? this.#load() : this.#loadAt({ blockNumber, blockHash })
    }
    // The loaded accounts include the history that a new watcher reports first.
    if (event.blockNumber <= this.#loadedAt) return
    if (event.type === 'minBondSet' || event.type === 'minOperatorBondSet') return this.#loadAt(event)
    if (!('owner' in event) || !concernsTask(event, this.#options.task)) return
    this.#accounts.set(lowerHex(event.owner), await this.#accountAfter(event.owner, event))
    this.#index()
  }

  /**
   * Compares the view with the chain at a block up to which every event was applied: the number of accounts, the minimums, and some
   * accounts in turn. Where they differ, everything is read again.
   *
   * @returns whether they differed
   */
  async compare(block: ViewBlock): Promise<boolean> {
    const { chain, vault, task } = this.#options
    if (block.blockNumber < this.#loadedAt) return false
    const known = [...this.#accounts.values()]
    const some = known.slice(this.#turn, this.#turn + AT_ONCE)
    this.#turn = this.#turn + AT_ONCE < known.length ? this.#turn + AT_ONCE : 0
    const [slots, minimum, accounts] = await Promise.all([
      readSlotCount(chain, { vault, task, ...block }),
      this.#minimumAt(block),
      Promise.all(some.map(async ({ owner }) => readAccount(chain, { vault, task, owner, ...block }))),
    ])
    const { member, operator } = this.#minimum
    const same = slots === slotsOf(known) && minimum.member === member && minimum.operator === operator
    if (same && accounts.every((account, i) => isSame(account, some[i]!))) return false
    await this.#loadAt(block)
    return true
  }

  /**
   * The account as of the event's block: the latest state could be that of a node that has not seen the event. A node that does not keep
   * the state of that block any more is past it by far, and its latest state will do.
   */
  async #accountAfter(owner: Address, { blockNumber, blockHash }: ViewBlock): Promise<StakeAccount> {
    const { chain, vault, task } = this.#options
    try {
      return await readAccount(chain, { vault, task, owner, blockNumber, blockHash })
    } catch (error) {
      if (!isQuorateError(error, 'RPC_UNREACHABLE') || error.details['failure'] !== 'refused') throw error
      return readAccount(chain, { vault, task, owner })
    }
  }

  /** Reads everything again, at the latest block. */
  async #load(): Promise<void> {
    const { chain } = this.#options
    try {
      const { number, hash } = await chain.publicClient.getBlock()
      await this.#loadAt({ blockNumber: number, blockHash: hash })
    } catch (error) {
      throw translateChainError(error, { doing: 'read who takes part', rpcUrl: chain.rpcUrl })
    }
  }

  /**
   * Reads everything again, as of a block.
   *
   * Errors: RPC_UNREACHABLE, `behind` when the answers lack an account that has a slot.
   */
  async #loadAt({ blockNumber, blockHash }: ViewBlock): Promise<void> {
    const { chain, vault, task, fromBlock } = this.#options
    const block = { blockNumber, blockHash }
    const [minimum, slots, accounts] = await Promise.all([
      this.#minimumAt(block),
      readSlotCount(chain, { vault, task, ...block }),
      readAccounts(chain, { vault, task, fromBlock, ...block }),
    ])
    const missing = slots - slotsOf(accounts)
    if (missing !== 0) {
      const rpcUrl = displayUrl(chain.rpcUrl)
      const what = `${rpcUrl} does not show all accounts of task ${task} at block ${blockNumber}`
      throw new QuorateError('RPC_UNREACHABLE', `cannot read who takes part: ${what}`, {
        details: { rpcUrl, failure: 'behind', block: blockNumber, missing },
      })
    }
    this.#minimum = minimum
    this.#accounts.clear()
    for (const account of accounts) this.#accounts.set(lowerHex(account.owner), account)
    this.#loadedAt = blockNumber
    this.#index()
  }

  async #minimumAt(block: ViewBlock): Promise<{ member: bigint; operator: bigint }> {
    const { chain, vault, task } = this.#options
    const { blockNumber, blockHash } = block
    const minimumOf = async (role: 'member' | 'operator') => readMinimum(chain, { vault, task, role, blockNumber, blockHash })
    const [member, operator] = await Promise.all([minimumOf('member'), minimumOf('operator')])
    return { member, operator }
  }

  #index(): void {
    const present = [...this.#accounts.values()].filter((account) => this.#takesPart(account))
    this.#byPeer = new Map(present.map((account) => [lowerHex(account.peerKey), account]))
    this.#byKey = new Map(present.map((account) => [lowerHex(account.operatorKey), account]))
    for (const listener of this.#listeners) listener()
  }

  #takesPart({ role, allocated }: StakeAccount): boolean {
    return role !== 'none' && allocated >= this.#minimum[role]
  }
}

function membershipOf(account: StakeAccount | undefined): Membership | undefined {
  return account && { member: account.owner, role: account.role as Membership['role'] }
}

function slotsOf(accounts: readonly StakeAccount[]): number {
  return accounts.filter(({ slot }) => slot !== NO_SLOT).length
}

function isSame(one: StakeAccount, other: StakeAccount): boolean {
  return FIELDS.every((field) => one[field] === other[field])
}

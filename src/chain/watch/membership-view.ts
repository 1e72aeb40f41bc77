import { isQuorateError } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { lowerHex } from '../../protocol/bytes.ts'
import type { Address, Hash } from '../../protocol/types.ts'
import { readAccount } from '../actions/read-account.ts'
import type { StakeAccount } from '../actions/read-account.ts'
import { readAccounts } from '../actions/read-accounts.ts'
import { readMinimum } from '../actions/read-minimum.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
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
 * Fed by a watcher: pass every event to `apply`. Events only say which account to read again, so a missed or repeated one does no harm.
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
    if (event.type === 'reorg') return this.#load()
    // The loaded accounts include the history that a new watcher reports first.
    if (event.blockNumber <= this.#loadedAt) return
    if (event.type === 'minBondSet' || event.type === 'minOperatorBondSet') return this.#load(event.blockNumber)
    if (!('owner' in event) || !concernsTask(event, this.#options.task)) return
    this.#accounts.set(lowerHex(event.owner), await this.#accountAfter(event.owner, event.blockNumber))
    this.#index()
  }

  /**
   * The account as of the event's block: the latest state could be that of a node that has not seen the event. A node that does not keep
   * the state of that block any more is past it by far, and its latest state will do.
   */
  async #accountAfter(owner: Address, blockNumber: bigint): Promise<StakeAccount> {
    const { chain, vault, task } = this.#options
    try {
      return await readAccount(chain, { vault, task, owner, blockNumber })
    } catch (error) {
      if (!isQuorateError(error, 'RPC_UNREACHABLE') || error.details['failure'] !== 'refused') throw error
      return readAccount(chain, { vault, task, owner })
    }
  }

  /** Reads everything again, at the latest block, or at `seen` if the answering node is behind it. */
  async #load(seen = 0n): Promise<void> {
    const { chain, vault, task, fromBlock } = this.#options
    try {
      const latest = await chain.publicClient.getBlockNumber()
      const blockNumber = latest > seen ? latest : seen
      const [member, operator, accounts] = await Promise.all([
        readMinimum(chain, { vault, task, role: 'member', blockNumber }),
        readMinimum(chain, { vault, task, role: 'operator', blockNumber }),
        readAccounts(chain, { vault, task, fromBlock, blockNumber }),
      ])
      this.#minimum = { member, operator }
      this.#accounts.clear()
      for (const account of accounts) this.#accounts.set(lowerHex(account.owner), account)
      this.#loadedAt = blockNumber
      this.#index()
    } catch (error) {
      throw translateChainError(error, { doing: 'read who takes part', rpcUrl: chain.rpcUrl })
    }
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

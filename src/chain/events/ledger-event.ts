import { decodeEventLog, toEventSelector } from 'viem'
import type { Abi, AbiEvent, Log } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { sameAddress } from '../../protocol/bytes.ts'
import type { Address, Claim, Hash, Hex, TaskSpec } from '../../protocol/types.ts'
import { rewardDistributorAbi, roundLedgerAbi, stakeVaultAbi } from '../abi/index.ts'
import { ROLES } from '../actions/read-account.ts'
import type { AccountRole } from '../actions/read-account.ts'
import type { Contracts } from '../contracts.ts'
import { claimOfEvent } from './claim-of-event.ts'

/** Where an event stands: total order by block, then log index. */
export interface EventPosition {
  blockNumber: bigint
  blockHash: Hash
  transactionHash: Hash
  logIndex: number
}

/**
 * What the ledger says of one task. `rejected` and `voided` drop that round's claim and every claim after it, and `failed` ends an
 * open round; `emptied` follows in the same transaction. Addresses of operators and members are owner
 * addresses, times unix seconds, amounts token wei.
 */
export type RoundEventBody =
  | { type: 'created'; task: bigint; specHash: Hash; founder: Address; genesisClaim: Hash; config: TaskCreation }
  | { type: 'stopped'; task: bigint; by: Address }
  | { type: 'refunded'; task: bigint; founder: Address; amount: bigint }
  | { type: 'opened'; task: bigint; round: bigint; operator: Address; operatorKey: Address; openedAt: number }
  | { type: 'drawn'; task: bigint; round: bigint; seed: Hash; snapshot: number }
  | { type: 'sealed'; task: bigint; round: bigint; digest: Hash; count: number; sealedAt: number }
  | { type: 'posted'; task: bigint; round: bigint; claimHash: Hash; operator: Address; claim: Claim }
  | { type: 'failed'; task: bigint; round: bigint; operator: Address; fails: number }
  | { type: 'voided'; task: bigint; round: bigint; claimHash: Hash; operator: Address; fails: number; stake: bigint }
  | { type: 'emptied'; task: bigint; next: bigint; since: number }
  | { type: 'waiting'; task: bigint; operator: Address }
  | { type: 'finalized'; task: bigint; round: bigint; claimHash: Hash; stake: bigint }
  | {
      type: 'rejected'
      task: bigint
      round: bigint
      claimHash: Hash
      operator: Address
      penalty: bigint
      recipient: Address
      bounty: bigint
    }
  | {
      type: 'penalised'
      task: bigint
      round: bigint
      account: Address
      penalty: bigint
      recipient: Address
      bounty: bigint
    }
  | { type: 'forced'; task: bigint; round: bigint; member: Address; commitment: Hash }
  | { type: 'funded'; task: bigint; amount: bigint; funded: bigint }
  | { type: 'claimed'; task: bigint; member: Address; round: bigint; amount: bigint; cumulative: bigint }

/** The parts of `TaskCreated` that are not in `readTask`. */
export interface TaskCreation {
  specHash: Hash
  genesisModelRoot: Hash
  genesisReferenceRoot: Hash
}

/** The guardian stops the contracts, for every task. The vault's events say the same. */
export type PauseEventBody = { type: 'paused'; from: number; until: number } | { type: 'unpaused'; end: number }

/** What happens to bonds, keys and allocations. `bonded` and `total` are the amounts after the event. */
export type StakeEventBody =
  | { type: 'bonded'; owner: Address; amount: bigint; bonded: bigint }
  | { type: 'withdrawn'; owner: Address; amount: bigint; bonded: bigint }
  | { type: 'keysRegistered'; owner: Address; operatorKey: Address; peerKey: Hash }
  | { type: 'allocated'; task: bigint; owner: Address; role: AccountRole; amount: bigint; total: bigint }
  | { type: 'left'; task: bigint; owner: Address; amount: bigint; freeAt: number }
  | { type: 'released'; task: bigint; owner: Address; amount: bigint }
  | { type: 'slotAssigned'; task: bigint; owner: Address; slot: number; fee: bigint }
  | { type: 'eligibleChanged'; task: bigint; owner: Address; stake: bigint; totalStake: bigint }
  | { type: 'slashed'; task: bigint; owner: Address; taken: bigint; bounty: bigint; burned: bigint; recipient: Address }
  | { type: 'minBondSet'; minBond: bigint }
  | { type: 'minOperatorBondSet'; minOperatorBond: bigint }

export type RoundEvent = RoundEventBody & EventPosition
export type StakeEvent = StakeEventBody & EventPosition
export type PauseEvent = PauseEventBody & EventPosition
export type LedgerEvent = RoundEvent | PauseEvent | StakeEvent

type Type = LedgerEvent['type']

const TYPES: Record<'ledger' | 'vault' | 'distributor', Record<string, Type>> = {
  ledger: {
    TaskCreated: 'created',
    RoundOpened: 'opened',
    Posted: 'posted',
    SeedStored: 'drawn',
    RoundSealed: 'sealed',
    RoundFailed: 'failed',
    RoundVoided: 'voided',
    SeatEmptied: 'emptied',
    SeatWaiting: 'waiting',
    Finalized: 'finalized',
    Rejected: 'rejected',
    Penalised: 'penalised',
    ForcedCommitment: 'forced',
    Funded: 'funded',
    Stopped: 'stopped',
    Refunded: 'refunded',
    Paused: 'paused',
    Unpaused: 'unpaused',
  },
  vault: {
    Bonded: 'bonded',
    Withdrawn: 'withdrawn',
    KeysRegistered: 'keysRegistered',
    Allocated: 'allocated',
    Left: 'left',
    Released: 'released',
    SlotAssigned: 'slotAssigned',
    EligibleChanged: 'eligibleChanged',
    Slashed: 'slashed',
    MinBondSet: 'minBondSet',
    MinOperatorBondSet: 'minOperatorBondSet',
  },
  // Its `Funded` and `Refunded` events repeat the ledger's.
  distributor: { Claimed: 'claimed' },
}

/** The events of each contract by their first topic. The decoder would hash the whole ABI again for each log. */
const EVENTS = {
  ledger: bySelector(roundLedgerAbi),
  vault: bySelector(stakeVaultAbi),
  distributor: bySelector(rewardDistributorAbi),
}

function bySelector(abi: Abi): ReadonlyMap<Hex, AbiEvent> {
  return new Map(abi.filter((item) => item.type === 'event').map((event) => [toEventSelector(event), event]))
}

/**
 * A raw log as a typed event; undefined for logs of other contracts and events that nobody here needs (proxy upgrades, ownership).
 *
 * Errors: CLAIM_MISMATCH for a `Posted` event whose claim does not have the hash that the event names; RPC_UNREACHABLE for a log
 * that no contract writes.
 */
export function toLedgerEvent(log: Log<bigint, number, false>, contracts: EventSources): LedgerEvent | undefined {
  try {
    return readEvent(log, contracts)
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause
    throw new QuorateError('RPC_UNREACHABLE', 'the RPC node answered with a log that no contract writes', { cause })
  }
}

type EventSources = Partial<Pick<Contracts, 'ledger' | 'vault' | 'distributor'>>

function readEvent(log: Log<bigint, number, false>, contracts: EventSources): LedgerEvent | undefined {
  const source = (['ledger', 'vault', 'distributor'] as const).find((name) => {
    const address = contracts[name]
    return address !== undefined && sameAddress(address, log.address)
  })
  if (source === undefined) return undefined
  const decoded = decode(EVENTS[source], log)
  const type = decoded && TYPES[source][decoded.eventName]
  if (type === undefined) return undefined
  const { blockNumber, blockHash, transactionHash, logIndex } = log
  const args = decoded!.args
  const position: EventPosition = { blockNumber, blockHash, transactionHash, logIndex }
  const refined =
    type === 'posted'
      ? { claim: claimOfEvent(args as never) }
      : type === 'allocated'
        ? { role: ROLES[args['role'] as number] }
        : type === 'created'
          ? { config: creationOf(args as never) }
          : {}
  return { type, ...args, ...refined, ...position } as unknown as LedgerEvent
}

function creationOf(
  created: Omit<TaskCreation, 'genesisModelRoot'> & { spec: Pick<TaskSpec, 'genesisModelRoot'> },
): TaskCreation {
  const { specHash, spec, genesisReferenceRoot } = created
  return { specHash, genesisModelRoot: spec.genesisModelRoot, genesisReferenceRoot }
}

function decode(events: ReadonlyMap<Hex, AbiEvent>, log: Log<bigint, number, false>) {
  const event = events.get(log.topics[0]!)
  // An event that this version does not know: a later implementation behind the same proxy.
  if (!event) return undefined
  try {
    const { eventName, args } = decodeEventLog({ abi: [event] as Abi, data: log.data, topics: log.topics, strict: true })
    return { eventName: String(eventName), args: args as unknown as Record<string, unknown> }
  } catch {
    // The same name and types with other indexed fields.
    return undefined
  }
}

/** True for the events of this task, and for events that concern all tasks: bonds, keys, pauses. */
export function concernsTask(event: LedgerEvent, task: bigint): boolean {
  return !('task' in event) || event.task === task
}

import type { LocalAccount } from 'viem'
import type { Chain, Contracts, TransactionSender } from '../chain/index.ts'
import type { Clock, Logger, Metrics, Tracer } from '../core/index.ts'
import type { GramKernelName } from '../engine/index.ts'
import type { NetworkNodeOptions } from '../network/index.ts'
import type { Address, Hash, TaskSpec } from '../protocol/index.ts'
import type { Journal } from '../storage/index.ts'
import type { Supply } from './ports.ts'
import type { ClaimReports } from './claims/claim-reports.ts'
import type { RoundDuties } from './duties/index.ts'
import type { NodeEvents } from './events/index.ts'
import type { NodePorts } from './ports.ts'

/** What the duties of a program are made from. */
export interface DutyNeeds {
  ports: NodePorts
  reports: ClaimReports
  events: NodeEvents
  sender: TransactionSender
  /** What a duty must know after a crash, under keys of its own. */
  journal: Pick<Journal, 'get' | 'set' | 'delete' | 'entries' | 'transaction'>
}

export interface TaskNodeOptions {
  /** Owner address that the node speaks for. */
  self: Address
  /** The node closes it when its end takes long. */
  chain: Chain
  contracts: Contracts
  /** Number of the task on its ledger. */
  task: bigint
  /** Block to begin reading events at: that of the deployment, or 0. */
  fromBlock: bigint
  /** Blocks on top of a seal before the node shows an update to it or attests; default 0. At most a quarter of the reveal window. */
  sealDepth?: number
  spec: TaskSpec
  /** Canonical JSON of the task document. */
  document: string
  /** Operator key. */
  account: LocalAccount
  network: Pick<NetworkNodeOptions, 'seed' | 'listen' | 'announce' | 'relay' | 'reserve'> & { peers?: readonly Uint8Array[] }
  dataFolder: string
  /** Newest rounds whose evidence stays on disk; default all. */
  keepRounds?: number | 'all'
  /** Source of the genesis model if this node does not have it: a blob with the hash in the document. */
  genesis: (hash: Hash) => Promise<Uint8Array>
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** What the node owes its rounds. */
  duties(needs: DutyNeeds): RoundDuties
  /** Disputes false claims from the node's own account; absent: they are only not agreed to. */
  dispute?: { recipient: Address }
  /** Whether the node answers requests to the court about claims that it computed or replayed; default true. */
  answer?: boolean
  /** Another way to a document when no peer has it. */
  fallbackDocument?: Supply['fetchDocument']
  /** Ends the start of the node. */
  signal: AbortSignal
  /** Waits between repetitions of a step of the start. Default the system's. */
  clock?: Pick<Clock, 'sleep'>
  events: NodeEvents
  logger: Logger
  metrics: Metrics
  /** Where the duties of rounds are written down; nowhere by default. */
  tracer?: Tracer
}

import { encodeAbiParameters } from 'viem'
import { keccakHex } from './hash.ts'
import type { Hash } from './types.ts'

/** What a request asks for (docs/protocol.md §13). */
export const CourtKind = { stakes: 0, node: 1, leaf: 2, chunk: 3, sums: 4, rows: 5 } as const
export type CourtKind = (typeof CourtKind)[keyof typeof CourtKind]

/** A tree of the claim. */
export const CourtTree = { members: 0, gram: 1, trace: 2, transition: 3, model: 4, reference: 5, ledger: 6 } as const
export type CourtTree = (typeof CourtTree)[keyof typeof CourtTree]

/** Levels that one answer opens. */
export const COURT_LEVELS = 5

/** Rows that one request of kind `rows` asks for. */
export const COURT_ROWS = 16

/** Units that one account may have open about one claim. */
export const COURT_MAX_UNITS = 16

/** What a request counts among an account's units, and in bonds: what its answer may cost at most (`DataCourt.unitsOf`). */
export function courtUnits(kind: CourtKind, tree: CourtTree): number {
  if (kind === CourtKind.rows) return 7
  if (kind === CourtKind.chunk) return 4
  if (kind === CourtKind.node) return 1
  return kind === CourtKind.leaf && tree !== CourtTree.trace && tree !== CourtTree.transition ? 1 : 2
}

/** What has to be opened: everything an answer is checked against. */
export interface CourtTarget {
  task: bigint
  round: bigint
  kind: CourtKind
  tree: CourtTree
  /** Levels between the root and the leaves. */
  depth: number
  /** Distance of the node from the root. */
  level: number
  /** Of the node in its level; of a segment for a chunk; of 16 rows for rows. */
  index: bigint
  /** Leaves below it may not be empty. */
  count: bigint
  claimHash: Hash
  /** What the answer must lead to: a root of the claim, an update root, the root hash of a pair's sum tree, or `reasonArg` of a row. */
  root: Hash
}

const TARGET_TUPLE = {
  type: 'tuple',
  components: [
    { name: 'task', type: 'uint256' },
    { name: 'round', type: 'uint64' },
    { name: 'kind', type: 'uint8' },
    { name: 'tree', type: 'uint8' },
    { name: 'depth', type: 'uint8' },
    { name: 'level', type: 'uint8' },
    { name: 'index', type: 'uint64' },
    { name: 'count', type: 'uint64' },
    { name: 'claimHash', type: 'bytes32' },
    { name: 'root', type: 'bytes32' },
  ],
} as const

/** Id of the request for a target. */
export function courtRequestId(target: CourtTarget): Hash {
  return keccakHex(encodeAbiParameters([TARGET_TUPLE], [target]))
}

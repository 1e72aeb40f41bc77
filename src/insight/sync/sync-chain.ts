import type { Chain } from '../../chain/index.ts'
import { translateChainError } from '../../chain/index.ts'
import { QuorateError } from '../../core/index.ts'
import { openLake } from '../lake/lake.ts'
import type { Lake } from '../lake/lake.ts'
import type { Part } from '../lake/part.ts'
import type { PartWriter } from '../lake/part-writer.ts'
import { hashOf, readBlock } from './read-block.ts'
import type { ReadBlock } from './read-block.ts'

/** Blocks asked for at a time; the queue of the chain sends them as the node allows. */
const AT_ONCE = 24
/** A part ends with the block that brings its rows past this, so that memory has a bound. */
const ROWS_PER_PART = 200_000

/** Which blocks may be written: those that the chain calls final or safe, or those with so many blocks after them. */
export type Finality = 'finalized' | 'safe' | { confirmations: bigint }

export interface SyncOptions {
  chain: Chain
  folder: string
  /** First block of a new folder. */
  firstBlock: bigint
  finality: Finality
  /** Blocks of one part at most. */
  partBlocks: number
  /** Blocks that a reorganisation may replace. Deeper ones are taken for another chain. */
  maxReorg: bigint
  /** After each part that is written. */
  onPart?: (part: Part, target: bigint) => void
  /** After each part that the chain no longer has. */
  onDropped?: (part: Part) => void
  signal?: AbortSignal
}

export interface SyncSummary {
  /** Blocks in the folder; undefined where it has none. */
  from: bigint | undefined
  to: bigint | undefined
  /** Blocks and transactions written by this call, and blocks taken away because of a reorganisation. */
  blocks: bigint
  transactions: number
  dropped: bigint
}

/**
 * Brings a folder up to the chain: takes away the parts that a reorganisation replaced, then adds the blocks that are final enough. A part is there as a
 * whole or not at all, so no block counts twice, whenever a process dies.
 *
 * @throws QuorateError CHAIN_HISTORY_DIFFERS, CHAIN_ID_MISMATCH, RPC_UNREACHABLE, STORAGE_LOCKED, STORAGE_FULL, CANCELLED …
 */
export async function syncChain(options: SyncOptions): Promise<SyncSummary> {
  const { chain, folder, firstBlock } = options
  using lake = await openLake(folder, { chainId: chain.chainId, firstBlock })
  const told = { blocks: 0n, transactions: 0, dropped: 0n }
  try {
    using writer = await lake.openWriter()
    for (;;) {
      told.dropped += await unwind(lake, options)
      const part = await execute(lake, writer, options)
      if (part === 'up to date') break
      if (part === 'reorganised') continue
      told.blocks += part.to - part.from + 1n
      told.transactions += part.transactions
    }
  } catch (error) {
    throw translateChainError(error, { doing: 'read blocks', rpcUrl: chain.rpcUrl })
  }
  return { from: lake.parts[0]?.from, to: lake.parts.at(-1)?.to, ...told }
}

/** Takes away the last parts until the chain has the last block; gives the number of blocks that went. */
async function unwind(lake: Lake, { chain, maxReorg, onDropped, signal }: SyncOptions): Promise<bigint> {
  let blocks = 0n
  for (let last = lake.parts.at(-1); last; last = lake.parts.at(-1)) {
    signal?.throwIfAborted()
    const [hash, head] = await Promise.all([hashOf(chain, last.to), chain.publicClient.getBlockNumber()])
    if (hash === last.hash) break
    if (last.to + maxReorg < head || head + maxReorg < last.to) {
      const message = `block ${last.to} of ${lake.folder} is not on the chain, whose head is block ${head}`
      throw new QuorateError('CHAIN_HISTORY_DIFFERS', message, { details: { block: last.to, known: last.hash, chain: hash } })
    }
    await lake.dropLast()
    blocks += last.to - last.from + 1n
    onDropped?.(last)
  }
  return blocks
}

/** Adds one part. */
async function execute(
  lake: Lake,
  writer: PartWriter,
  { chain, finality, partBlocks, onPart, signal }: SyncOptions,
): Promise<(Part & { transactions: number }) | 'up to date' | 'reorganised'> {
  const before = lake.parts.at(-1)
  const from = before ? before.to + 1n : lake.firstBlock
  const target = await newestFinal(chain, finality)
  if (target < from) return 'up to date'
  const end = minimum(target, from + BigInt(partBlocks) - 1n)

  const read: ReadBlock[] = []
  let rows = 0
  for (let next = from; next <= end && rows < ROWS_PER_PART; next += BigInt(AT_ONCE)) {
    signal?.throwIfAborted()
    const numbers = range(next, minimum(end, next + BigInt(AT_ONCE) - 1n))
    for (const block of await Promise.all(numbers.map(async (number) => readBlock(chain, number)))) {
      const parent = read.at(-1)?.hash ?? before?.hash
      if (!block || (parent !== undefined && block.parentHash !== parent)) return 'reorganised'
      read.push(block)
      rows += block.rows.transactions.length + block.rows.logs.length
    }
  }
  for (const block of read) writer.add(block.rows)
  const [first, last] = [read[0]!, read.at(-1)!]
  const part = { from, to: last.number, parentHash: first.parentHash, hash: last.hash }
  await lake.append(writer, part)
  onPart?.(part, target)
  return { ...part, transactions: read.reduce((sum, block) => sum + block.rows.transactions.length, 0) }
}

/** Number of the newest block that may be written; below zero where there is none. */
async function newestFinal({ publicClient }: Chain, finality: Finality): Promise<bigint> {
  if (typeof finality === 'object') return (await publicClient.getBlockNumber()) - finality.confirmations
  return (await publicClient.getBlock({ blockTag: finality })).number
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function range(from: bigint, to: bigint): bigint[] {
  return Array.from({ length: Number(to - from) + 1 }, (_, index) => from + BigInt(index))
}

import { decodeAbiParameters } from 'viem'
import { TraceKind, traceLeafHash } from '../../aggregation/index.ts'
import type { TraceLeaf } from '../../aggregation/index.ts'
import { COURT_ROWS, CourtKind, CourtTree, fromHex, keccak, memberLeafHash, sourceFromBytes } from '../../protocol/index.ts'
import type { CourtTarget, Hash, Hex, MemberLeaf } from '../../protocol/index.ts'

import type { AnswerName, CommitmentEvidence, ShownRow } from '../answers/index.ts'
import type { SumChildren } from '../claim-parts.ts'
import type { KnownAttestation } from '../members/index.ts'

import { TreeNodes } from './tree-nodes.ts'

/** A request to the court as the chain keeps it, with its answer if there is one. */
export interface CourtRecord {
  target: CourtTarget
  answer?: { functionName: AnswerName; args: readonly unknown[] }
}

/** A members row that was opened, with what its commitment stands by. */
export interface OpenedRow extends CommitmentEvidence {
  row: MemberLeaf
}

/** A leaf of the gram tree as posted. */
export interface OpenedPair {
  hash: Hash
  product: bigint
  pair: bigint
}

/**
 * The data of a claim from all answers of the court, to requests of any party. The court checked them: nothing here is
 * taken on trust.
 */
export class OpenedClaim {
  /** Words of the trace's first leaf, and its path. */
  stakes: { words: bigint[]; path: Hash[] } | undefined
  readonly rows = new Map<number, OpenedRow>()
  readonly trace = new Map<number, TraceLeaf>()
  readonly pairs = new Map<number, OpenedPair>()
  /** Words of transition leaves. */
  readonly transition = new Map<number, Uint8Array[]>()
  readonly #trees = new Map<CourtTree, TreeNodes>()
  readonly #sums = new Map<string, SumChildren>()

  /** @param records of one posting of one claim */
  constructor(records: readonly CourtRecord[]) {
    for (const { target, answer } of records) if (answer) this.#take(target, answer.functionName, answer.args.slice(1))
  }

  tree(tree: CourtTree): TreeNodes {
    const known = this.#trees.get(tree) ?? new TreeNodes()
    this.#trees.set(tree, known)
    return known
  }

  /** Children of a node of a sum tree. @param root hash of a pair, or `reasonArg` of a row @param distance from there */
  sums(root: Hash, distance: number, index: number): SumChildren | undefined {
    return this.#sums.get(`${root} ${distance} ${index}`)
  }

  /** Attestations behind opened rows. The court compares their hash, not whose they are. */
  get attestations(): KnownAttestation[] {
    return [...this.rows.values()].flatMap(({ row, attestation }) =>
      attestation === '0x' ? [] : [{ member: row.member, signature: attestation }],
    )
  }

  #take(target: CourtTarget, name: AnswerName, args: readonly unknown[]): void {
    const { tree, level } = target
    const index = Number(target.index)
    const bytes = (hashes: unknown): Uint8Array[] => (hashes as Hash[]).map((hash) => fromHex(hash))
    switch (name) {
      case 'answerStakes': {
        const [words, path] = args as [readonly bigint[], Hash[]]
        this.stakes = { words: [...words], path }
        const leaf = { kind: TraceKind.stakes, index: 0, words: [...words] }
        this.trace.set(0, leaf)
        return this.tree(tree).add(path.length, 0, [traceLeafHash(leaf)], bytes(path))
      }
      case 'answerNode':
        return this.tree(tree).add(level, index, bytes(args[0]), bytes(args[1]))
      case 'answerRows': {
        const [rows, path] = args as [ShownRow[], Hash[]]
        const size = target.kind === CourtKind.rows ? COURT_ROWS : 1
        for (const [i, { leaf, signature, attestation, salt }] of rows.entries())
          this.rows.set(index * size + i, { row: leaf, source: sourceFromBytes(signature), attestation, salt })
        const leaves = rows.map(({ leaf }) => fromHex(memberLeafHash(leaf)))
        // The court saw that nothing stands past the last row.
        while (leaves.length < size) leaves.push(new Uint8Array(32))
        return this.tree(tree).add(level, index, leaves, bytes(path))
      }
      case 'answerLeaf': {
        const preimage = fromHex(args[0] as Hex)
        if (preimage.length > 0) this.#leaf(tree, index, preimage)
        return this.tree(tree).add(level, index, [preimage.length > 0 ? keccak(preimage) : new Uint8Array(32)], bytes(args[1]))
      }
      case 'answerSums':
        return this.#takeSums(target, args[0] as SumChildren[], args[1] as SumChildren[])
      case 'answerChunk':
    }
  }

  #leaf(tree: CourtTree, index: number, preimage: Uint8Array): void {
    if (tree === CourtTree.gram) {
      const [hash, product, pair] = decodeAbiParameters([{ type: 'bytes32' }, { type: 'int256' }, { type: 'uint256' }], preimage)
      this.pairs.set(index, { hash, product, pair })
    }
    const words = (from: number): Uint8Array[] =>
      Array.from({ length: (preimage.length - from) / 32 }, (_, k) => preimage.slice(from + 32 * k, from + 32 * k + 32))
    if (tree === CourtTree.transition) this.transition.set(index, words(0))
    if (tree !== CourtTree.trace) return
    const head = new DataView(preimage.buffer, preimage.byteOffset)
    const values = words(8).map((word) => BigInt.asIntN(256, BigInt(`0x${Buffer.from(word).toString('hex')}`)))
    this.trace.set(index, { kind: head.getUint32(0), index: head.getUint32(4), words: values })
  }

  #takeSums({ root, level, index }: CourtTarget, chain: readonly SumChildren[], nodes: readonly SumChildren[]): void {
    const at = Number(index)
    const set = (distance: number, i: number, children: SumChildren): void =>
      void this.#sums.set(`${root} ${distance} ${i}`, children)
    for (const [k, children] of chain.entries()) set(k, Math.floor(at / 2 ** (level - k)), children)
    for (const [k, children] of nodes.entries()) {
      const below = Math.floor(Math.log2(k + 1))
      set(level + below, at * 2 ** below + (k + 1 - 2 ** below), children)
    }
  }
}

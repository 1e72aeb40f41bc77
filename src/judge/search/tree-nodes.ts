import { equalBytes, node } from '../../protocol/index.ts'
import { treeNode } from '../tree-levels.ts'

/** The end of a walk through a tree: a wrong leaf, or a node whose children are not opened yet. */
export type Walk = { leaf: number } | { ask: { level: number; index: number } }

/** Nodes of a tree that were opened on chain, by distance from the root (0) and index. The court checked them against the root. */
export class TreeNodes {
  readonly #nodes = new Map<string, Uint8Array>()

  get(level: number, index: number): Uint8Array | undefined {
    return this.#nodes.get(`${level} ${index}`)
  }

  /** Descendants of a node, all those of one level below it, and its path: everything in between follows. */
  add(level: number, index: number, descendants: readonly Uint8Array[], path: readonly Uint8Array[]): void {
    let row = descendants
    for (let below = Math.log2(descendants.length); below >= 0; below--) {
      for (const [k, hash] of row.entries()) this.#set(level + below, index * 2 ** below + k, hash)
      row = row.flatMap((left, k) => (k % 2 === 0 && row.length > 1 ? [node(left, row[k + 1]!)] : []))
    }
    let at = index
    let hash = this.get(level, index)!
    for (const [k, sibling] of path.entries()) {
      this.#set(level - k, at ^ 1, sibling)
      hash = at % 2 === 0 ? node(hash, sibling) : node(sibling, hash)
      at = Math.floor(at / 2)
      this.#set(level - k - 1, at, hash)
    }
  }

  #set(level: number, index: number, hash: Uint8Array): void {
    this.#nodes.set(`${level} ${index}`, hash)
  }

  /**
   * From the root down to the first leaf that is not as it should be; the roots must differ.
   *
   * @param right the tree as it should be, leaves first
   */
  walk(right: readonly Uint8Array[][]): Walk {
    let index = 0
    for (let level = 0; level < right.length - 1; level++) {
      const left = this.get(level + 1, 2 * index)
      if (!left) return { ask: { level, index } }
      index = 2 * index + (equalBytes(left, treeNode(right, level + 1, 2 * index)) ? 1 : 0)
    }
    return { leaf: index }
  }

  /** Whether a leaf was seen to be what `right` has there, itself or as a part of a node. */
  holds(right: readonly Uint8Array[][], leaf: number): boolean {
    const depth = right.length - 1
    for (let level = 0; level <= depth; level++) {
      const index = Math.floor(leaf / 2 ** (depth - level))
      const known = this.get(level, index)
      if (known && equalBytes(known, treeNode(right, level, index))) return true
    }
    return false
  }

  /** The levels of `right`, with the opened nodes in their places. */
  over(right: readonly Uint8Array[][]): Uint8Array[][] {
    const levels = right.map((row) => [...row])
    for (const [key, hash] of this.#nodes) {
      const [level, index] = key.split(' ').map(Number)
      const row = levels[levels.length - 1 - level!]
      if (row) row[index!] = hash
    }
    return levels
  }
}

import type { PartName } from './dataset.ts'

/** Facts of every record, in the order of the source: 37 bytes a record, whatever its inputs are. */
export class RecordList {
  #targets = new Float32Array(1024)
  #hashes = new Uint8Array(1024 * 32)
  #parts = new Uint8Array(1024)
  #count = 0

  /**
   * @param target index of the label, or the scaled number
   * @param hash keccak256 of the canonical bytes of the record
   * @param part which the source says; undefined where the split decides
   */
  add(target: number, hash: Uint8Array, part: PartName | undefined): void {
    if (this.#count === this.#targets.length) this.#grow()
    this.#targets[this.#count] = target
    this.#hashes.set(hash, this.#count * 32)
    this.#parts[this.#count] = part === undefined ? 0 : part === 'train' ? 1 : 2
    this.#count++
  }

  get count(): number {
    return this.#count
  }

  get targets(): Float32Array {
    return this.#targets.subarray(0, this.#count)
  }

  /** The hashes one after the other, 32 bytes each. */
  get hashes(): Uint8Array {
    return this.#hashes.subarray(0, this.#count * 32)
  }

  partOf(index: number): PartName | undefined {
    return ([undefined, 'train', 'test'] as const)[this.#parts[index]!]
  }

  #grow(): void {
    const [targets, hashes, parts] = [this.#targets, this.#hashes, this.#parts]
    this.#targets = new Float32Array(targets.length * 2)
    this.#targets.set(targets)
    this.#hashes = new Uint8Array(hashes.length * 2)
    this.#hashes.set(hashes)
    this.#parts = new Uint8Array(parts.length * 2)
    this.#parts.set(parts)
  }
}

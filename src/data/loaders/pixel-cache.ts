/** Decoded images by number, the last used ones within a number of bytes. */
export class PixelCache {
  readonly #images = new Map<number, Uint8Array>()
  readonly #limit: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get(index: number): Uint8Array | undefined {
    const pixels = this.#images.get(index)
    if (!pixels) return undefined
    this.#images.delete(index)
    this.#images.set(index, pixels)
    return pixels
  }

  set(index: number, pixels: Uint8Array): void {
    if (this.#images.has(index)) return
    this.#images.set(index, pixels)
    this.#bytes += pixels.length
    for (const [oldest, { length }] of this.#images) {
      if (this.#bytes <= this.#limit) return
      this.#images.delete(oldest)
      this.#bytes -= length
    }
  }

  clear(): void {
    this.#images.clear()
    this.#bytes = 0
  }
}

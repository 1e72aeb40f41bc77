import { readFileSync } from 'node:fs'

interface Exports {
  memory: WebAssembly.Memory
  learn(
    weights: number,
    velocity: number,
    image: number,
    width: number,
    values: number,
    scratch: number,
    classes: number,
    label: number,
    share: number,
  ): number
  logits(weights: number, image: number, width: number, values: number, scratch: number, out: number): void
  descend(
    weights: number,
    velocity: number,
    start: number,
    length: number,
    rate: number,
    momentum: number,
    decay: number,
    proximal: number,
  ): void
  squares(delta: number, residual: number, length: number, perStep: number, sum: number): number
  round(
    delta: number,
    residual: number,
    length: number,
    factor: number,
    step: number,
    perStep: number,
    most: number,
    words: number,
    update: number,
    rest: number,
  ): number
  clipped(): number
}

/** Pixels of an image. */
export const PIXELS = 784
export const HIDDEN = 128
export const CLASSES = 10
/** Outputs lie in rows of whole vectors. */
export const OUT_LANES = 12
/** Where the output layer begins: after the rows of the pixels and the bias of the hidden layer. */
export const OUTER = (PIXELS + 1) * HIDDEN
/** Values of the network: the output layer has a row for its bias, too. */
export const LENGTH = OUTER + (HIDDEN + 1) * OUT_LANES

/** Values that the kernels of `compose` take at a time: an update passes through in tiles. */
export const TILE = 4096

// Linear memory (22 pages): constants of the compiler; three networks; the values of bytes; an image; logits; scratch; tiles of an update.
const WEIGHTS = 65_536
const VELOCITY = WEIGHTS + LENGTH * 4
const START = VELOCITY + LENGTH * 4
const VALUES = START + LENGTH * 4
const IMAGE = VALUES + 1024
const OUT = IMAGE + PIXELS
const SCRATCH = OUT + 64
const DELTA = SCRATCH + 8192
const RESIDUAL = DELTA + TILE * 4
const WORDS = RESIDUAL + TILE * 4
const REST = WORDS + TILE * 4
const UPDATE = REST + TILE * 4

/** How a tile of an update is rounded. */
export interface Rounding {
  /** What shortens the update, 1 at most. */
  factor: number
  /** The unit of the update. */
  step: number
  /** The largest value. */
  most: number
}

/** A network of one hidden layer at work, and an update on its way to int8, each in its memory. One training, measurement or update at a time. */
export interface LabKernels {
  /** float32: 785 rows of hidden units, the last one the bias; then 129 rows of 12 outputs, the last row the bias, the last two lanes zero. */
  weights: Float32Array
  /** Of the same form: the step that the optimiser is going to make. */
  velocity: Float32Array
  /** Of the same form: the weights that a proximal term pulls to. */
  start: Float32Array
  /** Adds the gradient of one image of a batch to the velocity; returns the cross-entropy. `share` is one over the images of the batch. */
  learn(image: Uint8Array, label: number, share: number): number
  /** The ten outputs for an image; valid until the next call. */
  logits(image: Uint8Array): Float32Array
  /** v' = v + decay · w + proximal · (w − start), w' = w − rate · v', and the velocity becomes momentum · v'. */
  descend(step: { rate: number; momentum: number; decay: number; proximal: number }): void
  /** Tiles of an update: what was learned, float32; what the last update could not carry, float32; the chance of each value, uint32; after `round` the update and what it cannot carry. */
  tile: { delta: Float32Array; residual: Float32Array; words: Uint32Array; update: Int8Array; rest: Float32Array }
  /** `sum` plus the squares of (delta + residual) / step of so many values of the tile, one after the other. */
  squares(length: number, step: number, sum: number): number
  /** Rounds so many values of the tile. `notFinite` is the place of the first value that is not finite, or -1. */
  round(length: number, rounding: Rounding): { clipped: number; notFinite: number }
}

let compiled: WebAssembly.Module | undefined

/**
 * The kernels of the lab's own trainer, with 1.4 MiB of memory.
 *
 * @example const kernels = createLabKernels()
 */
export function createLabKernels(): LabKernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)))
  const wasm = new WebAssembly.Instance(compiled, {
    // The stub runtime calls this for a failed assertion; the kernels make none.
    env: {
      abort: () => {
        throw new RangeError('a kernel aborted')
      },
    },
  }).exports as unknown as Exports
  const { buffer } = wasm.memory
  const pixels = new Uint8Array(buffer, IMAGE, PIXELS)
  const out = new Float32Array(buffer, OUT, CLASSES)
  new Float32Array(buffer, VALUES, 256).set(Float32Array.from({ length: 256 }, (_, byte) => byte / 255))
  return {
    weights: new Float32Array(buffer, WEIGHTS, LENGTH),
    velocity: new Float32Array(buffer, VELOCITY, LENGTH),
    start: new Float32Array(buffer, START, LENGTH),
    learn(image, label, share) {
      pixels.set(image)
      return wasm.learn(WEIGHTS, VELOCITY, IMAGE, PIXELS, VALUES, SCRATCH, CLASSES, label, share)
    },
    logits(image) {
      pixels.set(image)
      wasm.logits(WEIGHTS, IMAGE, PIXELS, VALUES, SCRATCH, OUT)
      return out
    },
    descend: ({ rate, momentum, decay, proximal }) =>
      wasm.descend(WEIGHTS, VELOCITY, START, LENGTH, rate, momentum, decay, proximal),
    tile: {
      delta: new Float32Array(buffer, DELTA, TILE),
      residual: new Float32Array(buffer, RESIDUAL, TILE),
      words: new Uint32Array(buffer, WORDS, TILE),
      update: new Int8Array(buffer, UPDATE, TILE),
      rest: new Float32Array(buffer, REST, TILE),
    },
    squares: (length, step, sum) => wasm.squares(DELTA, RESIDUAL, length, 1 / step, sum),
    round(length, { factor, step, most }) {
      const notFinite = wasm.round(DELTA, RESIDUAL, length, factor, step, 1 / step, most, WORDS, UPDATE, REST)
      return { clipped: wasm.clipped(), notFinite }
    },
  }
}

let ofThread: LabKernels | undefined

/** The kernels of this thread: whoever uses them runs from beginning to end without giving way. */
export function labKernels(): LabKernels {
  return (ofThread ??= createLabKernels())
}

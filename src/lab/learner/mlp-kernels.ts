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

// Linear memory (21 pages): constants of the compiler; three networks; the values of bytes; an image; scratch; logits.
const WEIGHTS = 65_536
const VELOCITY = WEIGHTS + LENGTH * 4
const START = VELOCITY + LENGTH * 4
const VALUES = START + LENGTH * 4
const IMAGE = VALUES + 1024
const OUT = IMAGE + PIXELS
const SCRATCH = OUT + 64

/** A network of one hidden layer at work, in its memory. One training or measurement at a time. */
export interface MlpKernels {
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
}

let compiled: WebAssembly.Module | undefined

/**
 * The SIMD kernels of the lab's own trainer, with 1.3 MiB of memory.
 *
 * @example const kernels = createMlpKernels()
 */
export function createMlpKernels(): MlpKernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('mlp.wasm', import.meta.url)))
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
  }
}

import { createWasmKernels, MAX_ROWS, pairIndex } from '../../aggregation/index.ts'
import type { Kernels, SegmentSource } from '../../aggregation/index.ts'
import { QuorateError } from '../../core/index.ts'
import { findAdapter, openGpu } from '../../gpu/index.ts'
import type { FoundAdapter } from '../../gpu/index.ts'
import { SEGMENT } from '../../protocol/types.ts'
import { partialsAgree } from './check-partials.ts'
import { gramShader, TILE } from './gram-shader.ts'

export interface GramKernelOptions {
  /** Whether to use the packed dot product where the adapter has it; default true. */
  packed?: boolean
  /** Bytes of rows that go to the device at once, room for one segment of 132 rows at least. Two batches are under way, each here and there. Default 16 MiB. */
  batch?: number
}

/** What one of the two batches under way lies in. */
interface Slot {
  staging: Int8Array<ArrayBuffer>
  rows: GPUBuffer
  sums: GPUBuffer
  read: GPUBuffer
  bindings: GPUBindGroup
}

/** A batch that the device works on. */
interface Batch {
  slot: Slot
  from: number
  segments: number
  ready: Promise<unknown>
}

/**
 * Inner products by segment on a WebGPU device: the integers of `Kernels.gramSegment`, bit for bit. Every segment that comes back is checked (`partialsAgree`), so
 * a device that fails says so and does not pass as one that works.
 */
export class GramKernel implements Disposable {
  /** For people: the adapter. */
  readonly detail: string
  /** It runs on the processor. */
  readonly software: boolean
  readonly #device: GPUDevice
  readonly #pipeline: GPUComputePipeline
  readonly #count: GPUBuffer
  readonly #batch: number
  readonly #slots: readonly Slot[]
  readonly #kernels: Pick<Kernels, 'weightedSum'> = createWasmKernels()
  /** Rejects when the device is lost. */
  readonly #lost: Promise<never>

  private constructor(device: GPUDevice, pipeline: GPUComputePipeline, found: Omit<FoundAdapter, 'adapter'>, batch: number) {
    this.detail = found.detail
    this.software = found.software
    this.#device = device
    this.#pipeline = pipeline
    this.#batch = batch
    this.#lost = device.lost.then(({ message }) => {
      throw new Error(`the device was lost: ${message}`)
    })
    // Whoever waits for a batch hears of it; nobody may be waiting.
    this.#lost.catch(ignore)
    this.#count = device.createBuffer({ size: 4, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST })
    this.#slots = [this.#slot(), this.#slot()]
  }

  /**
   * @throws GPU_UNUSABLE when there is no adapter, or it does not take the kernel
   */
  static async open({ packed = true, batch = 16 * 1024 ** 2 }: GramKernelOptions = {}): Promise<GramKernel> {
    return failing(async () => {
      const gpu = await openGpu()
      const { adapter, ...found } = await findAdapter(gpu, { software: true })
      const device = await adapter.requestDevice()
      const code = gramShader({ packed: packed && gpu.wgslLanguageFeatures.has('packed_4x8_integer_dot_product') })
      const module = device.createShaderModule({ code })
      const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'gram' } })
      return new GramKernel(device, pipeline, found, batch)
    })
  }

  /**
   * Inner products of the segments `from … to - 1`, as `gramPartials` of src/aggregation. One call at a time.
   *
   * @param source at most 132 rows
   * @param out partials of the whole Gram matrix; what stands in the range is not defined if this throws
   * @throws QuorateError GPU_UNUSABLE when the device fails, is lost or computes wrong sums; what reading the rows throws
   */
  async partials(source: SegmentSource, from: number, to: number, out: Int32Array): Promise<void> {
    const pairs = pairIndex(source.rows, 0)
    const most = Math.floor(this.#batch / (source.rows * SEGMENT))
    return failing(async () => {
      this.#device.queue.writeBuffer(this.#count, 0, Uint32Array.of(source.rows))
      const batches: Batch[] = []
      const take = async (): Promise<void> => {
        const batch = batches.shift()!
        await Promise.race([batch.ready, this.#lost])
        this.#finish(batch, source.rows, out.subarray(batch.from * pairs, (batch.from + batch.segments) * pairs))
      }
      try {
        // Rows of the next batch are read while the device works on this one.
        for (let at = from, k = 0; at < to; at += most, k++) {
          if (batches.length === this.#slots.length) await take()
          batches.push(this.#begin(this.#slots[k % this.#slots.length]!, source, at, Math.min(most, to - at)))
        }
        while (batches.length > 0) await take()
      } finally {
        // A row that cannot be read leaves a batch under way, whose buffers the next call needs.
        for (const { ready, slot } of batches) await Promise.race([ready, this.#lost]).then(() => slot.read.unmap(), ignore)
      }
    })
  }

  [Symbol.dispose](): void {
    this.#device.destroy()
  }

  #slot(): Slot {
    const buffer = (size: number, usage: number): GPUBuffer => this.#device.createBuffer({ size, usage })
    // 2 (n + 1) bytes for each 8192 of rows.
    const room = Math.ceil(((this.#batch / SEGMENT) * 2 * (MAX_ROWS + 1)) / 4) * 4
    const rows = buffer(this.#batch, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST)
    const sums = buffer(room, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC)
    const entries = [rows, sums, this.#count].map((resource, binding) => ({ binding, resource: { buffer: resource } }))
    return {
      staging: new Int8Array(this.#batch),
      rows,
      sums,
      read: buffer(room, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
      bindings: this.#device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries }),
    }
  }

  /** Reads the rows of some segments and sets the device to work on them. */
  #begin(slot: Slot, source: SegmentSource, from: number, segments: number): Batch {
    const { queue } = this.#device
    const length = segments * source.rows * SEGMENT
    for (let g = 0, at = 0; g < segments; g++) {
      for (let i = 0; i < source.rows; i++, at += SEGMENT) slot.staging.set(source.read(i, from + g), at)
    }
    queue.writeBuffer(slot.rows, 0, slot.staging, 0, length)
    const bytes = 4 * segments * pairIndex(source.rows, 0)
    const tiles = Math.ceil(source.rows / TILE)
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(this.#pipeline)
    pass.setBindGroup(0, slot.bindings)
    pass.dispatchWorkgroups(tiles, tiles, segments)
    pass.end()
    encoder.copyBufferToBuffer(slot.sums, 0, slot.read, 0, bytes)
    queue.submit([encoder.finish()])
    const ready = slot.read.mapAsync(GPUMapMode.READ, 0, bytes)
    // Another batch may fail first; then nobody waits for this one.
    ready.catch(ignore)
    return { slot, from, segments, ready }
  }

  /** Takes the sums of a batch from the device, checks them against the rows and writes them where they belong. */
  #finish({ slot, segments }: Batch, count: number, out: Int32Array): void {
    out.set(new Int32Array(slot.read.getMappedRange(0, out.byteLength)))
    slot.read.unmap()
    const pairs = pairIndex(count, 0)
    for (let g = 0; g < segments; g++) {
      const rows = Array.from({ length: count }, (_, i) => {
        const at = (g * count + i) * SEGMENT
        return slot.staging.subarray(at, at + SEGMENT)
      })
      if (!partialsAgree(this.#kernels, rows, out.subarray(g * pairs, (g + 1) * pairs))) throw new Error('it computed wrong sums')
    }
  }
}

function ignore(): void {}

/** What goes wrong on a device has one code; rows keep their own buffers. */
async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof QuorateError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw new QuorateError('GPU_UNUSABLE', `the WebGPU device cannot be used: ${reason}`, { cause: error })
  }
}

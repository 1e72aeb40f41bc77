import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { createRandom, selectBackend } from '../../../src/training/index.ts'

// An optional peer: where a host has it, there is nothing to refuse.
const PACKAGE: string = '@tensorflow/tfjs-node-gpu'
const nodeGpuInstalled = await import(PACKAGE).then(
  () => true,
  () => false,
)

/** The same values on every back end. */
function values(shape: number[], name: string): tf.Tensor {
  const random = createRandom(name)
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  )
}

async function onBoth(compute: () => tf.Tensor): Promise<[Float32Array, Float32Array]> {
  const run = async (name: 'cpu' | 'wasm'): Promise<Float32Array> => {
    await selectBackend(name)
    const before = tf.memory().numTensors
    const dataBefore = tf.engine().backend.numDataIds()
    const result = tf.tidy(compute)
    const data = await result.data<'float32'>()
    result.dispose()
    expect(tf.memory().numTensors).toBe(before)
    expect(tf.engine().backend.numDataIds(), `${name} frees what it used`).toBe(dataBefore)
    return data.slice()
  }
  return [await run('cpu'), await run('wasm')]
}

/** Largest relative difference of two arrays of one length. */
function distance([expected, found]: [Float32Array, Float32Array]): number {
  if (expected.length !== found.length) return Number.POSITIVE_INFINITY
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!) / (1 + Math.abs(value))), 0)
}

describe('wasm kernels', () => {
  it.each([
    [[5, 7], [7, 3], false, false],
    [[7, 5], [7, 3], true, false],
    [[5, 7], [3, 7], false, true],
    [[7, 5], [3, 7], true, true],
    [[2, 7, 5], [2, 3, 7], true, true],
    [[1, 7, 5], [4, 7, 3], true, false],
    [[2, 7], [9, 7], false, true],
    [[7, 2], [9, 7], true, true],
    [[3, 2, 7], [3, 9, 7], false, true],
  ])('multiplies %j by %j transposed %s, %s as cpu does', async (a, b, transposeA, transposeB) => {
    expect(distance(await onBoth(() => tf.matMul(values(a, 'a'), values(b, 'b'), transposeA, transposeB)))).toBeLessThan(1e-4)
  })

  it.each([
    { image: [2, 9, 8, 3], filter: [3, 2, 3, 4], strides: 1, pad: 'valid' as const },
    { image: [2, 9, 8, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' as const },
    { image: [3, 11, 10, 1], filter: [5, 5, 1, 2], strides: 2, pad: 'valid' as const },
    { image: [1, 10, 7, 2], filter: [4, 3, 2, 2], strides: 3, pad: 'same' as const },
    { image: [2, 6, 6, 2], filter: [3, 3, 2, 2], strides: 2, pad: 1 },
  ])('has both gradients of $filter, stride $strides, padding $pad as cpu does', async ({ image, filter, strides, pad }) => {
    const convolve = (images: tf.Tensor, kernel: tf.Tensor): tf.Scalar => {
      const rounding = typeof pad === 'number' ? 'floor' : undefined
      return tf.sum(tf.square(tf.conv2d(images as tf.Tensor4D, kernel as tf.Tensor4D, strides, pad, 'NHWC', 1, rounding)))
    }
    const ofFilter = (): tf.Tensor => tf.grad((kernel) => convolve(values(image, 'image'), kernel))(values(filter, 'filter'))
    const ofInput = (): tf.Tensor => tf.grad((images) => convolve(images, values(filter, 'filter')))(values(image, 'image'))
    expect(distance(await onBoth(ofFilter))).toBeLessThan(1e-4)
    expect(distance(await onBoth(ofInput))).toBeLessThan(1e-4)
  })

  it.each([
    { shape: [2, 8, 6, 3], size: 2, strides: 2, pad: 'valid' as const },
    { shape: [2, 7, 9, 2], size: 2, strides: 2, pad: 'same' as const },
    { shape: [1, 9, 9, 4], size: 3, strides: 2, pad: 'valid' as const },
    { shape: [3, 6, 5, 1], size: 3, strides: 1, pad: 'same' as const },
    { shape: [2, 6, 6, 2], size: 2, strides: 2, pad: 1 },
  ])(
    'has the gradient of a pool of $size over $shape, stride $strides, padding $pad as cpu does',
    async ({ shape, size, strides, pad }) => {
      const rounding = typeof pad === 'number' ? 'floor' : undefined
      // Whole numbers, so that there are ties.
      const images = (): tf.Tensor => tf.round(values(shape, 'pool'))
      const pool = (given: tf.Tensor): tf.Scalar => {
        const pooled = tf.maxPool(given as tf.Tensor4D, size, strides, pad, rounding)
        return tf.sum(tf.mul(pooled, values(pooled.shape, 'weights')))
      }
      expect(distance(await onBoth(() => tf.grad(pool)(images())))).toBeLessThan(1e-6)
    },
  )
})

describe('selectBackend', () => {
  it('is idempotent and switches back', async () => {
    for (const name of ['wasm', 'cpu', 'wasm', 'wasm'] as const) {
      expect((await selectBackend(name)).name).toBe(name)
      expect(tf.getBackend()).toBe(name)
    }
  })

  it('always finds one with auto, and says why others were passed over', async () => {
    const skipped: string[] = []
    const backend = await selectBackend('auto', (name, reason) => skipped.push(`${name}: ${reason}`))
    const order = ['tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu']
    for (const line of skipped) expect(backend.why).toContain(line)
    expect(skipped.map((line) => line.split(':')[0])).toEqual(order.slice(0, order.indexOf(backend.name)))
  })

  it('refuses a name it does not know', async () => {
    await expect(selectBackend('tpu' as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.skipIf(nodeGpuInstalled)('says why tfjs-node-gpu is unavailable', async () => {
    await expect(selectBackend('tfjs-node-gpu')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('@tensorflow/tfjs-node-gpu'),
    })
  })

  it('leaves standard output and the error handling of the process alone', async () => {
    const script = `
      const { selectBackend } = await import(${JSON.stringify(new URL('../../../src/training/index.ts', import.meta.url).href)})
      const tf = await import('@tensorflow/tfjs-core')
      for (const name of ['cpu', 'wasm', 'cpu']) {
        await selectBackend(name)
        await tf.add(tf.ones([2]), 1).data()
      }
      console.error(JSON.stringify([process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')]))`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout).toBe('')
    expect(stderr.trim()).toBe('[0,0]')
  })
})

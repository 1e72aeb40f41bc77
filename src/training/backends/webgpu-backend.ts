import * as tf from '@tensorflow/tfjs-core'
import { findAdapter, missingVulkanLoader, openGpu } from '../../gpu/index.ts'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'

/**
 * Any Vulkan, Metal or Direct3D 12 device, through Dawn.
 *
 * @param options.software whether an adapter that runs on the processor will do; it is slower than wasm
 * @throws if there is no adapter, or only a software one and that will not do
 */
export async function startWebgpuBackend(options: { software: boolean }): Promise<Backend> {
  const missing = options.software ? undefined : missingVulkanLoader()
  if (missing !== undefined) throw new Error(missing)
  const { detail } = await findAdapter(await installWebgpu(), options)
  await prepareTfjs()
  await import('@tensorflow/tfjs-backend-webgpu')
  if (!(await tf.setBackend('webgpu'))) throw new Error(`the WebGPU device did not start (${detail})`)
  return { name: 'webgpu', detail }
}

/** Puts Dawn where a browser has WebGPU: that is where tfjs looks. */
async function installWebgpu(): Promise<GPU> {
  const gpu = await openGpu()
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}

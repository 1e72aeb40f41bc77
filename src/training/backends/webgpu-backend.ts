import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'

/** The parts of the WebGPU standard used here. */
interface Adapter {
  info: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter?: boolean }
  isFallbackAdapter?: boolean
}
interface Gpu {
  requestAdapter(options?: { powerPreference?: string }): Promise<Adapter | null>
}

/**
 * Any Vulkan, Metal or Direct3D 12 device, through Dawn.
 *
 * @param options.software whether an adapter that runs on the processor will do; it is slower than wasm
 * @throws if there is no adapter, or only a software one and that will not do
 */
export async function startWebgpuBackend(options: { software: boolean }): Promise<Backend> {
  const gpu = await installWebgpu()
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('no WebGPU adapter was found')
  const { vendor, architecture, device, description } = adapter.info
  const detail = [vendor, architecture, device, description].filter(Boolean).join(' ')
  if (!options.software && isSoftwareAdapter(adapter, detail)) throw new Error(`the only WebGPU adapter is software (${detail})`)
  await prepareTfjs()
  await import('@tensorflow/tfjs-backend-webgpu')
  if (!(await tf.setBackend('webgpu'))) throw new Error(`the WebGPU device did not start (${detail})`)
  return { name: 'webgpu', detail }
}

/** Puts Dawn where a browser has WebGPU: tfjs looks for `navigator.gpu` and the constants of the standard. */
async function installWebgpu(): Promise<Gpu> {
  const present = (globalThis.navigator as { gpu?: Gpu }).gpu
  if (present) return present
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  const gpu = create([]) as unknown as Gpu
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}

function isSoftwareAdapter(adapter: Adapter, detail: string): boolean {
  const fallback = adapter.isFallbackAdapter ?? adapter.info.isFallbackAdapter ?? false
  return fallback || /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(detail)
}

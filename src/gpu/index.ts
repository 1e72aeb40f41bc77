/**
 * WebGPU outside a browser: how this process gets at it and picks an adapter. Used by the parts that compute there (a
 * tfjs back end, the engine's Gram device).
 *
 * Needs the `webgpu` package (Dawn), which has Vulkan, Metal and Direct3D 12; it is loaded when first asked for.
 *
 * @example
 * const { adapter, detail } = await findAdapter(await openGpu(), { software: false })
 */
export { findAdapter, namesSoftware } from './find-adapter.ts'
export type { FoundAdapter } from './find-adapter.ts'
export { openGpu } from './open-gpu.ts'
export { missingVulkanLoader } from './missing-loader.ts'

import { existsSync } from 'node:fs'
import { findAdapter, openGpu } from '../../../src/gpu/index.ts'

/** Where Debian's chromium package has SwiftShader, which computes on the processor. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * The reason why this machine has no WebGPU adapter, undefined if it has one: the machine's own, or SwiftShader, which
 * is offered to the Vulkan loader (`libvulkan1`) of this process and its children.
 */
export async function webgpuMissing(): Promise<string | undefined> {
  if (existsSync(SWIFTSHADER)) process.env['VK_ADD_DRIVER_FILES'] ??= SWIFTSHADER
  try {
    await findAdapter(await openGpu(), { software: true })
    return undefined
  } catch (error) {
    return `${(error as Error).message}; Debian's chromium and libvulkan1 have a software one (${SWIFTSHADER})`
  }
}

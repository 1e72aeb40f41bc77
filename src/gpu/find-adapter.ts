export interface FoundAdapter {
  adapter: GPUAdapter
  /** For people: vendor, architecture, driver. */
  detail: string
  /** It runs on the processor, as SwiftShader does: right for tests, slower than code written for the processor. */
  software: boolean
}

/**
 * The fastest adapter.
 *
 * @param options.software whether one that runs on the processor will do
 * @throws Error if there is no adapter, or only a software one and that will not do
 */
export async function findAdapter(gpu: GPU, options: { software: boolean }): Promise<FoundAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('this machine has no WebGPU adapter')
  const { vendor, architecture, device, description } = adapter.info
  const detail = [vendor, architecture, device, description].filter(Boolean).join(' ')
  const software = isSoftware(adapter, detail)
  if (software && !options.software) throw new Error(`the only WebGPU adapter is software (${detail})`)
  return { adapter, detail, software }
}

function isSoftware({ info }: GPUAdapter, detail: string): boolean {
  return info.isFallbackAdapter || namesSoftware(detail)
}

/** Whether the words about an adapter are those of one that runs on the processor. */
export function namesSoftware(detail: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(detail)
}

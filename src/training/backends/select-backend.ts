import { QuorateError } from '../../core/errors.ts'
import type { Backend, BackendChoice, BackendName } from './backend.ts'
import { backendNames } from './backend.ts'
import { startCpuBackend } from './cpu-backend.ts'
import { startNodeGpuBackend } from './node-gpu-backend.ts'
import { startWasmBackend } from './wasm-backend.ts'
import { startWebgpuBackend } from './webgpu-backend.ts'

/**
 * Makes a tfjs back end current: the named one, or with `auto` the first that starts of tfjs-node-gpu, webgpu on real hardware, wasm, cpu.
 *
 * @param onSkip called in auto mode with each back end that did not start and why
 * @throws BACKEND_UNAVAILABLE with the reason, CONFIG_INVALID for an unknown name
 * @example const backend = await selectBackend('auto')
 */
export async function selectBackend(
  choice: BackendChoice,
  onSkip?: (name: BackendName, reason: string) => void,
): Promise<Backend> {
  if (choice !== 'auto') {
    if (!backendNames.includes(choice)) {
      throw new QuorateError('CONFIG_INVALID', `back end "${String(choice)}" is unknown; known: auto, ${backendNames.join(', ')}`)
    }
    return start(choice, false).catch((cause: unknown) => {
      throw new QuorateError('BACKEND_UNAVAILABLE', `back end ${choice} does not start here: ${reasonOf(cause)}`, {
        cause,
        details: { backend: choice },
      })
    })
  }
  const reasons: string[] = []
  for (const name of backendNames) {
    try {
      return await start(name, true)
    } catch (error) {
      const reason = reasonOf(error)
      reasons.push(`${name}: ${reason}`)
      onSkip?.(name, reason)
    }
  }
  throw new QuorateError('BACKEND_UNAVAILABLE', `no back end starts here (${reasons.join('; ')})`)
}

async function start(name: BackendName, auto: boolean): Promise<Backend> {
  switch (name) {
    case 'tfjs-node-gpu':
      return startNodeGpuBackend()
    case 'webgpu':
      return startWebgpuBackend({ software: !auto })
    case 'wasm':
      return startWasmBackend()
    case 'cpu':
      return startCpuBackend()
  }
}

/** First line only: a module that is not found lists its import stack. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0]!
}

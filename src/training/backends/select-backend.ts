import { QuorateError } from '../../core/errors.ts'
import type { Backend, BackendChoice, BackendName } from './backend.ts'
import { backendNames } from './backend.ts'
import { startCpuBackend } from './cpu-backend.ts'
import { startNodeBackend } from './node-backend.ts'
import { startWasmBackend } from './wasm-backend.ts'
import { startWebgpuBackend } from './webgpu-backend.ts'

/**
 * Makes a tfjs back end current: the named one, or with `auto` the first that starts of tfjs-node-gpu, webgpu on real hardware, tfjs-node, wasm, cpu.
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
      throw new QuorateError(
        'CONFIG_INVALID',
        `back end "${choice as string}" is unknown; known: auto, ${backendNames.join(', ')}`,
      )
    }
    return STARTERS[choice](false).catch((cause: unknown) => {
      throw new QuorateError('BACKEND_UNAVAILABLE', `back end ${choice} does not start on this machine: ${reasonOf(cause)}`, {
        cause,
        details: { backend: choice },
      })
    })
  }
  const reasons: string[] = []
  for (const name of backendNames) {
    try {
      const backend = await STARTERS[name](true)
      return {
        ...backend,
        why: reasons.length === 0 ? 'the fastest there is' : `the fastest that starts here (${reasons.join('; ')})`,
      }
    } catch (error) {
      const reason = reasonOf(error)
      reasons.push(`${name}: ${reason}`)
      onSkip?.(name, reason)
    }
  }
  throw new QuorateError('BACKEND_UNAVAILABLE', `no back end starts on this machine (${reasons.join('; ')})`)
}

/** `auto` tells a starter that nobody asked for it by name. */
const STARTERS: Record<BackendName, (auto: boolean) => Promise<Backend>> = {
  'tfjs-node-gpu': async () => startNodeBackend('tfjs-node-gpu'),
  webgpu: async (auto) => startWebgpuBackend({ software: !auto }),
  'tfjs-node': async () => startNodeBackend('tfjs-node'),
  wasm: startWasmBackend,
  cpu: startCpuBackend,
}

/** The first line without the importing file: it names the missing package, not the place in this program. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const missing = /^Cannot find package '([^']+)'/.exec(message)?.[1]
  if (missing !== undefined) return `${missing} is not installed`
  return message.split('\n')[0]!.replace(/ imported from .*/, '')
}

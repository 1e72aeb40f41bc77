import type { Logger } from '../core/index.ts'
import { openGramDevice } from './device/index.ts'
import { createEngine } from './engine.ts'
import type { Engine, EngineOptions } from './engine.ts'

/** What may compute Gram matrices. */
export const gramKernelNames = ['wasm', 'webgpu'] as const
export type GramKernelName = (typeof gramKernelNames)[number]

export interface OpenEngineOptions extends Omit<EngineOptions, 'device'> {
  /** What computes large Gram matrices; without a usable device `webgpu` is `wasm` with a warning. Default `wasm`. */
  gram?: GramKernelName
  logger: Pick<Logger, 'info' | 'warn'>
}

/**
 * `createEngine` for programs that are configured.
 *
 * @example await using engine = await openEngine({ gram: config.engine.gram, logger })
 */
export async function openEngine({ gram = 'wasm', logger, ...options }: OpenEngineOptions): Promise<Engine> {
  return createEngine({ ...options, device: gram === 'webgpu' ? await openGramDevice({ logger }) : undefined })
}

export const backendNames = ['tfjs-node-gpu', 'webgpu', 'wasm', 'cpu'] as const
export type BackendName = (typeof backendNames)[number]
export type BackendChoice = BackendName | 'auto'

/** A tfjs back end that is registered, ready and current. tfjs keeps one per process. */
export interface Backend {
  name: BackendName
  /** For people: the device or the instruction set. */
  detail: string
}

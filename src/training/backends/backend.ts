/** Fastest first: the order in which `auto` tries them. */
export const backendNames = ['tfjs-node-gpu', 'webgpu', 'tfjs-node', 'wasm', 'cpu'] as const
export type BackendName = (typeof backendNames)[number]
export type BackendChoice = BackendName | 'auto'

/** A tfjs back end that is registered, ready and current. tfjs keeps one per process. */
export interface Backend {
  name: BackendName
  /** For people: the device or the instruction set. */
  detail: string
  /** Why `auto` chose it, for people; left out for one that was asked for by name. */
  why?: string
}
